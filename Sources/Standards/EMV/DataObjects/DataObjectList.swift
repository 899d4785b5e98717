public import ISO7816

/// A Data Object List: tags and lengths of what one party wants to be sent, without the values. EMV Book 3 §5.4.
///
///     tag (1–3) | length (1) | tag | length | …
///
/// PDOL, CDOL1, CDOL2, DDOL and the format of the transaction log are such lists.
public struct DataObjectList: Hashable, Sendable {
    public let entries: [Entry]

    /// One wanted data object.
    public struct Entry: Hashable, Sendable {
        public let tag: BERTag
        /// Bytes, 0 to 255.
        public let length: Int

        public init(_ tag: BERTag, _ length: UInt8) {
            self.tag = tag
            self.length = Int(length)
        }
    }

    /// Template 83 with these many bytes still fills a short command: `83 81 FC …`.
    public static let totalLengthMax = 252

    /// - Throws: ``DataObjectListError/totalLength(_:)``.
    public init(_ entries: [Entry]) throws(DataObjectListError) {
        self.entries = entries
        guard totalLength <= Self.totalLengthMax else { throw .totalLength(totalLength) }
    }

    /// Reads the value of 9F38, 8C, 8D, 9F49 or 9F4F.
    ///
    /// - Throws: ``DataObjectListError``.
    public init(bytes: some Collection<UInt8>) throws(DataObjectListError) {
        var reader = ByteReader(bytes)
        var entries: [Entry] = []
        while !reader.isAtEnd {
            let tag = try Self.readTag(&reader)
            guard let length = try? reader.byte("length") else { throw .lengthMissing(tag) }
            entries.append(Entry(tag, length))
        }
        try self.init(entries)
    }

    private static func readTag(_ reader: inout ByteReader) throws(DataObjectListError) -> BERTag {
        let start = reader.offset
        var value: UInt32 = 0
        while let byte = try? reader.byte("tag") {
            value = value << 8 | UInt32(byte)
            let isFirst = reader.offset == start + 1
            if isFirst ? byte & 0x1F != 0x1F : byte & 0x80 == 0 { return BERTag(value) }
            guard reader.offset < start + 3 else { throw .tagTooLong(offset: start) }
        }
        throw .truncatedTag(offset: start)
    }

    public var bytes: [UInt8] { entries.flatMap { $0.tag.bytes + [UInt8($0.length)] } }

    /// The number of bytes that the values have together.
    public var totalLength: Int { entries.reduce(0) { $0 + $1.length } }

    public func contains(_ tag: BERTag) -> Bool { entries.contains { $0.tag == tag } }

    /// The values one after the other, each in its wanted length; what is not at hand or is a template is zeros.
    public func values(from objects: [BERTag: [UInt8]]) -> [UInt8] {
        entries.flatMap { entry in
            let value = entry.tag.isConstructed ? nil : objects[entry.tag]
            return value.map { DataObjectFormat(of: entry.tag).fitted($0, to: entry.length) }
                ?? [UInt8](repeating: 0, count: entry.length)
        }
    }

    /// The data objects whose values were sent one after the other, in the order of the list.
    ///
    /// - Throws: ``DataObjectListError/valuesLength(found:expected:)``.
    public func objects(in values: [UInt8]) throws(DataObjectListError) -> [BERTLV] {
        guard values.count == totalLength else {
            throw .valuesLength(found: values.count, expected: totalLength)
        }
        var rest = values[...]
        return entries.map { entry in
            defer { rest = rest.dropFirst(entry.length) }
            return BERTLV(entry.tag, Array(rest.prefix(entry.length)))
        }
    }
}

/// Why bytes are no Data Object List, or values do not follow theirs; offsets count from the start of the list.
public enum DataObjectListError: Error, Equatable, Sendable, CustomStringConvertible {
    case truncatedTag(offset: Int)
    case tagTooLong(offset: Int)
    case lengthMissing(BERTag)
    /// The values would not fit into one command.
    case totalLength(Int)
    case valuesLength(found: Int, expected: Int)

    public var description: String {
        switch self {
        case .truncatedTag(let offset): "the tag at byte \(offset) of the data object list is truncated"
        case .tagTooLong(let offset): "the tag at byte \(offset) of the data object list has more than three bytes"
        case .lengthMissing(let tag): "no length follows tag \(tag) in the data object list"
        case .totalLength(let count):
            "a data object list asks for \(DataObjectList.totalLengthMax) bytes at most, not \(count)"
        case .valuesLength(let found, let expected): "the data object list asks for \(expected) bytes, found \(found)"
        }
    }
}
