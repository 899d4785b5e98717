import HummingbirdTesting
import KeyVault
import MobileDevice
import SERAM
import SeneschalAPI
import SeneschalClient
import Storage
import Synchronization
import Testing
import TrustedServiceManager

@Suite("When the server fails, and what it says of itself")
struct FailureTests {
    @Test("a failure inside is answered with a reference, and the log has the reason under it")
    func opaque() async throws {
        let server = try await TestServer()
        try server.store.close()
        try await server.test { client in
            let answer = try await client.get("/operator/v1/networks", as: server.operator)
            answer.expect(.internal)
            let reference = try #require(answer.json["reference"]?.string)
            #expect(answer.json["detail"] == nil)
            let line = try #require(server.log.all.first { $0.contains("request failed") })
            #expect(line.contains(reference))
            #expect(line.contains("store"))
        }
    }

    @Test("/health reports store and vault, and answers 503 when one fails")
    func health() async throws {
        let server = try await TestServer()
        _ = try await server.attachAgent()
        try await server.test { client in
            let well = try await client.get("/health", as: nil)
            #expect(well.status == 200)
            #expect(well.json == ["attachedAgents": 1, "status": "ok", "store": "ok", "vault": "ok"])
            server.vault.close()
            let locked = try await client.get("/health", as: nil)
            #expect(locked.status == 503)
            #expect(locked.json["store"] == "ok")
            #expect(locked.json["vault"] == "failed")
            try server.store.close()
            let ill = try await client.get("/health", as: nil)
            #expect(ill.json["store"] == "failed")
        }
    }

    @Test("a line of the log names route, status and problem; it never holds a secret, a body or a value of the path")
    func log() async throws {
        let server = try await TestServer()
        try await server.test { client in
            _ = try await client.post(
                "/tsm/v1/communications/path-value/scripts?", Bodies.script("80E2880004DEADBEEF"), as: server.bank,
                key: "the-key")
            _ = try await client.get("/operator/v1/networks?after=query-value", as: server.operator)
        }
        let lines = try server.log.all.map { try JSONValue(parsing: $0.utf8) }
        let request = try #require(lines.first { $0["route"] == "/tsm/v1/communications/{communicationId}/scripts" })
        #expect(request["level"] == "info")
        #expect(request["message"] == "request")
        #expect(request["status"] == 404)
        #expect(request["problem"] == "notFound")
        #expect(request["requestId"]?.string?.isEmpty == false)
        #expect(request["time"]?.string.flatMap { Timestamp($0) } != nil)
        let all = server.log.all.joined()
        for hidden in [server.bank, server.operator, "DEADBEEF", "the-key", "path-value", "query-value"] {
            #expect(!all.contains(hidden), "\(hidden)")
        }
        #expect(server.log.all.allSatisfy { $0.hasSuffix("\n") && !$0.dropLast().contains("\n") })
    }

    @Test("a server that goes down answers polls that it holds open, at once, and is down")
    func goingDown() async throws {
        let server = try await TestServer(limits: RemoteAgentLimits(longPollSeconds: 600))
        let element = SecureElementDescription(seType: .embedded, seId: TestServer.seID)
        let transports = Mutex<[HTTPTransport]>([])
        let held = Mutex<Task<RemoteManagementOrder, any Error>?>(nil)
        try await server.liveUntilShutDown { port in
            let transport = try HTTPTransport(server: "http://127.0.0.1:\(port)")
            transports.withLock { $0.append(transport) }
            let connection = HTTPRemoteAgentConnection(
                transport, network: "North", credential: try #require(AccessCredential(secret: server.agent)))
            let session = try await connection.openSession(for: [element])
            _ = try await connection.handshake(RAMHandshakeCommand(secureElements: [element]), in: session)
            held.withLock {
                $0 = Task { try await connection.exchange(.polling(lastOrderNumber: 0), in: session) }
            }
            // Time for the poll to arrive; one that comes later is refused, and nothing waits for it either.
            try await Task.sleep(for: .milliseconds(200))
        }
        let poll = try #require(held.withLock { $0 })
        await #expect(throws: RemoteAgentConnectionError.self) { try await poll.value }
        for transport in transports.withLock({ $0 }) { await transport.close() }
    }
}
