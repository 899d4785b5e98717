import ISO7816

/// Reads the length-value fields that INSTALL, PUT KEY and the registry use, with one kind of error.
struct CommandDataReader {
    private var reader: ByteReader

    init(_ bytes: some Collection<UInt8>) { reader = ByteReader(bytes) }

    var isAtEnd: Bool { reader.isAtEnd }

    /// How many bytes have been read.
    var offset: Int { reader.offset }

    /// The next byte, left where it is.
    var peek: UInt8? {
        var copy = reader
        return try? copy.byte("next byte")
    }

    mutating func byte(_ field: StaticString) throws(CommandDecodingError) -> UInt8 {
        do { return try reader.byte(field) } catch { throw .layout(error) }
    }

    mutating func take(_ count: Int, _ field: StaticString) throws(CommandDecodingError) -> [UInt8] {
        do { return try reader.take(count, field) } catch { throw .layout(error) }
    }

    /// A length byte and that many bytes.
    mutating func lengthPrefixed(_ field: StaticString) throws(CommandDecodingError) -> [UInt8] {
        do { return try reader.lengthPrefixed(field) } catch { throw .layout(error) }
    }

    /// A length in BER form (`xx`, `81 xx`, `82 xx xx`) and that many bytes.
    mutating func berLengthPrefixed(_ field: StaticString) throws(CommandDecodingError) -> [UInt8] {
        let first = try byte(field)
        switch first {
        case 0..<0x80: return try take(Int(first), field)
        case 0x81: return try take(Int(try byte(field)), field)
        case 0x82:
            let high = try byte(field)
            let low = try byte(field)
            return try take(Int(high) << 8 | Int(low), field)
        default: throw .invalid(field: "length of \(field)", value: [first])
        }
    }

    mutating func aid(_ field: StaticString) throws(CommandDecodingError) -> AID {
        let bytes = try lengthPrefixed(field)
        return try AID(field: "\(field)", bytes)
    }

    mutating func optionalAID(_ field: StaticString) throws(CommandDecodingError) -> AID? {
        let bytes = try lengthPrefixed(field)
        return bytes.isEmpty ? nil : try AID(field: "\(field)", bytes)
    }

    /// A length byte that must be zero.
    mutating func empty(_ field: StaticString) throws(CommandDecodingError) {
        let bytes = try lengthPrefixed(field)
        guard bytes.isEmpty else { throw .invalid(field: "\(field)", value: bytes) }
    }

    func finish() throws(CommandDecodingError) {
        do { try reader.finish() } catch { throw .layout(error) }
    }
}

extension AID {
    init(field: String, _ bytes: [UInt8]) throws(CommandDecodingError) {
        do { try self.init(bytes) } catch { throw .aid(field: field, error) }
    }

    /// The AID as INSTALL carries it: length, value.
    var lengthPrefixed: [UInt8] { [UInt8(bytes.count)] + bytes }
}

extension BERTLV {
    static func commandData(_ bytes: [UInt8]) throws(CommandDecodingError) -> [BERTLV] {
        do { return try sequence(bytes) } catch { throw .tlv(error) }
    }
}

/// A length in BER form and the bytes.
func berLengthPrefixed(_ bytes: [UInt8]) -> [UInt8] { BERTLV.lengthBytes(bytes.count) + bytes }
