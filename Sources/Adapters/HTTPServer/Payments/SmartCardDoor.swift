import CardCryptography
import Payments
import SeneschalAPI
import SmartCardVerification

/// The door of smart cards: their enrolment by the operator, their transactions by sellers' terminals.
struct SmartCardDoor: Sendable {
    let cards: SmartCardDesk

    func register(on router: inout DoorRouter) {
        registerEnrolment(on: &router)
        router.on(Endpoints.challengeSmartCard) { body, _ in
            let challenge = try await cards.challenge(body.statement)
            return .init(
                challenge: challenge.id.rawValue, nonce: HexBytes(challenge.nonce),
                expiresAt: .init(secondsSince1970: challenge.expiresAt))
        }
        router.on(Endpoints.processSmartCard) { body, _ in .init(try await cards.process(body.statement)) }
    }

    private func registerEnrolment(on router: inout DoorRouter) {
        router.on(Endpoints.enrolSmartCard) { body, visit in
            guard let account = AccountID(rawValue: body.account) else {
                throw Problem(.invalidField, detail: "`acc_` and 32 hex digits", field: "account")
            }
            let identification = try body.identification.map { text throws(Problem) in
                try smartCard(text, "identification")
            }
            let card = try await cards.enrol(
                identification, for: account, data: SecretBytes(body.data.bytes), visit.paymentRequestKey())
            return .init(card)
        }
        router.on(Endpoints.setSmartCardState) { body, visit in
            let card = try smartCard(visit.parameters["card"] ?? "", "card")
            return .init(try await cards.setBlocked(body.isBlocked, card, visit.paymentRequestKey()))
        }
        router.on(Endpoints.personalizeSmartCard) { body, visit in
            let card = try smartCard(visit.parameters["card"] ?? "", "card")
            let receiver: TransportPublicKey
            do { receiver = try TransportPublicKey(pem: body.transportKey) } catch {
                throw Problem(.invalidField, detail: "an RSA public key in PEM", field: "transportKey")
            }
            let personalization = try await cards.personalization(of: card)
            return .init(
                identification: card.text, wrappedKey: HexBytes(try receiver.encrypt(personalization.key.bytes)),
                encryptedData: HexBytes(personalization.dataFile.bytes))
        }
    }
}

private func smartCard(_ text: String, _ field: String) throws(Problem) -> SmartCardIdentification {
    do { return try SmartCardIdentification(text: text) } catch {
        throw Problem(.invalidField, detail: "16 upper-case hex digits", field: field)
    }
}

extension API.SmartCard {
    fileprivate init(_ card: SmartCard) {
        self.init(
            identification: card.identification.text, account: card.account.rawValue,
            enrolledAt: .init(secondsSince1970: card.enrolledAt),
            blockedAt: card.blockedAt.map { Timestamp(secondsSince1970: $0) })
    }
}

extension API.SmartCardTransaction {
    fileprivate init(_ outcome: CardPaymentOutcome) {
        switch outcome {
        case .approved(let transfer): self.init(outcome: .approved, transfer: transfer.hex)
        case .declined: self.init(outcome: .declined)
        case .refused: self.init(outcome: .refused)
        }
    }
}
