public import MobileDevice
import SeneschalAPI

/// One issuer over HTTP, for the device's side: the wallet's assertion is all the credential there is (BIND-02, BIND-03).
public struct HTTPCardIssuerService: CardIssuerService {
    private let client: SeneschalClient

    /// - Parameter client: without a credential.
    public init(_ client: SeneschalClient) { self.client = client }

    public func bind(
        _ request: CardBindingRequest, key: String
    ) async throws(CardIssuerError) -> CardBindingConfirmation {
        do throws(SeneschalClientError) {
            let answer = try await client.bindCardOfDevice(
                .init(
                    card: request.issuerCardReference, user: request.user, secureElement: request.secureElement,
                    assertion: request.assertion), idempotencyKey: key)
            return CardBindingConfirmation(binding: answer.bindingId, confirmation: answer.confirmation)
        } catch {
            switch error {
            case .problem(let problem) where problem.code.retryAfterSeconds != nil || problem.code == .internal:
                throw .unsettled(detail: "\(problem)")
            case .problem(let problem): throw .refused(code: problem.code.rawValue, detail: "\(problem)")
            case .unreachable: throw .unsettled(detail: error.description)
            case .malformedAnswer, .invalidServer:
                throw .refused(code: "malformedAnswer", detail: error.description)
            }
        }
    }
}

/// The issuers that a device knows the way to, by name (BIND-04).
public struct HTTPCardIssuerDirectory: CardIssuerDirectory {
    private let issuers: [String: HTTPCardIssuerService]

    public init(_ issuers: [String: HTTPCardIssuerService]) { self.issuers = issuers }

    public func issuer(named name: String) -> (any CardIssuerService)? { issuers[name] }
}
