public import CardCryptography

/// The three static keys of a Security Domain for SCP03: Key-ENC, Key-MAC and Key-DEK, all of one size.
/// GPC Amendment D v1.2 §6.1, Table 6-1.
public struct SCP03KeySet: Hashable, Sendable {
    public let enc: AESKey
    public let mac: AESKey
    public let dek: AESKey

    public var size: AESKey.Size { enc.size }

    /// - Throws: ``SCP03KeySetError`` when a length is not one of AES or the sizes differ.
    public init(enc: SecretBytes, mac: SecretBytes, dek: SecretBytes) throws(SCP03KeySetError) {
        do {
            try self.init(enc: AESKey(enc), mac: AESKey(mac), dek: AESKey(dek))
        } catch let error as CryptographyError {
            throw .key(error)
        } catch {
            throw .sizesDiffer
        }
    }

    /// - Throws: ``SCP03KeySetError/sizesDiffer``.
    public init(enc: AESKey, mac: AESKey, dek: AESKey) throws(SCP03KeySetError) {
        guard enc.size == mac.size, mac.size == dek.size else { throw .sizesDiffer }
        self.enc = enc
        self.mac = mac
        self.dek = dek
    }

    /// Three fresh keys.
    public static func random(_ size: AESKey.Size) -> SCP03KeySet {
        SCP03KeySet(known: .random(size), .random(size), .random(size))
    }

    /// One key three times over, as development cards are delivered.
    public init(repeating key: AESKey) { self.init(known: key, key, key) }

    init(known enc: AESKey, _ mac: AESKey, _ dek: AESKey) {
        self.enc = enc
        self.mac = mac
        self.dek = dek
    }
}

/// Why three secrets are not an SCP03 key set.
public enum SCP03KeySetError: Error, Equatable, Sendable, CustomStringConvertible {
    case key(CryptographyError)
    case sizesDiffer
    /// A diversification needs other lengths.
    case diversificationDataLength(found: Int, expected: Int)
    case masterKeyLength(found: Int, allowed: [Int])

    public var description: String {
        switch self {
        case .key(let error): "\(error)"
        case .sizesDiffer: "the three keys of a key set have one size"
        case .diversificationDataLength(let found, let expected):
            "key diversification data has \(expected) bytes, found \(found)"
        case .masterKeyLength(let found, let allowed):
            "the master key has \(allowed.map(String.init).joined(separator: ", ")) bytes here, found \(found)"
        }
    }
}

extension SCP03KeySet: CustomStringConvertible {
    public var description: String { "SCP03 key set, AES-\(size.bitCount)" }
}
