import EMV
import ISO4217
import ISO7816
public import SeneschalAPI
public import Terminal

/// A payment server as a terminal's acquirer, which asks the card's issuer: `/pay/v1/card-payments`.
public struct HTTPCardAcquirer: Acquirer {
    private let client: SeneschalClient

    /// - Parameter client: with the terminal's credential.
    public init(_ client: SeneschalClient) { self.client = client }

    /// ISO 8583 field 39, for a payment that the issuer said nothing of: it is undone.
    public static let responseTooLate = "68"

    public func authorize(
        _ data: AuthorizationData, transaction: String, merchant: String
    ) async throws(AcquirerError) -> AuthorizationAnswer {
        guard let currency = Currency(numeric: data.transaction.currency) else {
            throw .refused(code: ProblemCode.invalidField.rawValue, detail: "the currency is none of ISO 4217")
        }
        let answer: API.CardPayment
        do throws(SeneschalClientError) {
            answer = try await client.send(
                Endpoints.payWithCard, .init(data, currency: currency.code), idempotencyKey: transaction)
        } catch {
            throw AcquirerError(error)
        }
        return try AuthorizationAnswer(answer)
    }

    /// What became of a transaction that this terminal has asked for; `nil` when the payment server has not heard of it.
    /// Its card is not needed for that.
    ///
    /// - Throws: ``AcquirerError/unsettled(detail:)`` while the issuer is being asked.
    public func answer(to transaction: String) async throws(AcquirerError) -> KnownCardPayment? {
        let payment: API.CardPayment
        do throws(SeneschalClientError) {
            payment = try await client.send(Endpoints.findCardPayment, NoBody(), ["transaction": transaction])
        } catch .problem(let problem) where problem.code == .notFound {
            return nil
        } catch {
            throw AcquirerError(error)
        }
        return KnownCardPayment(payment: payment, answer: try AuthorizationAnswer(payment))
    }
}

/// A payment that was asked for before, and its answer.
public struct KnownCardPayment: Sendable {
    public let payment: API.CardPayment
    public let answer: AuthorizationAnswer
}

extension AuthorizationAnswer {
    fileprivate init(_ payment: API.CardPayment) throws(AcquirerError) {
        switch (payment.outcome, payment.code) {
        case (.approved, let code): self = .approved(code: code ?? "")
        case (.declined, let code?): self = .declined(actionCode: code)
        case (.cancelled, _): self = .declined(actionCode: HTTPCardAcquirer.responseTooLate)
        case (.pending, _): throw .unsettled(detail: "the issuer has not answered yet")
        case (.declined, nil): throw .unsettled(detail: "the answer has no code")
        }
    }
}

extension API.CardPaymentRequest {
    /// Field 55 holds what the cryptogram covers, and the cryptogram.
    fileprivate init(_ data: AuthorizationData, currency: String) {
        let objects = data.objects.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        let cryptogram = BERTLV(.applicationCryptogram, data.cryptogram)
        self.init(
            amount: Int(data.transaction.amount), currency: currency, number: data.number.revealed(),
            sequenceNumber: Int(data.sequenceNumber), track2: (data.track2?.packed).map { HexBytes($0) },
            chipData: HexBytes((objects.map { BERTLV($0.key, $0.value) } + [cryptogram]).flatMap(\.bytes)))
    }
}
