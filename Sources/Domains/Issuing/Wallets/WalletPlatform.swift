public import CardCryptography

/// A wallet that the issuer works with.
public struct WalletPlatform: Hashable, Sendable, Codable {
    /// 1 to 32 lower-case letters, digits and hyphens: `iss` of what it signs, and the name of its key.
    public var name: String
    /// P-256, as a SubjectPublicKeyInfo in PEM.
    public var publicKey: String
    public var registeredAt: Int64

    public init(name: String, publicKey: String, registeredAt: Int64) {
        self.name = name
        self.publicKey = publicKey
        self.registeredAt = registeredAt
    }

    /// - Throws: ``IssuingError/invalid(field:reason:)`` for what is no such key.
    public func verificationKey() throws(IssuingError) -> ECPublicKey {
        guard let key = try? ECPublicKey(pem: publicKey), key.curve == .p256 else {
            throw .invalid(field: "publicKey", reason: "a P-256 public key in PEM (SubjectPublicKeyInfo)")
        }
        return key
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
