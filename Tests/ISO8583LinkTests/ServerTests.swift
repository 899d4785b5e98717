import CardCryptography
import ISO8583
import NIOCore
import NIOPosix
import Testing

@testable import ISO8583Link

@Suite("The issuer's end of a line", .serialized)
struct ServerTests {
    /// Runs a server and a bare connection to it.
    private static func connected(
        _ configuration: ISO8583ServerConfiguration = ISO8583ServerConfiguration(),
        answering: @escaping ISO8583Server.Answering = { try? $0.networkAnswerForTest() },
        _ body: @escaping @Sendable (BareConnection, EventLog) async throws -> Void
    ) async throws {
        let log = EventLog()
        let server = ISO8583Server(configuration, events: log.add, answering: answering)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            let port = await listeningPort(&group) { try await server.run(host: "127.0.0.1", port: 0, listening: $0) }
            try await BareConnection.open(port) { try await body($0, log) }
        }
    }

    private static func echo(_ trace: Int) throws -> Message {
        var message = Message(.networkManagementRequest)
        try message.set(.transmissionTime, "1127120000")
        try message.set(systemTraceAuditNumber: trace)
        try message.set(.networkManagementCode, "301")
        return message
    }

    private static func frame(_ message: Message, _ protocol: LineProtocol = LineProtocol()) -> [UInt8] {
        Array(ByteBuffer(frame: `protocol`.bytes(of: message)).readableBytesView)
    }

    @Test("several messages in one segment are answered, each of them")
    func together() async throws {
        try await Self.connected { (connection: BareConnection, _: EventLog) async throws in
            let bytes = try (1...20).flatMap { Self.frame(try Self.echo($0)) }
            try await connection.write(bytes)
            var traces: Set<Int> = []
            for _ in 1...20 { traces.insert(try #require(try await connection.message()?.systemTraceAuditNumber)) }
            #expect(traces == Set(1...20))
        }
    }

    @Test("a message that comes byte by byte is a message")
    func apart() async throws {
        try await Self.connected { (connection: BareConnection, _: EventLog) async throws in
            for byte in Self.frame(try Self.echo(7)) {
                try await connection.write([byte])
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(try await connection.message()?.systemTraceAuditNumber == 7)
        }
    }

    @Test(
        "a frame of no bytes, or of more than a message has, ends the connection before it is waited for",
        arguments: [[0x00, 0x00], [0x10, 0x01], [0xFF, 0xFF]] as [[UInt8]])
    func frames(_ bytes: [UInt8]) async throws {
        try await Self.connected { (connection: BareConnection, log: EventLog) async throws in
            try await connection.write(bytes)
            #expect(try await connection.message() == nil)
            #expect(try await log.untilContains("a frame has 1 to 4096 bytes"))
        }
    }

    @Test("half a message and then silence ends the connection")
    func halfOpen() async throws {
        var configuration = ISO8583ServerConfiguration()
        configuration.silenceMax = .seconds(3)
        try await Self.connected(configuration) { (connection: BareConnection, log: EventLog) async throws in
            try await connection.write([0x00, 0x40, 0x30])
            #expect(try await connection.message() == nil)
            #expect(try await log.untilContains("disconnected"))
        }
    }

    @Test("what is no message is answered with 30 where it can be, and ends the connection")
    func malformed() async throws {
        try await Self.connected { (connection: BareConnection, log: EventLog) async throws in
            let whole = Self.frame(try Self.echo(5))
            // Field 70 has a letter.
            try await connection.write(whole.dropLast() + [UInt8(ascii: "X")])
            let answer = try await connection.message()
            #expect(answer?.responseCode == .formatError && answer?.systemTraceAuditNumber == 5)
            #expect(try await connection.message() == nil)
            #expect(try await log.untilContains("refused: field 70 at byte"))
        }
        try await Self.connected { (connection: BareConnection, log: EventLog) async throws in
            try await connection.write([0x00, 0x03, 0x30, 0x31, 0x30])
            #expect(try await connection.message() == nil)
            #expect(try await log.untilContains("refused: message type at byte 0"))
        }
    }

    @Test("with a key, a message without its code, or with a wrong one, is not answered and ends the connection")
    func authentication() async throws {
        let key = LineProtocol(authentication: .cmac(try AESKey([UInt8](repeating: 1, count: 16))))
        let other = LineProtocol(authentication: .cmac(try AESKey([UInt8](repeating: 2, count: 16))))
        let counter = Counter()
        let answering: ISO8583Server.Answering = {
            counter.add()
            return try? $0.networkAnswerForTest()
        }
        for (wrong, reason) in [(LineProtocol(), "no authentication code"), (other, "is wrong")] {
            try await Self.connected(ISO8583ServerConfiguration(protocol: key), answering: answering) {
                (connection: BareConnection, log: EventLog) async throws in
                try await connection.write(Self.frame(try Self.echo(1), wrong))
                #expect(try await connection.message() == nil)
                #expect(try await log.untilContains(reason))
            }
        }
        #expect(counter.value == 0)
        try await Self.connected(ISO8583ServerConfiguration(protocol: key), answering: answering) {
            (connection: BareConnection, _: EventLog) async throws in
            try await connection.write(Self.frame(try Self.echo(1), key))
            #expect(try await connection.message(key)?.has(.secondMessageAuthenticationCode) == true)
        }
    }

    @Test("more connections than there may be are closed at once")
    func connections() async throws {
        var configuration = ISO8583ServerConfiguration()
        configuration.connectionsMax = 1
        let log = EventLog()
        let server = ISO8583Server(configuration, events: log.add) { try? $0.networkAnswerForTest() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            let port = await listeningPort(&group) { try await server.run(host: "127.0.0.1", port: 0, listening: $0) }
            try await BareConnection.open(port) { (first: BareConnection) async throws in
                try await first.write(Self.frame(try Self.echo(1)))
                #expect(try await first.message() != nil)
                try await BareConnection.open(port) { (second: BareConnection) async throws in
                    #expect(try await second.message() == nil)
                }
                try await first.write(Self.frame(try Self.echo(2)))
                #expect(try await first.message() != nil)
            }
            #expect(log.contains("1 connections are open already"))
        }
    }
}

/// A TCP connection that sends whatever it is told to.
struct BareConnection: Sendable {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let answers: Answers

    private actor Answers {
        private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) { iterator = inbound.makeAsyncIterator() }
        func next() async throws -> [UInt8]? {
            var copy = iterator
            defer { iterator = copy }
            return try await copy.next(isolation: self).map { Array($0.readableBytesView) }
        }
    }

    static func open(_ port: Int, _ body: @escaping @Sendable (BareConnection) async throws -> Void) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try channel.messageChannel(silenceMax: nil) }
            }
        try await channel.executeThenClose { inbound, outbound in
            try await body(BareConnection(outbound: outbound, answers: Answers(inbound)))
        }
    }

    func write(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// `nil` when the connection is over.
    func message(_ protocol: LineProtocol = LineProtocol()) async throws -> Message? {
        // A reset ends a connection as well.
        guard let bytes = try? await answers.next() else { return nil }
        return try `protocol`.message(bytes)
    }
}
