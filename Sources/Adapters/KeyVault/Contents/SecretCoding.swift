import CardCryptography

/// Why secret bytes are not the contents of a vault. It says where, never what.
struct SecretDecodingError: Error, Equatable {
    let offset: Int
}

/// Builds secret bytes field by field: big-endian integers, and byte strings with their lengths before them.
struct SecretWriter {
    private var parts: [SecretBytes] = []

    mutating func integer(_ value: some FixedWidthInteger) {
        parts.append(SecretBytes(withUnsafeBytes(of: value.bigEndian) { Array($0) }))
    }

    mutating func bytes(_ value: SecretBytes) {
        integer(UInt16(value.count))
        parts.append(value)
    }

    mutating func text(_ value: String) { bytes(SecretBytes(Array(value.utf8))) }

    /// All fields written so far.
    consuming func finish() -> SecretBytes {
        let count = parts.reduce(0) { $0 + $1.count }
        return SecretBytes(count: count) { target in
            var offset = 0
            for part in parts {
                part.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyBytes(from: $0) }
                offset += part.count
            }
        }
    }
}

/// Reads what ``SecretWriter`` wrote.
struct SecretReader {
    private let secret: SecretBytes
    private var offset = 0

    init(_ secret: SecretBytes) { self.secret = secret }

    var isAtEnd: Bool { offset == secret.count }

    mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(SecretDecodingError) -> Value {
        try take(MemoryLayout<Value>.size).withUnsafeBytes { bytes in
            bytes.reduce(Value(0)) { $0 << 8 | Value(truncatingIfNeeded: $1) }
        }
    }

    mutating func bytes() throws(SecretDecodingError) -> SecretBytes { try take(Int(integer(UInt16.self))) }

    /// A key of exactly this length.
    mutating func key(length: Int) throws(SecretDecodingError) -> SecretBytes {
        let key = try bytes()
        guard key.count == length else { throw SecretDecodingError(offset: offset) }
        return key
    }

    mutating func text() throws(SecretDecodingError) -> String {
        let bytes = try bytes().withUnsafeBytes { Array($0) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw SecretDecodingError(offset: offset) }
        return text
    }

    /// Nothing may follow.
    func finish() throws(SecretDecodingError) {
        if offset != secret.count { throw SecretDecodingError(offset: offset) }
    }

    private mutating func take(_ count: Int) throws(SecretDecodingError) -> SecretBytes {
        guard count <= secret.count - offset else { throw SecretDecodingError(offset: offset) }
        defer { offset += count }
        return secret.slice(offset..<offset + count)
    }
}
