public import CardCryptography

/// The static keys of a Security Domain for SCP02: Key-ENC, Key-MAC and Key-DEK, double-length Triple-DES keys, or one
/// base key in the place of all three. GPC v2.3.1 §E.1.3, Table E-2.
public struct SCP02KeySet: Hashable, Sendable {
    public let enc: TripleDESKey
    public let mac: TripleDESKey
    public let dek: TripleDESKey

    /// - Throws: ``SCP02KeySetError`` when a key is not of 16 bytes.
    public init(enc: SecretBytes, mac: SecretBytes, dek: SecretBytes) throws(SCP02KeySetError) {
        self.enc = try Self.key(enc)
        self.mac = try Self.key(mac)
        self.dek = try Self.key(dek)
    }

    /// One key three times over: a base key, or a development card's.
    ///
    /// - Throws: ``SCP02KeySetError`` when it is not of 16 bytes.
    public init(repeating key: SecretBytes) throws(SCP02KeySetError) {
        try self.init(enc: key, mac: key, dek: key)
    }

    /// Three fresh keys.
    public static func random() -> SCP02KeySet {
        SCP02KeySet(known: .random(count: 16), .random(count: 16), .random(count: 16))
    }

    init(known enc: SecretBytes, _ mac: SecretBytes, _ dek: SecretBytes) {
        do { try self.init(enc: enc, mac: mac, dek: dek) } catch { preconditionFailure("16 bytes are a key: \(error)") }
    }

    private static func key(_ bytes: SecretBytes) throws(SCP02KeySetError) -> TripleDESKey {
        guard bytes.count == 16 else { throw .keyLength(found: bytes.count) }
        do { return try TripleDESKey(bytes) } catch { throw .keyLength(found: bytes.count) }
    }
}

/// Why some secrets are not an SCP02 key set.
public enum SCP02KeySetError: Error, Equatable, Sendable, CustomStringConvertible {
    case keyLength(found: Int)
    case diversificationDataLength(found: Int, expected: Int)
    /// The scheme makes AES keys only.
    case schemeNotForTripleDES(KeyDiversification)

    public var description: String {
        switch self {
        case .keyLength(let found): "a key of SCP02 has 16 bytes, found \(found)"
        case .diversificationDataLength(let found, let expected):
            "key diversification data has \(expected) bytes, found \(found)"
        case .schemeNotForTripleDES(let scheme): "\(scheme.rawValue) makes AES keys"
        }
    }
}

extension SCP02KeySet: CustomStringConvertible {
    public var description: String { "SCP02 key set" }
}
