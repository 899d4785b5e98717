public import CardCryptography

/// The public half of a key that a platform or a terminal signs with. No two have one name.
public struct SigningKey: Hashable, Sendable, Codable {
    /// `kid` in the header of what is signed: 1 to 64 visible ASCII characters.
    public let name: String
    public let holder: Holder
    /// A point on P-256, uncompressed.
    public let point: [UInt8]

    /// Whose key it is.
    public enum Holder: Hashable, Sendable, Codable {
        case platform(PartyName)
        case terminal(PartyName)

        public var name: PartyName {
            switch self {
            case .platform(let name), .terminal(let name): name
            }
        }
    }

    public static let nameLengths = 1...64
    /// Keys of one platform or terminal.
    public static let keysMax = 8

    /// - Throws: ``PaymentsError/invalid(field:reason:)``.
    public init(name: String, holder: Holder, publicKey: ECPublicKey) throws(PaymentsError) {
        guard Self.nameLengths.contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid(field: "keyName", reason: "1 to 64 visible ASCII characters")
        }
        guard publicKey.curve == .p256 else {
            throw .invalid(field: "publicKey", reason: "a P-256 public key in PEM (SubjectPublicKeyInfo)")
        }
        self.name = name
        self.holder = holder
        point = publicKey.uncompressedPoint
    }

    public var publicKey: ECPublicKey? { try? ECPublicKey(curve: .p256, uncompressedPoint: point) }
}
