import EMV
import ISO4217
import ISO7816
import SeneschalAPI
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
        switch (answer.outcome, answer.code) {
        case (.approved, let code): return .approved(code: code ?? "")
        case (.declined, let code?): return .declined(actionCode: code)
        case (.cancelled, _): return .declined(actionCode: Self.responseTooLate)
        default: throw .unsettled(detail: "the answer has no code")
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
            sequenceNumber: Int(data.sequenceNumber),
            chipData: HexBytes((objects.map { BERTLV($0.key, $0.value) } + [cryptogram]).flatMap(\.bytes)))
    }
}
