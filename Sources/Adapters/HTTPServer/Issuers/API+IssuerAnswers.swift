import EMV
import Issuing
import SeneschalAPI

extension API.IssuerVerificationAnswer {
    init(_ answer: VerificationAnswer) {
        switch answer {
        case .verified(let card): self.init(outcome: .verified, card: API.RecognizedCard(card))
        case .oneTimePasswordSent(let id): self.init(outcome: .oneTimePasswordSent, verificationId: id.rawValue)
        case .referred: self.init(outcome: .referred)
        case .refused: self.init(outcome: .refused)
        }
    }
}

extension API.RecognizedCard {
    fileprivate init(_ card: RecognizedCard) {
        self.init(card: card.reference.rawValue, type: API.IssuerCardType(card.type), label: card.label)
    }
}

extension API.IssuerCardType {
    fileprivate init(_ type: CardAccount.CardType) {
        switch type {
        case .debit: self = .debit
        case .credit: self = .credit
        }
    }
}

extension API.IssuerBinding {
    init(_ answer: BindingAnswer) { self.init(bindingId: answer.id.rawValue, confirmation: answer.confirmation) }
}

extension API.IssuerBindingRecord {
    init(_ binding: CardBinding) {
        self.init(
            bindingId: binding.id.rawValue, wallet: binding.user.wallet, user: binding.user.user,
            secureElement: binding.secureElement, boundAt: Timestamp(secondsSince1970: binding.boundAt))
    }
}

extension API.IssuerAuthorizationAnswer {
    init(_ answer: AuthorizationAnswer, issuerAuthenticationData: [UInt8]? = nil) {
        let proof = issuerAuthenticationData.map { HexBytes($0) }
        switch answer {
        case .approved(let code):
            self.init(outcome: .approved, authorizationCode: code, issuerAuthenticationData: proof)
        case .declined(let code):
            self.init(outcome: .declined, actionCode: code.rawValue, issuerAuthenticationData: proof)
        }
    }

    init(_ answer: ChipAuthorizationAnswer) {
        self.init(answer.answer, issuerAuthenticationData: answer.issuerAuthenticationData)
    }
}

extension API.Cardholder {
    init(_ cardholder: CardholderSummary) {
        self.init(
            id: cardholder.id.rawValue, name: cardholder.name, telephoneEnding: cardholder.telephoneEnding,
            registeredAt: Timestamp(secondsSince1970: cardholder.registeredAt))
    }
}

extension API.CardAccount {
    init(_ card: CardSummary) {
        self.init(
            card: card.reference.rawValue, cardholder: card.cardholder.rawValue, maskedNumber: card.maskedNumber,
            expiry: card.expiry.description, sequenceNumber: card.sequenceNumber, type: API.IssuerCardType(card.type),
            state: API.CardAccountState(card.state), enrollment: API.CardEnrollment(card.enrollment),
            label: card.label, currency: card.funds.currency, balance: Int(card.funds.balance),
            creditLimit: Int(card.funds.creditLimit), issuedAt: Timestamp(secondsSince1970: card.issuedAt))
    }
}

extension API.CardAccountState {
    fileprivate init(_ state: CardAccount.State) {
        switch state {
        case .active: self = .active
        case .blocked: self = .blocked
        case .closed: self = .closed
        }
    }
}

extension API.CardEnrollment {
    fileprivate init(_ enrollment: CardAccount.Enrollment) {
        switch enrollment {
        case .oneTimePassword: self = .oneTimePassword
        case .direct: self = .direct
        case .referral: self = .referral
        }
    }
}

extension API.ChipPersonalization {
    init(_ personalization: ChipPersonalization) {
        self.init(
            card: personalization.card.rawValue, expiry: personalization.expiry.description,
            sequenceNumber: personalization.sequenceNumber,
            wrappedCardKey: HexBytes(personalization.cardKey.wrappedKey),
            keyCheckValue: HexBytes(personalization.cardKey.keyCheckValue))
    }
}

extension API.CardTransaction {
    init(_ transaction: PaymentTransaction) {
        let kind: Kind =
            switch transaction.kind {
            case .token: .token
            case .chip: .chip
            case .reversedUnseen: .reversedUnseen
            }
        self.init(
            wallet: transaction.name.wallet, transaction: transaction.name.transaction,
            card: transaction.card?.rawValue, kind: kind, amount: Int(transaction.amount),
            currency: transaction.currency, merchant: transaction.merchant,
            answer: API.IssuerAuthorizationAnswer(
                transaction.answer, issuerAuthenticationData: transaction.issuerAuthenticationData),
            answeredAt: Timestamp(secondsSince1970: transaction.answeredAt),
            reversedAt: transaction.reversedAt.map { Timestamp(secondsSince1970: $0) })
    }
}

extension API.OutgoingOneTimePassword {
    init(_ message: OneTimePasswordMessage) {
        self.init(
            verificationId: message.verification.rawValue, telephoneNumber: message.telephoneNumber,
            oneTimePassword: message.oneTimePassword, expiresAt: Timestamp(secondsSince1970: message.expiresAt))
    }
}

extension API.WalletPlatform {
    init(_ wallet: WalletPlatform) {
        self.init(
            name: wallet.name, keyNames: wallet.keys.map(\.name),
            registeredAt: Timestamp(secondsSince1970: wallet.registeredAt))
    }
}

extension API.IssuerAuditEntry {
    init(_ entry: IssuerAuditEntry) {
        self.init(
            at: Timestamp(secondsSince1970: entry.at), actor: entry.actor, action: entry.action,
            card: entry.card?.rawValue, detail: entry.detail)
    }
}
