public import MobileDevice
import SeneschalAPI

/// Issuers over HTTP, as a device reaches them: it has no credential there but the wallet's assertion.
public struct HTTPCardIssuers: CardIssuerDirectory {
    private let transports: [String: HTTPTransport]

    /// - Parameter transports: the ways to issuers, by their names.
    public init(_ transports: [String: HTTPTransport]) { self.transports = transports }

    public func issuer(named name: String) -> (any CardIssuerService)? {
        transports[name].map { HTTPCardIssuer(client: SeneschalClient($0, credential: nil)) }
    }
}

private struct HTTPCardIssuer: CardIssuerService {
    let client: SeneschalClient

    func bind(
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
            case .malformedAnswer, .invalidServer: throw .refused(code: "malformedAnswer", detail: error.description)
            }
        }
    }
}
