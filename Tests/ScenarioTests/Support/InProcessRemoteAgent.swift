import MobileDevice
import SERAM
import TrustedServiceManager

/// The remote agent as a local agent sees it, without HTTP.
struct InProcessRemoteAgent: RemoteAgentConnection {
    let remote: @Sendable () async -> RemoteAgent
    let agent: SecureElementIdentifier

    func openSession(
        for secureElements: [SecureElementDescription]
    ) async throws(RemoteAgentConnectionError) -> String {
        try await asking { remote throws(RemoteAgentError) in try await remote.openSession(agent: agent) }
    }

    func handshake(
        _ command: RAMHandshakeCommand, in sessionID: String
    ) async throws(RemoteAgentConnectionError) -> RAMHandshakeResponse {
        try await asking { remote throws(RemoteAgentError) in
            try await remote.handshake(sessionID: sessionID, agent: agent, command: command)
        }
    }

    func exchange(
        _ report: RemoteManagementReport, in sessionID: String
    ) async throws(RemoteAgentConnectionError) -> RemoteManagementOrder {
        try await asking { remote throws(RemoteAgentError) in
            try await remote.exchange(sessionID: sessionID, agent: agent, report: report)
        }
    }

    private func asking<Answer: Sendable>(
        _ request: (RemoteAgent) async throws(RemoteAgentError) -> Answer
    ) async throws(RemoteAgentConnectionError) -> Answer {
        do throws(RemoteAgentError) {
            return try await request(await remote())
        } catch {
            switch error {
            case .unknownSession: throw .unknownSession
            case .notAcceptable: throw .noCommonOption
            case .tooManySessions: throw .serverFailure(status: 503)
            case .reportNotRecorded: throw .serverFailure(status: 500)
            }
        }
    }
}
