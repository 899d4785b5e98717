import CardCryptography

/// What is kept of a payment PIN: scrypt over a tag of it, under a salt of its own.
///
/// The tag is made in the vault: whoever has the database alone cannot try the few PINs that there are.
public struct PINDigest: Hashable, Sendable, Codable {
    public let salt: [UInt8]
    public let n: UInt64
    public let r: UInt64
    public let p: UInt64
    public let digest: [UInt8]

    static let saltLength = 16
    static let digestLength = 32

    /// - Throws: ``CryptographyError/unsupportedCost``.
    init(ofTag tag: SecretBytes, cost: Scrypt.Cost, random: any RandomSource) throws(CryptographyError) {
        salt = random.bytes(Self.saltLength)
        (n, r, p) = (cost.n, cost.r, cost.p)
        digest = try Scrypt.derive(passphrase: tag, salt: salt, cost: cost, count: Self.digestLength).revealed()
    }

    /// Whether it was made from `tag`; compares in constant time.
    func isOf(tag: SecretBytes) -> Bool {
        let cost = Scrypt.Cost(n: n, r: r, p: p)
        guard let derived = try? Scrypt.derive(passphrase: tag, salt: salt, cost: cost, count: Self.digestLength)
        else { return false }
        return derived == SecretBytes(digest)
    }
}

/// PINs that were tried since the last right one.
public struct PINTries: Hashable, Sendable, Codable {
    public var count: Int
    /// Until then none is looked at.
    public var lockedUntil: Int64?

    public static let none = PINTries(count: 0, lockedUntil: nil)

    public init(count: Int, lockedUntil: Int64?) {
        self.count = count
        self.lockedUntil = lockedUntil
    }
}
