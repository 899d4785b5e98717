import EMV
import ISO4217
import Payments
import SeneschalAPI

/// The door of payments with cards, for sellers' terminals. A card's number goes in here and never comes out.
struct CardPaymentDoor: Sendable {
    /// `nil` where no line goes to an issuer.
    let cards: IssuerPaymentDesk?

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.payWithCard) { body, visit in
            let desk = try desk()
            return .init(try await desk.pay(body.domain(visit.paymentTerminal(), key: visit.cardPaymentKey())))
        }
        router.on(Endpoints.findCardPayment) { _, visit in
            let desk = try desk()
            return .init(
                try await desk.payment(of: visit.paymentTerminal(), key: visit.parameters["transaction"] ?? ""))
        }
        router.on(Endpoints.getCardPayment) { _, visit in
            let desk = try desk()
            return .init(try await desk.payment(visit.paymentIdentifier("payment"), of: visit.paymentTerminal()))
        }
    }

    private func desk() throws(Problem) -> IssuerPaymentDesk {
        guard let cards else {
            throw Problem(
                .wrongState, detail: "this payment server has no line to an issuer",
                nextStep: "Ask the server's operator for a line to the issuer.")
        }
        return cards
    }
}

extension RequestVisit {
    /// It goes into the payment, whose name is shorter than other keys may be.
    fileprivate func cardPaymentKey() throws(Problem) -> String {
        guard let idempotencyKey else { throw Problem(.idempotencyKeyMissing) }
        guard idempotencyKey.utf8.count <= IssuerPaymentRequest.keyBytesMax else {
            throw Problem(
                .idempotencyKeyInvalid,
                detail: "the key of a card payment has \(IssuerPaymentRequest.keyBytesMax) characters at most")
        }
        return idempotencyKey
    }
}

extension API.CardPaymentRequest {
    fileprivate func domain(_ terminal: PartyName, key: String) throws -> IssuerPaymentRequest {
        guard let currency = Currency(currency) else {
            throw Problem(.invalidField, detail: "three letters of ISO 4217", field: "currency")
        }
        return try IssuerPaymentRequest(
            terminal: terminal, key: key, amount: Money(minorUnits: Int64(amount), currency: currency),
            number: cardNumber(), sequenceNumber: sequenceNumber, track2: track(), chipData: chipData.bytes)
    }

    private func cardNumber() throws(Problem) -> PrimaryAccountNumber {
        do { return try PrimaryAccountNumber(number) } catch {
            throw Problem(.invalidField, detail: "\(error)", field: "number")
        }
    }

    private func track() throws(Problem) -> Track2EquivalentData? {
        guard let track2 else { return nil }
        do { return try Track2EquivalentData(packed: track2.bytes) } catch {
            throw Problem(.invalidField, detail: "\(error)", field: "track2")
        }
    }
}

extension API.CardPayment {
    fileprivate init(_ payment: IssuerPayment) {
        self.init(
            payment: payment.id.rawValue, outcome: .pending, amount: Int(payment.amount.minorUnits),
            currency: payment.amount.currency.code, lastFour: String(payment.maskedNumber.suffix(4)))
        switch payment.answer {
        case nil: break
        case .approved(let code, let proof):
            outcome = .approved
            // An issuer may approve without field 38.
            self.code = code.isEmpty ? nil : code
            self.proof = proof.map(HexBytes.init)
        case .declined(let code, let proof):
            outcome = .declined
            self.code = code
            self.proof = proof.map(HexBytes.init)
        case .cancelled: outcome = .cancelled
        }
    }
}
