import ISO8583
import NIOCore
import Testing

@testable import ISO8583Link

@Suite("A line with TLS", .serialized)
struct LineSecurityTests {
    /// Both ends with what they are told, for the time of `body`.
    private static func run(
        _ server: LineServerSecurity?, _ client: LineClientSecurity?,
        _ body: @escaping @Sendable (IssuerLine, EventLog, _ port: Int) async throws -> Void
    ) async throws {
        var configuration = ISO8583ServerConfiguration()
        configuration.security = server
        let (log, ofIssuer) = (EventLog(), EventLog())
        let listener = ISO8583Server(configuration, events: ofIssuer.add) { try? $0.networkAnswerForTest() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            let port = await listeningPort(&group) { try await listener.run(host: "127.0.0.1", port: 0, listening: $0) }
            var line = IssuerLineConfiguration(host: "127.0.0.1", port: port)
            line.backOffMin = .milliseconds(20)
            line.security = client
            let acquirer = IssuerLine(line, now: { NoonClock.noon }, events: log.add)
            group.addTask { await acquirer.run() }
            try await body(acquirer, log, port)
        }
        // Whoever is not let in never gets as far as a message.
        if !log.contains("signed on") { #expect(!ofIssuer.contains("received")) }
    }

    private static func echo() throws -> Message {
        var message = Message(.networkManagementRequest)
        try message.set(.transmissionTime, "1127120000")
        try message.set(systemTraceAuditNumber: 77)
        try message.set(.networkManagementCode, "301")
        return message
    }

    @Test("carries messages when the issuer is known by who signed its certificate, or by its key")
    func carried() async throws {
        let files = try LineCertificates()
        let server = try LineServerSecurity(files.bank)
        for trust: LineClientSecurity.Trust in [
            .authorities(file: files.bank.chain), .key(try KeyFingerprint(hex: LineCertificates.bankFingerprint)),
        ] {
            let client = try LineClientSecurity(to: "127.0.0.1", trusting: trust)
            try await Self.run(server, client) { (line: IssuerLine, _: EventLog, _: Int) async throws in
                await line.untilUp()
                #expect(try await line.request(Self.echo()).responseCode == .approved)
                let state = await line.state
                #expect(state.isEncrypted && state.signedOnAt == NoonClock.noon)
            }
        }
        // By the name that the certificate has, too.
        let named = try LineClientSecurity(to: "localhost", trusting: .authorities(file: files.bank.chain))
        try await Self.run(server, named) { (line: IssuerLine, _: EventLog, _: Int) async throws in await line.untilUp()
        }
        files.discard()
    }

    @Test("does not come up where the issuer is another one, or its certificate is for another name")
    func otherIssuer() async throws {
        let files = try LineCertificates()
        let refused: [(LineCertificate, String, LineClientSecurity.Trust)] = [
            (files.bank, "127.0.0.1", .system),
            (files.bank, "127.0.0.1", .authorities(file: files.stranger.chain)),
            (files.stranger, "other.example", .authorities(file: files.stranger.chain)),
            (files.stranger, "127.0.0.1", .authorities(file: files.stranger.chain)),
            (files.stranger, "127.0.0.1", .key(try KeyFingerprint(hex: LineCertificates.bankFingerprint))),
        ]
        for (shown, host, trust) in refused {
            try await Self.run(LineServerSecurity(shown), LineClientSecurity(to: host, trusting: trust)) {
                (line: IssuerLine, log: EventLog, _: Int) async throws in
                #expect(try await log.untilContains("disconnected"))
                #expect(await line.isUp == false)
                await #expect(throws: IssuerLineError.notConnected) { try await line.request(Self.echo()) }
            }
        }
        files.discard()
    }

    @Test("that is mutual lets in who shows a certificate that the issuer knows, and nobody else")
    func mutual() async throws {
        let files = try LineCertificates()
        let server = try LineServerSecurity(files.bank, clientAuthorities: files.till.chain)
        #expect(server.isMutual)
        let trust = LineClientSecurity.Trust.authorities(file: files.bank.chain)
        let till = try LineClientSecurity(to: "127.0.0.1", trusting: trust, showing: files.till)
        try await Self.run(server, till) { (line: IssuerLine, _: EventLog, _: Int) async throws in
            await line.untilUp()
            #expect(try await line.request(Self.echo()).responseCode == .approved)
        }
        for shown in [nil, files.stranger] {
            let client = try LineClientSecurity(to: "127.0.0.1", trusting: trust, showing: shown)
            try await Self.run(server, client) {
                (line: IssuerLine, log: EventLog, _: Int) async throws in
                #expect(try await log.untilContains("disconnected"))
                #expect(await line.isUp == false)
            }
        }
        files.discard()
    }

    @Test("is not spoken by one end alone: what comes in the clear is not answered, and nothing is sent in the clear")
    func oneEnd() async throws {
        let files = try LineCertificates()
        let server = try LineServerSecurity(files.bank)
        try await Self.run(server, nil) {
            (line: IssuerLine, log: EventLog, _: Int) async throws in
            #expect(try await log.untilContains("disconnected"))
            #expect(await line.isUp == false)
        }
        let client = try LineClientSecurity(to: "127.0.0.1", trusting: .authorities(file: files.bank.chain))
        try await Self.run(nil, client) {
            (line: IssuerLine, log: EventLog, _: Int) async throws in
            #expect(try await log.untilContains("disconnected"))
            #expect(await line.isUp == false)
        }
        files.discard()
    }

    @Test("that cannot be protected as asked is refused with the file, before anything is opened")
    func unreadable() throws {
        let files = try LineCertificates()
        let missing = files.bank.chain + ".missing"
        func isRefused(_ body: () throws -> Void) -> Bool {
            do {
                try body()
                return false
            } catch LineSecurityError.unreadable(let file, _) {
                return [missing, files.bank.privateKey].contains(file)
            } catch {
                return false
            }
        }
        #expect(
            isRefused {
                _ = try LineServerSecurity(LineCertificate(chain: missing, privateKey: files.bank.privateKey))
            })
        #expect(
            isRefused { _ = try LineServerSecurity(LineCertificate(chain: files.bank.chain, privateKey: missing)) })
        #expect(isRefused { _ = try LineServerSecurity(files.bank, clientAuthorities: missing) })
        #expect(isRefused { _ = try LineServerSecurity(files.bank, clientAuthorities: files.bank.privateKey) })
        #expect(isRefused { _ = try LineClientSecurity(to: "127.0.0.1", trusting: .authorities(file: missing)) })
        for wrong in ["", "00", String(repeating: "0", count: 63), String(repeating: "g", count: 64)] {
            #expect(throws: LineSecurityError.fingerprint) { try KeyFingerprint(hex: wrong) }
        }
        #expect(throws: LineSecurityError.serverName("")) { try LineClientSecurity(to: "") }
        files.discard()
    }
}
