public import CardCryptography

/// The public key of a payment scheme, which terminals hold. EMV Book 2 §5.2, Annex B.
public struct CertificationAuthorityKey: Hashable, Sendable {
    /// The first five bytes of the application identifiers of the scheme.
    public let registeredIdentifier: [UInt8]
    /// Tag 8F of the card names the key by it.
    public let index: UInt8
    public let key: RSAPublicKey
    /// The last month in which it verifies.
    public let expiry: CardExpiry

    public static let registeredIdentifierLength = 5

    public init(registeredIdentifier: [UInt8], index: UInt8, key: RSAPublicKey, expiry: CardExpiry) {
        precondition(registeredIdentifier.count == Self.registeredIdentifierLength, "a RID has five bytes")
        self.registeredIdentifier = registeredIdentifier
        self.index = index
        self.key = key
        self.expiry = expiry
    }

    /// SHA-1 over `RID || index || modulus || exponent`, which shows that the key came over unaltered.
    public var checkValue: [UInt8] {
        Digest.hash(registeredIdentifier + [index] + key.modulus + key.exponent, .sha1)
    }
}

/// The certification authority keys of one terminal.
public struct CertificationAuthorityKeys: Hashable, Sendable {
    public private(set) var keys: [CertificationAuthorityKey] = []

    /// EMV Book 2 §5.2: six keys for each scheme; a terminal here knows so many schemes.
    public static let countMax = 6 * 32

    public init() {}

    /// The keys that are valid for each other; of two with the same name the later one counts.
    public init(_ keys: [CertificationAuthorityKey]) { keys.forEach { add($0) } }

    /// Adds a key, or replaces the one with the same identifier and index. Beyond the bound nothing is added.
    ///
    /// - Returns: whether it is there now.
    @discardableResult
    public mutating func add(_ key: CertificationAuthorityKey) -> Bool {
        keys.removeAll { $0.registeredIdentifier == key.registeredIdentifier && $0.index == key.index }
        guard keys.count < Self.countMax else { return false }
        keys.append(key)
        return true
    }

    /// The key that an application names.
    ///
    /// - Parameter application: an application identifier, or at least its first five bytes.
    /// - Throws: ``OfflineAuthenticationError`` when there is none or it has expired by `month`.
    public func key(
        for application: [UInt8], index: UInt8, in month: CardExpiry
    ) throws(OfflineAuthenticationError) -> CertificationAuthorityKey {
        let identifier = Array(application.prefix(CertificationAuthorityKey.registeredIdentifierLength))
        guard let key = keys.first(where: { $0.registeredIdentifier == identifier && $0.index == index }) else {
            throw .unknownCertificationAuthorityKey(registeredIdentifier: identifier, index: index)
        }
        guard month <= key.expiry else { throw .certificationAuthorityKeyExpired }
        return key
    }
}
