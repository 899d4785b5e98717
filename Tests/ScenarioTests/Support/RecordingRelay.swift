import NIOCore
import NIOPosix
import Synchronization

/// A relay between a client and a server on this machine that keeps every byte of both directions.
///
/// Each direction of each connection is one text, whatever the pieces were that it came in.
final class RecordingRelay: Sendable {
    /// What the client asks instead of the server.
    let address: String
    private let listener: any Channel
    private let directions: Directions

    /// - Parameter address: the server's, `http://127.0.0.1:PORT`.
    init(to address: String) async throws {
        guard let port = address.split(separator: ":").last.flatMap({ Int($0) }) else { throw NoPort(address: address) }
        let directions = Directions()
        listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .channelInitializer { server in
                        server.eventLoop.makeCompletedFuture {
                            try server.pipeline.syncOperations.addHandler(Pipe(to: client, directions.new()))
                        }
                    }
                    .connect(host: "127.0.0.1", port: port)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Pipe(to: server, directions.new()))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.address = "http://127.0.0.1:\(listener.localAddress?.port ?? 0)"
        self.directions = directions
    }

    /// Everything so far, a text for each direction of each connection.
    var recorded: [[UInt8]] { directions.all }

    func close() async { try? await listener.close() }

    struct NoPort: Error { var address: String }

    /// What goes one way on one connection.
    fileprivate final class Direction: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        func append(_ buffer: ByteBuffer) { bytes.withLock { $0 += buffer.readableBytesView } }
        var all: [UInt8] { bytes.withLock { $0 } }
    }

    private final class Directions: Sendable {
        private let list = Mutex<[Direction]>([])

        func new() -> Direction {
            let direction = Direction()
            list.withLock { $0.append(direction) }
            return direction
        }

        var all: [[UInt8]] { list.withLock { $0 }.map(\.all) }
    }

    /// Keeps what comes and passes it on.
    private final class Pipe: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let peer: any Channel
        private let direction: Direction

        init(to peer: any Channel, _ direction: Direction) {
            self.peer = peer
            self.direction = direction
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            direction.append(buffer)
            peer.writeAndFlush(buffer, promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { peer.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// The relays between many parties, each by the name of its client and its server.
actor RecordedWays {
    private(set) var relays: [String: RecordingRelay] = [:]

    /// The address that `client` asks instead of `address`.
    func way(_ client: String, _ server: String, _ address: String) async throws -> String {
        let relay = try await RecordingRelay(to: address)
        relays["\(client) → \(server)"] = relay
        return relay.address
    }

    func close() async { for relay in relays.values { await relay.close() } }
}
