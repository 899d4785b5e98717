public import Payments
import SeneschalAPI

/// Merchant platforms over HTTP, for the payment server: what it has signed for them.
public struct HTTPPlatformDelivery: PlatformDelivery {
    private let platforms: [PartyName: SeneschalClient]

    /// - Parameter platforms: without credentials: the signature says whose word it is. Their retries are those of
    ///   `RequestRetries.rounds`: the outbox tries again.
    public init(_ platforms: [PartyName: SeneschalClient]) { self.platforms = platforms }

    public func deliver(_ statement: String, to platform: PartyName) async throws(DeliveryError) {
        guard let client = platforms[platform] else { throw .unreachable("nobody knows where \(platform) is") }
        do throws(SeneschalClientError) {
            _ = try await client.send(Endpoints.takePaymentResult, .init(result: statement))
        } catch {
            switch error {
            case .problem(let problem) where problem.code.refusesTheResult: throw .refused("\(problem)")
            case .problem, .unreachable, .malformedAnswer, .invalidServer: throw .unreachable(error.description)
            }
        }
    }
}

extension ProblemCode {
    /// Whether the platform has read the result, believes it, and will never take it in. A statement that is not believed
    /// is signed anew for each attempt, and may be believed when a clock or a key has been put right.
    fileprivate var refusesTheResult: Bool {
        switch self {
        case .notFound, .wrongState, .invalidField: true
        default: false
        }
    }
}
