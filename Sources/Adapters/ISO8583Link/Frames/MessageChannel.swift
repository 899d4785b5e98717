import ISO8583
import NIOCore

/// A TCP connection as frames in both directions.
typealias MessageChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

extension Channel {
    /// Frames, and the end of a connection over which nothing has come for so long.
    ///
    /// - Parameter security: TLS, below everything else.
    func messageChannel(
        silenceMax: TimeAmount?, security: (any ChannelHandler)? = nil
    ) throws -> MessageChannel {
        let operations = pipeline.syncOperations
        if let security { try operations.addHandler(security) }
        if let silenceMax {
            try operations.addHandlers([IdleStateHandler(readTimeout: silenceMax), SilenceHandler()])
        }
        try operations.addHandler(ByteToMessageHandler(MessageFrameDecoder(bytesMax: Message.bytesMax)))
        return try MessageChannel(wrappingChannelSynchronously: self)
    }
}

/// Closes a connection that has been silent: a peer that went away without a word leaves it half open.
private final class SilenceHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.fireErrorCaught(LineSilence())
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}

/// Nothing has come over a connection for too long.
struct LineSilence: Error, CustomStringConvertible {
    var description: String { "nothing has come over the connection for too long" }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
