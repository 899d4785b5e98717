import ISO8583
import NIOCore
import NIOPosix
import Synchronization

@testable import ISO8583Link

/// A TCP wire between an acquirer and an issuer that does to the next message what a test says.
final class FaultyWire: Sendable {
    enum Fault: Sendable, Hashable {
        /// The connection breaks before the request reaches the issuer.
        case cutBeforeRequest
        /// The issuer gets the request; the connection breaks before its answer.
        case cutAfterRequest
        case loseRequest, loseAnswer
        case doubleRequest
        /// The answer comes behind the next one.
        case overtakenAnswer
        /// Behind so many milliseconds.
        case lateAnswer(Int)
    }

    private let faults = Mutex<[Fault]>([])
    private let held = Mutex<ByteBuffer?>(nil)
    private let port: Int
    private let isByteByByte: Bool

    /// - Parameter port: of the issuer.
    init(to port: Int, byteByByte: Bool = false) {
        self.port = port
        isByteByByte = byteByByte
    }

    /// What happens to the next messages of money, one after the other; network management passes.
    func next(_ fault: Fault) { faults.withLock { $0.append(fault) } }

    private func take(_ wanted: (Fault) -> Bool) -> Fault? {
        faults.withLock { faults in
            guard let first = faults.first, wanted(first) else { return nil }
            return faults.removeFirst()
        }
    }

    func run(listening: @escaping @Sendable (Int) -> Void) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try channel.messageChannel(silenceMax: nil) }
            }
        listening(server.channel.localAddress?.port ?? 0)
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { inbound in
                for try await connection in inbound { group.addTask { try? await self.join(connection) } }
            }
            group.cancelAll()
        }
    }

    private func join(_ acquirer: MessageChannel) async throws {
        let port = port
        try await acquirer.executeThenClose { requests, toAcquirer in
            let issuer = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.messageChannel(silenceMax: nil) }
                }
            try await issuer.executeThenClose { answers, toIssuer in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.pass(requests, toIssuer, isRequest: true) }
                    group.addTask { try await self.pass(answers, toAcquirer, isRequest: false) }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        }
    }

    private func pass(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        isRequest: Bool
    ) async throws {
        for try await frame in inbound {
            let isMoney = frame.getString(at: frame.readerIndex, length: 2) != "08"
            if !isMoney {
                try await write(frame, outbound)
            } else if isRequest {
                guard try await passRequest(frame, outbound) else { return }
            } else {
                guard try await passAnswer(frame, outbound) else { return }
            }
        }
    }

    /// - Returns: whether the wire holds.
    private func passRequest(_ frame: ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws
        -> Bool
    {
        switch take({ [.cutBeforeRequest, .loseRequest, .doubleRequest].contains($0) }) {
        case .cutBeforeRequest: return false
        case .loseRequest: return true
        case .doubleRequest:
            try await write(frame, outbound)
            try await write(frame, outbound)
        default: try await write(frame, outbound)
        }
        return true
    }

    private func passAnswer(_ frame: ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws
        -> Bool
    {
        let isAnswerFault: (Fault) -> Bool = {
            switch $0 {
            case .cutAfterRequest, .loseAnswer, .overtakenAnswer, .lateAnswer: true
            default: false
            }
        }
        switch take(isAnswerFault) {
        case .cutAfterRequest: return false
        case .loseAnswer: return true
        case .overtakenAnswer: held.withLock { $0 = frame }
        case .lateAnswer(let milliseconds):
            try await Task.sleep(for: .milliseconds(milliseconds))
            try await write(frame, outbound)
        default:
            try await write(frame, outbound)
            let overtaken = held.withLock { held in
                defer { held = nil }
                return held
            }
            if let overtaken { try await write(overtaken, outbound) }
        }
        return true
    }

    private func write(_ frame: ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        let whole = ByteBuffer(frame: Array(frame.readableBytesView))
        guard isByteByByte else { return try await outbound.write(whole) }
        for byte in whole.readableBytesView {
            try await outbound.write(ByteBuffer(bytes: [byte]))
            await Task.yield()
        }
    }
}
