/// The tag of a BER-TLV data object, one to three bytes, kept as written. ISO/IEC 7816-4 §5.2.2.1.
public struct BERTag: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(integerLiteral value: UInt32) { rawValue = value }
    public init(_ value: UInt32) { rawValue = value }

    /// Bit 6 of the first byte: the value holds data objects.
    public var isConstructed: Bool { bytes[0] & 0x20 != 0 }

    public var bytes: [UInt8] {
        switch rawValue {
        case 0...0xFF: [UInt8(rawValue)]
        case 0x100...0xFFFF: [UInt8(rawValue >> 8), UInt8(rawValue & 0xFF)]
        default: [UInt8(rawValue >> 16 & 0xFF), UInt8(rawValue >> 8 & 0xFF), UInt8(rawValue & 0xFF)]
        }
    }

    public var description: String { bytes.hex }
}

/// One BER-TLV data object.
public struct BERTLV: Hashable, Sendable {
    public var tag: BERTag
    public var value: [UInt8]

    public init(_ tag: BERTag, _ value: [UInt8] = []) {
        self.tag = tag
        self.value = value
    }

    /// A constructed data object from its parts, in order.
    public init(_ tag: BERTag, _ children: [BERTLV]) {
        self.tag = tag
        value = children.bytes
    }

    /// Tag, length in its shortest form, value.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.count + Self.headLengthMax)
        append(to: &bytes)
        return bytes
    }

    /// Three bytes of tag and four of length.
    fileprivate static let headLengthMax = 7

    fileprivate func append(to bytes: inout [UInt8]) {
        let tag = tag.rawValue
        if tag > 0xFFFF { bytes.append(UInt8(truncatingIfNeeded: tag >> 16)) }
        if tag > 0xFF { bytes.append(UInt8(truncatingIfNeeded: tag >> 8)) }
        bytes.append(UInt8(truncatingIfNeeded: tag))
        if value.count < 0x80 {
            bytes.append(UInt8(value.count))
        } else {
            bytes.append(contentsOf: Self.lengthBytes(value.count))
        }
        bytes.append(contentsOf: value)
    }

    /// The data objects inside.
    public func children() throws(BERTLVDecodingError) -> [BERTLV] { try Self.sequence(value) }

    /// The length field for `count` bytes: `xx`, `81 xx`, `82 xx xx` or `83 xx xx xx`.
    public static func lengthBytes(_ count: Int) -> [UInt8] {
        switch count {
        case 0..<0x80: [UInt8(count)]
        case 0x80...0xFF: [0x81, UInt8(count)]
        case 0x100...0xFFFF: [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
        default: [0x83, UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)]
        }
    }
}

/// Why some bytes are not BER-TLV; the offset counts from the start of what was read.
public enum BERTLVDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    case truncatedTag(offset: Int)
    case tagTooLong(offset: Int)
    case truncatedLength(offset: Int)
    case indefiniteLength(offset: Int)
    case lengthTooLong(offset: Int)
    case valueTruncated(tag: BERTag, announced: Int, available: Int)
    case trailingBytes(offset: Int)
    case unexpectedTag(BERTag, expected: BERTag)
    case missing(BERTag)
    case duplicate(BERTag)

    public var description: String {
        switch self {
        case .truncatedTag(let offset): "tag at byte \(offset) is truncated"
        case .tagTooLong(let offset): "tag at byte \(offset) has more than three bytes"
        case .truncatedLength(let offset): "length at byte \(offset) is truncated"
        case .indefiniteLength(let offset): "indefinite length at byte \(offset) is not allowed"
        case .lengthTooLong(let offset): "length at byte \(offset) has more than three bytes"
        case .valueTruncated(let tag, let announced, let available):
            "value of tag \(tag) announces \(announced) bytes, \(available) follow"
        case .trailingBytes(let offset): "bytes left over from byte \(offset)"
        case .unexpectedTag(let tag, let expected): "tag \(tag) where \(expected) is expected"
        case .missing(let tag): "tag \(tag) is missing"
        case .duplicate(let tag): "tag \(tag) stands twice"
        }
    }
}

// MARK: - Reading

extension BERTLV {
    /// Reads exactly one data object and nothing after it.
    public init(bytes: some Collection<UInt8>) throws(BERTLVDecodingError) {
        var reader = BERTLVReader(bytes)
        self = try reader.next()
        guard reader.isAtEnd else { throw .trailingBytes(offset: reader.offset) }
    }

    /// Reads data objects until the bytes are used up.
    public static func sequence(_ bytes: some Collection<UInt8>) throws(BERTLVDecodingError) -> [BERTLV] {
        var reader = BERTLVReader(bytes)
        var objects: [BERTLV] = []
        while !reader.isAtEnd { objects.append(try reader.next()) }
        return objects
    }
}

extension [BERTLV] {
    /// The value of the first data object with `tag`.
    public subscript(tag: BERTag) -> [UInt8]? { first { $0.tag == tag }?.value }

    /// All objects as bytes, one after the other.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(reduce(0) { $0 + $1.value.count + BERTLV.headLengthMax })
        for object in self { object.append(to: &bytes) }
        return bytes
    }
}

/// Reads data objects one after the other from bytes.
public struct BERTLVReader: Sendable {
    private let bytes: [UInt8]
    /// The next byte to read.
    public private(set) var offset = 0

    public init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

    public var isAtEnd: Bool { offset >= bytes.count }

    /// Whether the object that comes next has this tag, without reading it.
    public func nextIs(_ tag: BERTag) -> Bool { bytes[offset...].starts(with: tag.bytes) }

    /// Reads the next data object.
    public mutating func next() throws(BERTLVDecodingError) -> BERTLV {
        let tag = try readTag()
        let length = try readLength()
        guard length <= bytes.count - offset else {
            throw .valueTruncated(tag: tag, announced: length, available: bytes.count - offset)
        }
        defer { offset += length }
        return BERTLV(tag, Array(bytes[offset..<offset + length]))
    }

    /// Reads the next data object, which must have `tag`, and answers its value.
    public mutating func next(_ tag: BERTag) throws(BERTLVDecodingError) -> [UInt8] {
        guard !isAtEnd else { throw .missing(tag) }
        let object = try next()
        guard object.tag == tag else { throw .unexpectedTag(object.tag, expected: tag) }
        return object.value
    }

    private mutating func readTag() throws(BERTLVDecodingError) -> BERTag {
        let start = offset
        guard offset < bytes.count else { throw .truncatedTag(offset: start) }
        var value = UInt32(bytes[offset])
        offset += 1
        guard value & 0x1F == 0x1F else { return BERTag(value) }
        while true {
            guard offset < bytes.count else { throw .truncatedTag(offset: start) }
            guard offset - start < 3 else { throw .tagTooLong(offset: start) }
            let byte = bytes[offset]
            value = value << 8 | UInt32(byte)
            offset += 1
            if byte & 0x80 == 0 { return BERTag(value) }
        }
    }

    private mutating func readLength() throws(BERTLVDecodingError) -> Int {
        let start = offset
        guard offset < bytes.count else { throw .truncatedLength(offset: start) }
        let first = bytes[offset]
        offset += 1
        guard first & 0x80 != 0 else { return Int(first) }
        let count = Int(first & 0x7F)
        guard count != 0 else { throw .indefiniteLength(offset: start) }
        guard count <= 3 else { throw .lengthTooLong(offset: start) }
        guard bytes.count - offset >= count else { throw .truncatedLength(offset: start) }
        defer { offset += count }
        return bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
    }
}
