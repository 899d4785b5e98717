import ISO8583
import ISO8583Link
import Issuing
import Synchronization

/// An acquirer's line, a wire with faults, and an issuer's server, all running while `body` does.
struct Street: Sendable {
    let line: IssuerLine
    let wire: FaultyWire
    let log: EventLog

    static func run(
        _ issuer: IssuerUnderTest, byteByByte: Bool = false, server: LineProtocol = LineProtocol(),
        acquirer: LineProtocol? = nil, timeout: Duration = .seconds(5), echo: Duration = .seconds(30),
        _ body: @escaping @Sendable (Street) async throws -> Void
    ) async throws {
        let door = issuer.door
        try await run(
            answering: { await door.answer($0) }, byteByByte: byteByByte, server: server, acquirer: acquirer,
            timeout: timeout, echo: echo, body)
    }

    static func run(
        answering: @escaping ISO8583Server.Answering, byteByByte: Bool = false, server: LineProtocol = LineProtocol(),
        acquirer: LineProtocol? = nil, timeout: Duration = .seconds(5), echo: Duration = .seconds(30),
        _ body: @escaping @Sendable (Street) async throws -> Void
    ) async throws {
        let log = EventLog()
        let listener = ISO8583Server(
            ISO8583ServerConfiguration(protocol: server), events: log.add, answering: answering)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            let port = await listeningPort(&group) { try await listener.run(host: "127.0.0.1", port: 0, listening: $0) }
            let wire = FaultyWire(to: port, byteByByte: byteByByte)
            let wirePort = await listeningPort(&group) { try await wire.run(listening: $0) }
            var configuration = IssuerLineConfiguration(
                host: "127.0.0.1", port: wirePort, protocol: acquirer ?? server)
            configuration.answerTimeout = timeout
            configuration.echoInterval = echo
            configuration.backOffMin = .milliseconds(20)
            let line = IssuerLine(configuration, now: { NoonClock.noon }, events: log.add)
            group.addTask { await line.run() }
            try await body(Street(line: line, wire: wire, log: log))
        }
    }

    /// Waits for the line to be up, then asks.
    func ask(_ message: Message) async throws -> Message {
        await line.untilUp()
        return try await line.request(message)
    }

    /// Asks until the issuer answers, as store and forward does.
    func insist(_ message: Message) async throws -> Message {
        for _ in 0..<100 {
            await line.untilUp()
            do { return try await line.request(message) } catch { try await Task.sleep(for: .milliseconds(10)) }
        }
        return try await line.request(message)
    }
}

/// Starts what listens, and gives its port.
func listeningPort(
    _ group: inout ThrowingTaskGroup<Void, any Error>,
    _ run: @escaping @Sendable (@escaping @Sendable (Int) -> Void) async throws -> Void
) async -> Int {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    group.addTask {
        // Cancelled at the end of the test.
        try? await run { continuation.yield($0) }
    }
    for await port in ports { return port }
    return 0
}

/// What happened on both ends.
final class EventLog: Sendable {
    private let events = Mutex<[LineEvent]>([])

    func add(_ event: LineEvent) { events.withLock { $0.append(event) } }

    var texts: [String] { events.withLock { $0.map { "\($0)" } } }

    func contains(_ text: String) -> Bool { texts.contains { $0.contains(text) } }

    /// Waits, twenty seconds at most, for an event.
    func untilContains(_ text: String) async throws -> Bool {
        for _ in 0..<2_000 {
            if contains(text) { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
