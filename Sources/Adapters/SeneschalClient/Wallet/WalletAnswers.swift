import CardCryptography
import EMV
import MobileDevice
import SeneschalAPI

// Answers of the wallet's contract, read as a device wants them.

let malformedWalletAnswer = WalletServiceError.refused(
    code: "malformedAnswer", detail: "the answer holds what cannot be a card, a record or an outcome")

func reference(_ bytes: HexBytes) throws(WalletServiceError) -> UniversalCardReference {
    guard let reference = UniversalCardReference(bytes.bytes) else { throw malformedWalletAnswer }
    return reference
}

extension CardFunction {
    var api: API.PaymentFunction {
        switch self {
        case .nfc: .nfc
        case .qr: .qr
        case .online: .online
        }
    }

    init(_ function: API.PaymentFunction) {
        switch function {
        case .nfc: self = .nfc
        case .qr: self = .qr
        case .online: self = .online
        }
    }
}

extension WalletCard {
    init(_ card: API.WalletCard) {
        self.init(
            card: card.card, issuer: card.issuer, issuerCardReference: card.issuerCardReference, type: card.type,
            label: card.label, lastFour: card.lastFour, activatable: Set(card.activatable.map(CardFunction.init)),
            active: Set(card.active.map(CardFunction.init)),
            suspended: Set(card.suspended.map(CardFunction.init)))
    }
}

extension FunctionActivationReply {
    init(_ reply: API.CardActivationReply) throws(WalletServiceError) {
        switch (reply.binding, reply.activation, reply.verification) {
        case (.bound, let activation?, _): self = .bound(try FunctionActivation(activation))
        case (.oneTimePasswordSent, _, let verification?): self = .oneTimePasswordSent(verification: verification)
        case (.referred, _, _): self = .referred
        case (.refused, _, _): self = .refused
        default: throw malformedWalletAnswer
        }
    }
}

extension FunctionActivation {
    fileprivate init(_ activation: API.CardActivation) throws(WalletServiceError) {
        var functions: [CardFunction: Outcome] = [:]
        for outcome in activation.functions {
            functions[CardFunction(outcome.function)] =
                if let identifier = outcome.paymentIdentifier {
                    .active(paymentIdentifier: identifier)
                } else {
                    .refused(code: outcome.refusal?.rawValue ?? "refused")
                }
        }
        self.init(
            card: activation.card, issuer: activation.issuer,
            dedicated: DedicatedCardInformation(
                type: activation.type, reference: try reference(activation.record), label: activation.label,
                lastFour: activation.lastFour), functions: functions)
    }
}

extension MigrationReport {
    init(_ migration: API.Migration) {
        self.init(
            migration: migration.migration,
            cards: migration.cards.map { card in
                let status: Status =
                    switch card.status {
                    case .underway: .underway
                    case .moved: .moved
                    case .stayed: .stayed(code: card.code ?? "failed")
                    }
                return Card(card: card.card, status: status)
            })
    }
}

extension SecretBytes {
    /// A password or a session's secret on its way into a request.
    var text: String { String(decoding: revealed(), as: UTF8.self) }
}
