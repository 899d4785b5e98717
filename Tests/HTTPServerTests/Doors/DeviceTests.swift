import HTTPTypes
import HummingbirdTesting
import SeneschalAPI
import Testing
import TrustedServiceManager

@Suite("The device leg, GP SERAM 2.0")
struct DeviceTests {
    private let base = "/networks/North/gp/seram"
    private let offer: JSONValue = ["secureElements": [["seType": "eSE", "seId": .string(TestServer.seID)]]]
    private let polling: JSONValue = ["localAgentStatus": ["localAgentStatusEnum": "POLLING"], "lastOrderNumber": 0]

    private func session(_ server: TestServer, _ client: any TestClientProtocol) async throws -> String {
        let order = try await client.post("\(base)/order", offer, as: server.agent)
        #expect(order.status == 201)
        return try #require(order.json["sessionID"]?.string)
    }

    @Test("an agent opens a session, agrees on the terms and polls")
    func polling() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let session = try await session(server, client)
            let agreed = try await client.post("\(base)/handshake?sessionId=\(session)", offer, as: server.agent)
            #expect(agreed.status == 200)
            #expect(agreed.json["chosenVersion"] == "2.0.0")
            let order = try await client.post(
                "\(base)/remoteManagement?sessionId=\(session)", polling, as: server.agent)
            #expect(order.status == 200)
            #expect(order.json["ramCommands"] == nil)
        }
    }

    @Test("an unknown session is answered 404, and so is a poll before the handshake")
    func unknownSession() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let session = try await session(server, client)
            try await client.post("\(base)/remoteManagement?sessionId=\(session)", polling, as: server.agent)
                .expect(.unknownSession)
            try await client.post("\(base)/handshake?sessionId=0", offer, as: server.agent).expect(.unknownSession)
            try await client.post("\(base)/handshake", offer, as: server.agent)
                .expect(.malformedQuery, field: "sessionId")
        }
    }

    @Test("an agent does not speak for another's secure element, in another's session, or in another network")
    func foreign() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let registered = try await client.post(
                "/operator/v1/secure-elements", Registrations.secureElement("45434E0000000002"), as: server.operator)
            let stranger = try #require(registered.json["agentSecret"]?.string)
            let session = try await session(server, client)
            try await client.post("\(base)/handshake?sessionId=\(session)", offer, as: stranger).expect(.unknownSession)
            let own = try await client.post("\(base)/order", offer, as: stranger)
            try await client.post(
                "\(base)/handshake?sessionId=\(own.json["sessionID"]?.string ?? "")", offer, as: stranger
            ).expect(.noCommonOption)
            _ = try await client.post("/operator/v1/networks", ["name": "South"], as: server.operator)
            try await client.post("/networks/South/gp/seram/order", offer, as: server.agent)
                .expect(.forbidden, field: "network")
        }
    }

    @Test("an agent that speaks another version gets 406")
    func noCommonOption() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let session = try await session(server, client)
            try await client.post(
                "\(base)/handshake?sessionId=\(session)", offer.with("supportedVersions", ["3.0.0"]), as: server.agent
            ).expect(.noCommonOption)
        }
    }

    @Test("a report may carry members of a later version, but none that SERAM would not understand")
    func leniency() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let session = try await session(server, client)
            _ = try await client.post("\(base)/handshake?sessionId=\(session)", offer, as: server.agent)
            let path = "\(base)/remoteManagement?sessionId=\(session)"
            #expect(try await client.post(path, polling.with("later", 1), as: server.agent).status == 200)
            try await client.post(
                path, polling.with("ramResponses", [["ramResponseType": "seRamResponse", "listOfRAPDU": ["9"]]]),
                as: server.agent
            )
            .expect(.invalidField, field: "ramResponses[0].listOfRAPDU[0]")
        }
    }

    @Test("more sessions than the bound are refused for a while")
    func bound() async throws {
        let server = try await TestServer(limits: RemoteAgentLimits(longPollSeconds: 0, sessionsMax: 1))
        try await server.test { client in
            _ = try await session(server, client)
            // The same agent replaces its own session.
            _ = try await session(server, client)
            let registered = try await client.post(
                "/operator/v1/secure-elements", Registrations.secureElement("45434E0000000002"), as: server.operator)
            try await client.post(
                "\(base)/order", [:], as: try #require(registered.json["agentSecret"]?.string)
            ).expect(.tooManySessions)
        }
    }
}
