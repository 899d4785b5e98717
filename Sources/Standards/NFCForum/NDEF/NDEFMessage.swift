public import ISO7816

/// An NDEF message: one or more records, from the one that says "begin" to the one that says "end". NFC Forum NDEF 1.0.
///
///     let message = NDEFMessage(URIRecord("https://pay.example/t/1").record)
///     message.bytes.hex                                  // D1010E0470…
///     try NDEFMessage(bytes: message.bytes) == message
public struct NDEFMessage: Hashable, Sendable {
    /// Never empty.
    public let records: [NDEFRecord]

    public init(_ first: NDEFRecord, _ others: NDEFRecord...) { records = [first] + others }

    /// - Returns: `nil` for no records: a message has one at least.
    public init?(_ records: [NDEFRecord]) {
        guard !records.isEmpty else { return nil }
        self.records = records
    }

    /// A message without content: the single empty record.
    public static let empty = NDEFMessage(.empty)

    public var isEmpty: Bool { self == .empty }

    /// Message begin and end, chunk, short record, ID length.
    private enum Flag {
        static let messageBegin: UInt8 = 0x80
        static let messageEnd: UInt8 = 0x40
        static let chunk: UInt8 = 0x20
        static let shortRecord: UInt8 = 0x10
        static let identifierLength: UInt8 = 0x08
        static let format: UInt8 = 0x07
    }

    /// The type name format of a chunk that continues the one before.
    private static let unchanged: UInt8 = 0x06
}

// MARK: - Bytes

extension NDEFMessage {
    /// Reads a message from its bytes, all of them.
    ///
    /// - Throws: ``NDEFDecodingError``. Chunked records are refused: whoever writes tags knows the length beforehand.
    public init(bytes: some Collection<UInt8>) throws(NDEFDecodingError) {
        var reader = ByteReader(bytes)
        var records: [NDEFRecord] = []
        while true {
            let (record, isLast) = try Self.record(&reader, number: records.count)
            records.append(record)
            if isLast { break }
        }
        do throws(ByteLayoutError) { try reader.finish() } catch { throw .layout(error) }
        self.records = records
    }

    private static func record(
        _ reader: inout ByteReader, number: Int
    ) throws(NDEFDecodingError) -> (NDEFRecord, isLast: Bool) {
        do {
            let flags = try reader.byte("record flags")
            let format = try check(flags, number: number)
            let typeLength = try reader.byte("type length")
            let isShort = flags & Flag.shortRecord != 0
            let payloadLength =
                isShort ? Int(try reader.byte("payload length")) : Int(try reader.uint32("payload length"))
            let hasIdentifier = flags & Flag.identifierLength != 0
            let identifierLength = hasIdentifier ? try reader.byte("ID length") : 0
            let type = try reader.take(Int(typeLength), "type")
            let identifier = try reader.take(Int(identifierLength), "ID")
            let payload = try reader.take(payloadLength, "payload")
            let record = try NDEFRecord(format, type: type, identifier: identifier, payload: payload)
            return (record, flags & Flag.messageEnd != 0)
        } catch let error as ByteLayoutError {
            throw .layout(error)
        } catch let error as NDEFRecordError {
            throw .record(number: number, error)
        } catch let error as NDEFDecodingError {
            throw error
        } catch {
            preconditionFailure("only the three errors above are thrown")
        }
    }

    private static func check(
        _ flags: UInt8, number: Int
    ) throws(NDEFDecodingError) -> NDEFRecord.TypeNameFormat {
        guard (flags & Flag.messageBegin != 0) == (number == 0) else {
            throw number == 0 ? .missingBegin : .repeatedBegin(record: number)
        }
        let format = flags & Flag.format
        guard flags & Flag.chunk == 0 else { throw .chunked(record: number) }
        guard format != unchanged else { throw .continuationWithoutChunk(record: number) }
        guard let known = NDEFRecord.TypeNameFormat(rawValue: format) else { throw .reservedFormat(record: number) }
        return known
    }

    /// The message as it stands on a tag: short records where they fit, an ID length only where there is an ID.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for (index, record) in records.enumerated() {
            let isShort = record.payload.count <= 0xFF
            var flags = record.format.rawValue
            if index == 0 { flags |= Flag.messageBegin }
            if index == records.count - 1 { flags |= Flag.messageEnd }
            if isShort { flags |= Flag.shortRecord }
            if !record.identifier.isEmpty { flags |= Flag.identifierLength }
            bytes += [flags, UInt8(record.type.count)]
            let length = UInt32(record.payload.count)
            bytes += isShort ? [UInt8(length)] : stride(from: 24, through: 0, by: -8).map { UInt8(length >> $0 & 0xFF) }
            if !record.identifier.isEmpty { bytes.append(UInt8(record.identifier.count)) }
            bytes += record.type + record.identifier + record.payload
        }
        return bytes
    }
}

/// Why some bytes are no NDEF message; records are counted from 0.
public enum NDEFDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    case layout(ByteLayoutError)
    /// The first record does not say that the message begins.
    case missingBegin
    case repeatedBegin(record: Int)
    /// The record is one of several chunks.
    case chunked(record: Int)
    /// A chunk goes on that never began.
    case continuationWithoutChunk(record: Int)
    /// Type name format 7.
    case reservedFormat(record: Int)
    case record(number: Int, NDEFRecordError)

    public var description: String {
        switch self {
        case .layout(let error): "\(error)"
        case .missingBegin: "the first record does not begin the message"
        case .repeatedBegin(let record): "record \(record) begins a message inside the message"
        case .chunked(let record): "record \(record) is chunked, which is not supported"
        case .continuationWithoutChunk(let record): "record \(record) continues a chunk that did not begin"
        case .reservedFormat(let record): "record \(record) has the reserved type name format 7"
        case .record(let number, let error): "record \(number): \(error)"
        }
    }
}
