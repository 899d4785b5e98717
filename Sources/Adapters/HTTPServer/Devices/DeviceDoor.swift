import HTTPTypes
import Hummingbird
import Logging
import SERAM
import SeneschalAPI
import TrustedServiceManager

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The door of local agents, `/networks/{network}/gp/seram`: GP SERAM 2.0 over HTTP.
///
/// SERAM leaves authentication open: an agent shows the credential of its secure element, and speaks for that one only.
struct DeviceDoor: Sendable {
    let networks: MobileNetworks
    let store: any DirectoryStore
    let closing: ClosingSign

    func register(on router: inout DoorRouter) {
        router.onBytes(Endpoints.seramOrder) { _, visit in
            let (agent, remote) = try await attendance(of: visit)
            let session = try await mapping { () async throws(RemoteAgentError) in
                try await remote.openSession(agent: agent)
            }
            visit.logger.info("agent attached", metadata: ["seId": "\(agent)", "network": "\(remote.network)"])
            return try Response(json: SessionOrderResponse(sessionID: session), status: .created)
        }
        router.onBytes(Endpoints.seramHandshake) { body, visit in
            let (agent, remote) = try await attendance(of: visit)
            let command = try decode(RAMHandshakeCommand.self, from: body)
            let response = try await mapping { () async throws(RemoteAgentError) in
                try await remote.handshake(sessionID: visit.session, agent: agent, command: command)
            }
            return try Response(json: response, status: .ok)
        }
        router.onBytes(Endpoints.seramRemoteManagement) { body, visit in
            let (agent, remote) = try await attendance(of: visit)
            let report = try decode(RemoteManagementReport.self, from: body)
            let order = try await mapping { () async throws(RemoteAgentError) in
                try await remote.exchange(sessionID: visit.session, agent: agent, report: report)
            }
            return try Response(json: order, status: .ok)
        }
    }

    /// The secure element that the agent speaks for, which must be reached through the network in the path.
    private func attendance(of visit: RequestVisit) async throws -> (SecureElementIdentifier, RemoteAgent) {
        guard case .party(.agent(let agent))? = visit.visitor else { throw Problem(.forbidden) }
        guard !closing.isHanging else { throw Problem(.shuttingDown) }
        guard let network = visit.parameters["network"],
            try await store.secureElement(agent)?.mobileNetwork == network
        else {
            throw Problem(
                .forbidden, detail: "this agent's secure element is not reached through this mobile network",
                field: "network")
        }
        return (agent, networks.remoteAgent(of: network))
    }

    private func decode<Message: Decodable>(_ type: Message.Type, from bytes: [UInt8]) throws -> Message {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let DecodingError.dataCorrupted(context) {
            throw Problem(.invalidField, detail: context.debugDescription)
        }
    }

    private func mapping<Value>(_ body: () async throws(RemoteAgentError) -> Value) async throws -> Value {
        do throws(RemoteAgentError) {
            return try await body()
        } catch {
            switch error {
            case .unknownSession: throw Problem(.unknownSession)
            case .notAcceptable(let reason): throw Problem(.noCommonOption, detail: reason)
            case .tooManySessions: throw Problem(.tooManySessions)
            case .reportNotRecorded: throw TSMError.internal(reason: "the agent's report was not recorded")
            }
        }
    }
}

extension RequestVisit {
    fileprivate var session: String { parameters["sessionId"] ?? "" }
}
