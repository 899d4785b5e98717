/// Why a request has no answer: it is said whether it can have had an effect.
public enum IssuerLineError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The line is down: the request has not left.
    case notConnected
    /// It lacks field 7 or 11, or is no request: it has not left.
    case notARequest
    /// So many requests are waiting already, or one with the same fields 7 and 11: it has not left.
    case notAccepted(reason: String)
    /// It has been handed to the connection, and no answer came in time: the issuer may have done it.
    case timedOut
    /// The connection broke while the answer was waited for: the issuer may have done it.
    case connectionLost

    /// Whether the issuer may have got the request.
    public var mayHaveArrived: Bool {
        switch self {
        case .notConnected, .notARequest, .notAccepted: false
        case .timedOut, .connectionLost: true
        }
    }

    public var description: String {
        switch self {
        case .notConnected: "the line to the issuer is down"
        case .notARequest: "only a request with fields 7 and 11 is sent"
        case .notAccepted(let reason): reason
        case .timedOut: "the issuer did not answer in time"
        case .connectionLost: "the line to the issuer broke before the answer"
        }
    }
}
