import NIOCore
import NIOPosix
import Synchronization

/// A server that reads requests and closes the connection without an answer, a number of times; then it answers.
final class FlakyServer: Sendable {
    private let channel: any Channel
    private let requests: Requests

    /// What arrived, request by request.
    final class Requests: Sendable {
        private let all = Mutex<[String]>([])
        func append(_ text: String) -> Int {
            all.withLock {
                $0.append(text); return $0.count
            }
        }
        var texts: [String] { all.withLock { $0 } }
    }

    init(losing losses: Int, answer: String) async throws {
        let requests = Requests()
        self.requests = requests
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(requests: requests, losses: losses, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var texts: [String] { requests.texts }
    func close() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let requests: Requests
        private let losses: Int
        private let answer: String
        private var received = ""

        init(requests: Requests, losses: Int, answer: String) {
            self.requests = requests
            self.losses = losses
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            // The bodies of these tests are objects: a request is complete with its last brace.
            guard received.hasSuffix("}") else { return }
            let count = requests.append(received)
            received = ""
            guard count > losses else { return context.close(promise: nil) }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }
    }
}
