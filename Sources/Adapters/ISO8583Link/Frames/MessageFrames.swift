import NIOCore

/// A message on a line: its length in two bytes, big-endian, then the message.
final class MessageFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    private let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt16.self).map(Int.init) else {
            return .needMoreData
        }
        // Refused before a byte of it is waited for.
        guard (1...bytesMax).contains(length) else { throw MessageFrameError.length(length, max: bytesMax) }
        guard buffer.readableBytes >= 2 + length else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 2)
        guard let frame = buffer.readSlice(length: length) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(frame))
        return .continue
    }

    func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState {
        while try decode(context: context, buffer: &buffer) == .continue {}
        return .needMoreData
    }
}

/// Why a stream of bytes is no sequence of messages.
enum MessageFrameError: Error, Equatable, CustomStringConvertible {
    case length(Int, max: Int)

    var description: String {
        switch self {
        case .length(let count, let max): "a frame has 1 to \(max) bytes, not \(count)"
        }
    }
}

extension ByteBuffer {
    /// A frame with its length in front; messages are shorter than what two bytes count.
    init(frame message: [UInt8]) {
        self.init()
        reserveCapacity(2 + message.count)
        writeInteger(UInt16(message.count))
        writeBytes(message)
    }
}
