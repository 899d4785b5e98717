public import MobileDevice
import NIOCore
public import SERAM
public import SeneschalAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The way from a local agent to its remote agent, GP SERAM 2.0 over HTTP. It repeats nothing: the agent decides that.
public struct HTTPRemoteAgentConnection: RemoteAgentConnection {
    private let transport: HTTPTransport
    private let network: String
    private let credential: AccessCredential

    /// - Parameters:
    ///   - network: the mobile network, as the operator registered it.
    ///   - credential: that of the secure element's agent.
    public init(_ transport: HTTPTransport, network: String, credential: AccessCredential) {
        self.transport = transport
        self.network = network
        self.credential = credential
    }

    public func openSession(
        for secureElements: [SecureElementDescription]
    ) async throws(RemoteAgentConnectionError) -> String {
        let response: SessionOrderResponse = try await post(
            Endpoints.seramOrder, SessionOrderRequest(secureElements: secureElements))
        return response.sessionID
    }

    public func handshake(
        _ command: RAMHandshakeCommand, in sessionID: String
    ) async throws(RemoteAgentConnectionError) -> RAMHandshakeResponse {
        try await post(Endpoints.seramHandshake, command, session: sessionID)
    }

    public func exchange(
        _ report: RemoteManagementReport, in sessionID: String
    ) async throws(RemoteAgentConnectionError) -> RemoteManagementOrder {
        try await post(Endpoints.seramRemoteManagement, report, session: sessionID)
    }

    private func post<Response: Decodable>(
        _ route: APIRoute, _ body: some Encodable, session: String? = nil
    ) async throws(RemoteAgentConnectionError) -> Response {
        guard let path = route.path(["network": network]) else {
            preconditionFailure("the network is the only parameter in the paths of the device leg")
        }
        let query = session.map { "?\(SERAMBinding.sessionQueryItem)=\($0.percentEncoded)" } ?? ""
        let answer: HTTPTransport.Answer
        do {
            let bytes = Array(try JSONEncoder().encode(body))
            answer = try await transport.send(
                HTTPTransport.Message(method: route.method, target: path + query, credential: credential, body: bytes),
                timeout: SERAMBinding.responseTimeout)
        } catch {
            throw .unreachable(reason: "\(error)")
        }
        switch answer.status {
        case route.status: return try decode(answer.body)
        case 401, 403: throw .notAuthorized
        case 404 where session != nil: throw .unknownSession
        case 406: throw .noCommonOption
        case let status: throw .serverFailure(status: status)
        }
    }

    private func decode<Response: Decodable>(_ body: [UInt8]) throws(RemoteAgentConnectionError) -> Response {
        do {
            return try JSONDecoder().decode(Response.self, from: Data(body))
        } catch {
            throw .malformedResponse(reason: "it is not a \(Response.self)")
        }
    }
}
