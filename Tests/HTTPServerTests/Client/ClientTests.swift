import Foundation
import HTTPServer
import KeyVault
import MobileDevice
import SERAM
import SeneschalAPI
import SeneschalClient
import Testing
import TrustedServiceManager

@Suite("The client")
struct ClientTests {
    private let request = API.SecureElementDataRequest(msi: .init(type: .mdn, value: TestServer.msi))

    @Test("a request goes to the server and its answer comes back, typed")
    func query() async throws {
        let server = try await TestServer()
        try await server.live { port in
            try await server.withBank(on: port) { bank in
                let answer = try await bank.secureElementData(request)
                #expect(answer.seData.seId == .init(type: .cin, value: TestServer.seID))
                #expect(answer.msi == request.msi)
            }
        }
    }

    @Test("a problem comes back as the problem it is")
    func problem() async throws {
        let server = try await TestServer()
        try await server.live { port in
            try await server.withBank(on: port) { bank in
                let error = await #expect(throws: SeneschalClientError.self) {
                    try await bank.secureElementData(.init(msi: .init(type: .mdn, value: "491799999999")))
                }
                guard case .problem(let problem)? = error else { return }
                #expect(problem.code == .notFound)
                #expect(problem.field == "msi")
            }
        }
    }

    @Test("path and query parameters are encoded, and pages follow each other")
    func parameters() async throws {
        let server = try await TestServer()
        try await server.live { port in
            let transport = try HTTPTransport(server: "http://127.0.0.1:\(port)/")
            let client = SeneschalClient(transport, credential: AccessCredential(secret: server.operator))
            for name in ["A", "B"] { _ = try await client.registerMobileNetwork(.init(name: name)) }
            let first = try await client.list(Endpoints.listMobileNetworks, limit: 2)
            let second = try await client.list(Endpoints.listMobileNetworks, limit: 2, after: first.next)
            #expect((first.items + second.items).map(\.name) == ["A", "B", "North"])
            let services = try await client.list(Endpoints.listServices, after: "6/1.0 ä&x=1")
            #expect(services.items.map(\.service.id) == [7])
            let id = API.SecureElementIdentifier(type: .cin, value: TestServer.seID)
            #expect(try await client.list(Endpoints.listSubscriptions, of: id).items.count == 1)
            let error = await #expect(throws: SeneschalClientError.self) { try await client.reconcile(id) }
            guard case .problem(let problem)? = error else { return }
            #expect(problem.code == .unreachable)
            await transport.close()
        }
    }

    @Test("a server that cannot do its work says so in an answer, not in a problem")
    func health() async throws {
        let server = try await TestServer()
        server.vault.close()
        try await server.live { port in
            try await server.withBank(on: port) { client in
                let health = try await client.health()
                #expect(health == API.Health(store: .ok, vault: .failed, attachedAgents: 0))
            }
        }
    }

    @Test("a request whose connection is lost is sent again with the same key and the same bytes")
    func lostConnections() async throws {
        let body = #"{"name":"South"}"#
        let server = try await FlakyServer(
            losing: 2,
            answer:
                "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        let transport = try HTTPTransport(server: "http://127.0.0.1:\(server.port)")
        let client = SeneschalClient(
            transport, credential: nil, retries: RequestRetries(attemptsMax: 3, firstPause: .zero))
        #expect(try await client.registerMobileNetwork(.init(name: "South"), idempotencyKey: "k-1").name == "South")
        #expect(server.texts.count == 3)
        #expect(Set(server.texts).count == 1)
        #expect(server.texts[0].contains("k-1"))
        await transport.close()
        try await server.close()
    }

    @Test("after as many losses as allowed the client gives up, and tells the key for a later repetition")
    func givingUp() async throws {
        let server = try await FlakyServer(losing: 9, answer: "")
        let transport = try HTTPTransport(server: "http://127.0.0.1:\(server.port)")
        let client = SeneschalClient(
            transport, credential: nil, retries: RequestRetries(attemptsMax: 3, firstPause: .zero))
        let error = await #expect(throws: SeneschalClientError.self) {
            try await client.registerMobileNetwork(.init(name: "South"), idempotencyKey: "k-1")
        }
        guard case .unreachable(_, let key)? = error else { return }
        #expect(key == "k-1")
        #expect(server.texts.count == 3)
        await transport.close()
        try await server.close()
    }

    @Test("an answer that is not of the contract is told as such")
    func malformedAnswer() async throws {
        let server = try await FlakyServer(
            losing: 0, answer: "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")
        let transport = try HTTPTransport(server: "http://127.0.0.1:\(server.port)")
        let client = SeneschalClient(transport, credential: nil)
        await #expect(
            throws: SeneschalClientError.malformedAnswer(status: 200, reason: "it is not a MobileNetwork")
        ) { try await client.registerMobileNetwork(.init(name: "South")) }
        await transport.close()
        try await server.close()
    }

    @Test(
        "what is no server's address is refused",
        arguments: ["", "tsm", "ftp://tsm", "https://", "https://a/b", "http://u@a", "https://a?b"])
    func addresses(text: String) {
        #expect(throws: SeneschalClientError.invalidServer(text)) { try HTTPTransport(server: text) }
    }

    @Test("TSM-07: over TLS the client trusts the certificate it is given, and no other")
    func tls() async throws {
        let server = try await TestServer()
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-tls-\(UUID().uuidString)")
        let files = try TestCertificate.write(to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await server.live(files) { port in
            let trusting = try HTTPTransport(
                server: "https://localhost:\(port)", trustedCertificates: files.chain)
            #expect(try await SeneschalClient(trusting, credential: nil).health().status == .ok)
            await trusting.close()
            let strange = try HTTPTransport(server: "https://localhost:\(port)")
            let error = await #expect(throws: SeneschalClientError.self) {
                try await SeneschalClient(strange, credential: nil, retries: .none).health()
            }
            if case .unreachable? = error {} else { Issue.record("expected no connection") }
            await strange.close()
        }
    }

    @Test("files that hold no certificate or key are refused by name")
    func unusableCertificate() async throws {
        let server = try await TestServer()
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-tls-\(UUID().uuidString)")
        let files = try TestCertificate.write(to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let swapped = ServerAddress.CertificateFiles(chain: files.chain, privateKey: files.chain)
        let error = await #expect(throws: ServerAddressError.self) { try await server.live(swapped) { _ in } }
        guard case .unreadableCertificate(let file, _)? = error else { return }
        #expect(file == files.chain)
    }

    @Test("an agent reaches its remote agent through the client, and learns what went wrong")
    func agentConnection() async throws {
        let server = try await TestServer()
        let element = SecureElementDescription(seType: .embedded, seId: TestServer.seID)
        try await server.live { port in
            let transport = try HTTPTransport(server: "http://127.0.0.1:\(port)")
            let credential = try #require(AccessCredential(secret: server.agent))
            let connection = HTTPRemoteAgentConnection(transport, network: "North", credential: credential)
            let session = try await connection.openSession(for: [element])
            let chosen = try await connection.handshake(RAMHandshakeCommand(secureElements: [element]), in: session)
            #expect(chosen == RAMHandshakeResponse())
            let order = try await connection.exchange(.polling(lastOrderNumber: 0), in: session)
            #expect(order.ramCommands == nil)
            await #expect(throws: RemoteAgentConnectionError.unknownSession) {
                try await connection.exchange(.polling(lastOrderNumber: 0), in: "gone")
            }
            let stranger = HTTPRemoteAgentConnection(
                transport, network: "North", credential: try #require(AccessCredential(secret: server.bank)))
            await #expect(throws: RemoteAgentConnectionError.notAuthorized) {
                try await stranger.openSession(for: [element])
            }
            await transport.close()
        }
    }
}
