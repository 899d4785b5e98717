import CardCryptography

/// A wallet that the issuer works with.
public struct WalletPlatform: Hashable, Sendable, Codable {
    /// 1 to 32 lower-case letters, digits and hyphens: `iss` of what it signs.
    public var name: String
    /// The keys that it signs with, oldest first; 1 to ``keysMax``.
    public var keys: [WalletKey]
    public var registeredAt: Int64

    public static let keysMax = 8

    public init(name: String, keys: [WalletKey], registeredAt: Int64) {
        self.name = name
        self.keys = keys
        self.registeredAt = registeredAt
    }

    func key(named name: String) -> ECPublicKey? {
        keys.first { $0.name == name }.flatMap { try? ECPublicKey(pem: $0.publicKey) }
    }
}

/// The public half of a key that a wallet signs with. No two wallets have keys of the same name.
public struct WalletKey: Hashable, Sendable, Codable {
    /// `kid` in the header of what is signed: 1 to 64 visible ASCII characters.
    public var name: String
    /// P-256, as a SubjectPublicKeyInfo in PEM.
    public var publicKey: String

    /// - Throws: ``IssuingError/invalid(field:reason:)`` for another name, or what is no such key.
    public init(name: String, publicKey: String) throws(IssuingError) {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid(field: "keyName", reason: "1 to 64 visible ASCII characters")
        }
        guard let key = try? ECPublicKey(pem: publicKey), key.curve == .p256 else {
            throw .invalid(field: "publicKey", reason: "a P-256 public key in PEM (SubjectPublicKeyInfo)")
        }
        self.name = name
        self.publicKey = publicKey
    }
}

/// A user, who has a name in one wallet only.
public struct WalletUser: Hashable, Sendable, Codable, CustomStringConvertible {
    public var wallet: String
    public var user: String

    public static let userBytesMax = 64

    /// - Throws: ``IssuingError/invalid(field:reason:)`` for a name that is empty, too long, or not plain.
    public init(wallet: String, user: String) throws(IssuingError) {
        guard (1...Self.userBytesMax).contains(user.utf8.count), user.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .invalid(field: "user", reason: "1 to \(Self.userBytesMax) visible ASCII characters") }
        self.wallet = wallet
        self.user = user
    }

    public var description: String { "\(wallet)/\(user)" }
}
