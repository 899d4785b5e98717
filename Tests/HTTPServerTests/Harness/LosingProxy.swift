import NIOCore
import NIOPosix
import Synchronization

/// Stands before a real server and loses its first answers: what was asked is done, and the connection breaks.
final class LosingProxy: Sendable {
    private typealias Pipe = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    let port: Int
    private let listening: Task<Void, any Error>

    init(to server: Int, losing losses: Int) async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Pipe(wrappingChannelSynchronously: channel) }
            }
        port = listener.channel.localAddress?.port ?? 0
        let losses = Losses(losses)
        listening = Task {
            try await listener.executeThenClose { clients in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await client in clients {
                        group.addTask { try? await Self.carry(client, to: server, losses) }
                    }
                }
            }
        }
    }

    var address: String { "http://127.0.0.1:\(port)" }

    func close() { listening.cancel() }

    private final class Losses: Sendable {
        private let left: Mutex<Int>

        init(_ count: Int) { left = Mutex(count) }

        func take() -> Bool {
            left.withLock { left in
                guard left > 0 else { return false }
                left -= 1
                return true
            }
        }
    }

    private struct Lost: Error {}

    /// One connection, until one of its ends closes it or an answer is lost.
    private static func carry(_ client: Pipe, to port: Int, _ losses: Losses) async throws {
        try await client.executeThenClose { requests, answers in
            let server = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture { try Pipe(wrappingChannelSynchronously: channel) }
                }
            try await server.executeThenClose { replies, orders in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { for try await part in requests { try await orders.write(part) } }
                    group.addTask {
                        for try await part in replies {
                            guard !losses.take() else { throw Lost() }
                            try await answers.write(part)
                        }
                    }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        }
    }
}
