/// Reads a fixed layout from bytes, front to back, and insists that nothing is left over.
public struct ByteReader: Sendable {
    private let bytes: [UInt8]
    /// The next byte to read.
    public private(set) var offset = 0

    public init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

    public var remaining: Int { bytes.count - offset }
    public var isAtEnd: Bool { remaining == 0 }

    public mutating func byte(_ field: StaticString) throws(ByteLayoutError) -> UInt8 {
        try take(1, field)[0]
    }

    /// Big-endian, as everything in ISO 7816 and GlobalPlatform.
    public mutating func uint16(_ field: StaticString) throws(ByteLayoutError) -> UInt16 {
        try take(2, field).reduce(0) { $0 << 8 | UInt16($1) }
    }

    public mutating func uint32(_ field: StaticString) throws(ByteLayoutError) -> UInt32 {
        try take(4, field).reduce(0) { $0 << 8 | UInt32($1) }
    }

    public mutating func take(_ count: Int, _ field: StaticString) throws(ByteLayoutError) -> [UInt8] {
        guard count <= remaining else {
            throw .truncated(field: "\(field)", offset: offset, needed: count, available: remaining)
        }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// A length byte and that many bytes: the LV fields of INSTALL.
    public mutating func lengthPrefixed(_ field: StaticString) throws(ByteLayoutError) -> [UInt8] {
        let count = try byte(field)
        return try take(Int(count), field)
    }

    /// Everything that is left.
    public mutating func rest() -> [UInt8] {
        defer { offset = bytes.count }
        return Array(bytes[offset...])
    }

    public func finish() throws(ByteLayoutError) {
        guard isAtEnd else { throw .trailingBytes(offset: offset, count: remaining) }
    }
}

/// Bytes did not follow their layout; the field and the offset are named.
public enum ByteLayoutError: Error, Equatable, Sendable, CustomStringConvertible {
    case truncated(field: String, offset: Int, needed: Int, available: Int)
    case trailingBytes(offset: Int, count: Int)

    public var description: String {
        switch self {
        case .truncated(let field, let offset, let needed, let available):
            "\(field) at byte \(offset) needs \(needed) bytes, \(available) are left"
        case .trailingBytes(let offset, let count):
            "\(count) bytes are left over from byte \(offset)"
        }
    }
}
