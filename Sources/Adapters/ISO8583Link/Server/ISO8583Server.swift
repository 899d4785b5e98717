public import ISO8583
import NIOCore
import NIOPosix
import Synchronization

/// The issuer's end of lines: takes connections, reads requests and sends what they are answered with.
///
/// A peer that sends no messages is cut off: one that is silent, one whose frames are too long, one whose authentication
/// code is wrong.
public struct ISO8583Server: Sendable {
    /// `nil` when nothing is to be said: the acquirer finds out by a reversal.
    public typealias Answering = @Sendable (Message) async -> Message?

    public let configuration: ISO8583ServerConfiguration
    private let answering: Answering
    private let events: @Sendable (LineEvent) -> Void

    public init(
        _ configuration: ISO8583ServerConfiguration, events: @escaping @Sendable (LineEvent) -> Void = { _ in },
        answering: @escaping Answering
    ) {
        self.configuration = configuration
        self.events = events
        self.answering = answering
    }

    /// Serves until the task is cancelled. What is being answered then is done, whether or not its answer still leaves.
    ///
    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - listening: called once with the port.
    /// - Throws: when nobody can listen there.
    public func run(host: String, port: Int, listening: @Sendable (Int) -> Void) async throws {
        let (silenceMax, security) = (TimeAmount(configuration.silenceMax), configuration.security)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.messageChannel(silenceMax: silenceMax, security: security?.handler())
                }
            }
        listening(server.channel.localAddress?.port ?? port)
        let connections = ConnectionCount()
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { inbound in
                for try await connection in inbound {
                    guard connections.take(configuration.connectionsMax) else {
                        events(.refused(reason: "\(configuration.connectionsMax) connections are open already"))
                        try? await connection.executeThenClose { _, _ in }
                        continue
                    }
                    group.addTask {
                        await serve(connection)
                        connections.giveBack()
                    }
                }
            }
            group.cancelAll()
        }
    }

    // MARK: - One connection

    private func serve(_ connection: MessageChannel) async {
        events(.connected(peer: connection.channel.remoteAddress?.description ?? "unknown"))
        do {
            try await connection.executeThenClose { inbound, outbound in
                try await answerAll(inbound, outbound)
            }
            events(.disconnected(reason: "over"))
        } catch {
            events(.disconnected(reason: "\(error)"))
        }
    }

    private func answerAll(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var count = 0
            for try await frame in inbound {
                if count == configuration.requestsMax {
                    try await group.next()
                    count -= 1
                }
                guard let request = try await read(frame, outbound) else { break }
                count += 1
                group.addTask { try await answer(request, outbound) }
            }
            try await group.waitForAll()
        }
    }

    /// - Returns: `nil` when the connection is over: its peer does not speak as agreed.
    private func read(
        _ frame: ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> Message? {
        do {
            let message = try configuration.protocol.message(Array(frame.readableBytesView))
            events(.received(message))
            return message
        } catch {
            events(.refused(reason: "\(error)"))
            if case .malformed(_, let partial?) = error, MatchingKey(partial) != nil,
                let refusal = try? partial.answer(.formatError)
            {
                try await send(refusal, outbound)
            }
            return nil
        }
    }

    private func answer(_ request: Message, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        guard request.type.isRequest else { return }
        if let answer = await answering(request) { try await send(answer, outbound) }
    }

    private func send(_ message: Message, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        events(.sent(message))
        try await outbound.write(ByteBuffer(frame: configuration.protocol.bytes(of: message)))
    }
}

/// Connections that are open.
private final class ConnectionCount: Sendable {
    private let count = Mutex(0)

    func take(_ max: Int) -> Bool {
        count.withLock { count in
            guard count < max else { return false }
            count += 1
            return true
        }
    }

    func giveBack() { count.withLock { $0 -= 1 } }
}
