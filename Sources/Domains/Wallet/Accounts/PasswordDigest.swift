public import CardCryptography

/// What is kept of a password: scrypt over it, under a salt of its own.
public struct PasswordDigest: Hashable, Sendable, Codable {
    public let salt: [UInt8]
    /// The cost that it was made with; a login under another one makes it anew.
    public let n: UInt64
    public let r: UInt64
    public let p: UInt64
    public let digest: [UInt8]

    public static let saltLength = 16
    public static let digestLength = 32

    /// - Throws: ``CryptographyError/unsupportedCost``.
    public init(
        of password: SecretBytes, cost: Scrypt.Cost, random: any RandomSource
    ) throws(CryptographyError) {
        salt = random.bytes(Self.saltLength)
        (n, r, p) = (cost.n, cost.r, cost.p)
        digest = try Scrypt.derive(passphrase: password, salt: salt, cost: cost, count: Self.digestLength).revealed()
    }

    /// The work parameters.
    public var cost: Scrypt.Cost { Scrypt.Cost(n: n, r: r, p: p) }

    /// Whether it was made from `password`; compares in constant time.
    public func isOf(_ password: SecretBytes) -> Bool {
        guard
            let derived = try? Scrypt.derive(passphrase: password, salt: salt, cost: cost, count: Self.digestLength)
        else { return false }
        return derived == SecretBytes(digest)
    }
}
