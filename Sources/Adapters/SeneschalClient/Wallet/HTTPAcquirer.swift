import EMV
import ISO7816
public import SeneschalAPI
public import Terminal

/// An acquirer as a terminal sees it, which asks the wallet's token service: `/acquirer/v1`.
public struct HTTPAcquirer: Acquirer {
    private let client: SeneschalClient

    /// - Parameter credential: the acquirer's.
    public init(_ transport: HTTPTransport, credential: AccessCredential) {
        client = SeneschalClient(transport, credential: credential)
    }

    public func authorize(
        _ data: AuthorizationData, transaction: String, merchant: String
    ) async throws(AcquirerError) -> AuthorizationAnswer {
        let answer: API.AcquirerAuthorizationAnswer
        do throws(SeneschalClientError) {
            answer = try await client.send(
                Endpoints.authorizePayment, .init(data, transaction: transaction, merchant: merchant))
        } catch {
            throw AcquirerError(error)
        }
        switch (answer.outcome, answer.authorizationCode, answer.actionCode) {
        case (.approved, let code?, _): return .approved(code: code)
        case (.declined, _, let code?): return .declined(actionCode: code)
        default: throw .unsettled(detail: "the answer has no code")
        }
    }

    /// Takes a payment back, once however often it is asked for.
    public func reverse(
        transaction: String
    ) async throws(AcquirerError) -> API.AcquirerReversal.Outcome {
        do throws(SeneschalClientError) {
            return try await client.send(Endpoints.reversePayment, .init(transaction: transaction)).outcome
        } catch {
            throw AcquirerError(error)
        }
    }
}

extension API.AcquirerAuthorizationRequest {
    fileprivate init(_ data: AuthorizationData, transaction: String, merchant: String) {
        let objects = data.objects.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        self.init(
            transaction: transaction, function: API.PaymentFunction(data.entry), number: data.number.revealed(),
            expiry: data.expiry.description, sequenceNumber: Int(data.sequenceNumber),
            amount: Int(data.transaction.amount), currency: Int(data.transaction.currency), merchant: merchant,
            cryptogram: HexBytes(data.cryptogram),
            dataObjects: HexBytes(objects.flatMap { BERTLV($0.key, $0.value).bytes }))
    }
}

extension API.PaymentFunction {
    fileprivate init(_ entry: AuthorizationData.Entry) {
        switch entry {
        case .contactless: self = .nfc
        case .code: self = .qr
        case .remote: self = .online
        }
    }
}

extension AcquirerError {
    /// Only what the server has understood and refused did certainly not happen.
    init(_ error: SeneschalClientError) {
        switch error {
        case .problem(let problem) where problem.status < 500:
            self = .refused(code: problem.code.rawValue, detail: problem.detail ?? problem.title)
        case .problem, .unreachable, .malformedAnswer: self = .unsettled(detail: "\(error)")
        case .invalidServer: self = .refused(code: "invalidServer", detail: "\(error)")
        }
    }
}
