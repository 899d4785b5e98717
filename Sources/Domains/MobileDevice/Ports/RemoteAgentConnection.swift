public import SERAM

/// The way from one local agent to its remote agent: the three SERAM requests, authenticated as this agent.
///
/// An implementation gives up a response after ``SERAMBinding/responseTimeout`` and never repeats a request by itself:
/// the agent decides what is sent again.
public protocol RemoteAgentConnection: Sendable {
    /// `POST /order`: a new management session for these secure elements. Returns its identifier.
    func openSession(
        for secureElements: [SecureElementDescription]
    ) async throws(RemoteAgentConnectionError) -> String

    /// `POST /handshake?sessionId`.
    func handshake(
        _ command: RAMHandshakeCommand, in sessionID: String
    ) async throws(RemoteAgentConnectionError) -> RAMHandshakeResponse

    /// `POST /remoteManagement?sessionId`: hands in a report and waits for the next Order. Returning means that the
    /// server answered 200 and has the report.
    func exchange(
        _ report: RemoteManagementReport, in sessionID: String
    ) async throws(RemoteAgentConnectionError) -> RemoteManagementOrder
}

/// Why the remote agent gave no answer that can be used.
public enum RemoteAgentConnectionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No connection, no response in time, or a torn response: the server may have the message.
    case unreachable(reason: String)
    /// HTTP 404: the session is unknown, or no longer known.
    case unknownSession
    /// HTTP 406: no transport, data format or version in common.
    case noCommonOption
    /// HTTP 401 or 403: this agent is not, or no longer, accepted.
    case notAuthorized
    /// Any other status.
    case serverFailure(status: Int)
    /// HTTP 200 with a body that is not a SERAM message.
    case malformedResponse(reason: String)

    /// Whether trying again later can help.
    public var isWorthRepeating: Bool {
        switch self {
        case .unreachable, .unknownSession, .serverFailure, .malformedResponse: true
        case .noCommonOption, .notAuthorized: false
        }
    }

    public var description: String {
        switch self {
        case .unreachable(let reason): "the remote agent cannot be reached: \(reason)"
        case .unknownSession: "the remote agent does not know the session (404)"
        case .noCommonOption: "the remote agent speaks no version of SERAM in common with this agent (406)"
        case .notAuthorized: "the remote agent does not accept this agent's credential"
        case .serverFailure(let status): "the remote agent answered \(status)"
        case .malformedResponse(let reason): "the remote agent's answer is not a SERAM message: \(reason)"
        }
    }
}
