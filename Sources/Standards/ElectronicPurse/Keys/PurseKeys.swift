public import CardCryptography

/// The three keys of a card, or of an issuer for all its cards.
public struct PurseKeys: Hashable, Sendable {
    /// Of all three together, in bytes.
    public static let length = 48

    /// DPK.
    public var purchase: PurseKey
    /// DLK.
    public var load: PurseKey
    /// DTK, for transaction authentication codes.
    public var authentication: PurseKey

    public init(purchase: PurseKey, load: PurseKey, authentication: PurseKey) {
        self.purchase = purchase
        self.load = load
        self.authentication = authentication
    }

    /// From DPK ‖ DLK ‖ DTK, 16 bytes each.
    ///
    /// - Throws: ``CryptographyError/keyLength(found:allowed:)``.
    public init(_ bytes: SecretBytes) throws(CryptographyError) {
        guard bytes.count == Self.length else { throw .keyLength(found: bytes.count, allowed: [Self.length]) }
        purchase = try PurseKey(bytes.slice(0..<16))
        load = try PurseKey(bytes.slice(16..<32))
        authentication = try PurseKey(bytes.slice(32..<48))
    }

    public var bytes: SecretBytes { purchase.bytes + load.bytes + authentication.bytes }

    /// The keys one level below.
    public func derived(for factor: PurseSerial) -> PurseKeys {
        PurseKeys(
            purchase: purchase.derived(for: factor), load: load.derived(for: factor),
            authentication: authentication.derived(for: factor))
    }
}
