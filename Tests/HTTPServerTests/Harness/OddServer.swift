import NIOCore
import NIOPosix
import Synchronization

/// A server that does not keep to the protocol, or not to the end: what it does with each request is said beforehand.
final class OddServer: Sendable {
    enum Manner: Sendable {
        /// Takes the request and never answers.
        case silent
        /// Sends this and nothing more; the connection stays.
        case sending(String)
        /// Sends this byte by byte, each in a packet of its own.
        case dripping(String)
        /// Sends this and closes the connection.
        case breakingAfter(String)
    }

    private let channel: any Channel

    /// - Parameter manners: of the first request, the second and so on; the last is that of all others.
    init(_ manners: Manner...) async throws {
        let requests = Counter()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(manners: manners, requests: requests))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    func close() async throws { try await channel.close() }

    private final class Counter: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                defer { count += 1 }
                return count
            }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let manners: [Manner]
        private let requests: Counter
        private var received = ""

        init(manners: [Manner], requests: Counter) {
            self.manners = manners
            self.requests = requests
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            // The bodies of these tests are objects: a request is complete with its last brace.
            guard received.hasSuffix("}") else { return }
            received = ""
            switch manners[min(requests.next(), manners.count - 1)] {
            case .silent: break
            case .sending(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .dripping(let text):
                for byte in text.utf8 {
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [byte])), promise: nil)
                }
            case .breakingAfter(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            }
        }
    }
}

extension OddServer {
    /// A whole answer of HTTP.
    static func answer(_ status: String, _ body: String, type: String = "application/json") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// What says neither yes nor no, whatever was asked.
    static let answersOfNothing: [Manner] = [
        .silent,
        .sending("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"),
        .sending("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"transfer\":"),
        .sending(
            "HTTP/1.1 200 OK\r\nContent-Type: application/problem+json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cod"
        ),
        .breakingAfter(""),
        .breakingAfter(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"transfer\":"),
        .sending("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        .breakingAfter("\u{0}\u{1}\u{2}"),
        .sending(answer("200 OK", "<html>It works</html>", type: "text/html")),
        .sending(answer("404 Not Found", "<html>No such page</html>", type: "text/html")),
        .sending(answer("200 OK", #"{"a":1}"#)),
        .sending(answer("200 OK", "")),
        .sending(answer("500 Internal Server Error", "sorry", type: "text/plain")),
        .sending(answer("422 Unprocessable Entity", #"{"code":"whatever"}"#, type: "application/problem+json")),
        .sending("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
    ]
}
