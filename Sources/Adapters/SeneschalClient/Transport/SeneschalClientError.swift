public import SeneschalAPI

/// Why there is no answer to give.
public enum SeneschalClientError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The server says why.
    case problem(Problem)
    /// No answer came, also after repeating the request. The server may have received it: the same request with the same
    /// Idempotency-Key may be sent again.
    case unreachable(reason: String, idempotencyKey: String?)
    /// An answer that is not of the contract.
    case malformedAnswer(status: Int, reason: String)
    case invalidServer(String)

    public var description: String {
        switch self {
        case .problem(let problem): "\(problem)"
        case .unreachable(let reason, _): "the server cannot be reached: \(reason)"
        case .malformedAnswer(let status, let reason):
            "the server's answer (\(status)) is not of this contract: \(reason)"
        case .invalidServer(let server): "\(server) is not the address of a server, such as https://tsm.example:8443"
        }
    }
}
