import CardCryptography

/// What the wallet's vault holds.
struct WalletKeyRing: VaultContents {
    /// AES-256, and HMAC-SHA256.
    static let keyLength = 32
    static let versionsMax = 1_000

    /// By version, counted from 1: each wraps the data keys that were made while it was the newest.
    private(set) var keyEncryptionKeys: [SecretBytes]
    /// What card numbers are looked up by. It never changes: every tag in the store is made with it.
    let lookupKey: SecretBytes
    /// What account references follow from.
    let accountReferenceKey: SecretBytes
    /// What the keys of the universal instances of type 1 and type 2 follow from.
    let tokenMasterKeys: [SecretBytes]
    /// What the shares of card records follow from.
    let shareMasterKey: SecretBytes
    /// Scalars on P-256, the newest last: that one signs.
    private(set) var signingKeys: [SecretBytes]
    /// Scalar on P-256: devices encrypt to it.
    let encryptionKey: SecretBytes

    static var kind: VaultHeader.Kind { .wallet }

    static let tokenMasterKeyCount = 2

    static var empty: WalletKeyRing {
        WalletKeyRing(key: { SecretBytes([]) }, signingKeys: [], encryptionKey: SecretBytes([]))
    }

    init() {
        self.init(
            key: { .random(count: Self.keyLength) }, signingKeys: [ECPrivateKey.generate(.p256).scalar],
            encryptionKey: ECPrivateKey.generate(.p256).scalar)
    }

    private init(key: () -> SecretBytes, signingKeys: [SecretBytes], encryptionKey: SecretBytes) {
        keyEncryptionKeys = [key()]
        lookupKey = key()
        accountReferenceKey = key()
        tokenMasterKeys = (0..<Self.tokenMasterKeyCount).map { _ in key() }
        shareMasterKey = key()
        self.signingKeys = signingKeys
        self.encryptionKey = encryptionKey
    }

    /// - Returns: the version of a fresh key; `nil` when there are as many as may be.
    mutating func addKeyEncryptionKey() -> Int? {
        guard keyEncryptionKeys.count < Self.versionsMax else { return nil }
        keyEncryptionKeys.append(.random(count: Self.keyLength))
        return keyEncryptionKeys.count
    }

    mutating func addSigningKey() -> Bool {
        guard signingKeys.count < Self.versionsMax else { return false }
        signingKeys.append(ECPrivateKey.generate(.p256).scalar)
        return true
    }

    //  count (2) | key-encryption keys … | lookup key | account reference key | token master keys (2) | share master key
    //  | count (2) | signing keys … | encryption key

    init(secret: SecretBytes) throws(SecretDecodingError) {
        var reader = SecretReader(secret)
        keyEncryptionKeys = try Self.keys(&reader)
        lookupKey = try reader.key(length: Self.keyLength)
        accountReferenceKey = try reader.key(length: Self.keyLength)
        tokenMasterKeys = [try reader.key(length: Self.keyLength), try reader.key(length: Self.keyLength)]
        shareMasterKey = try reader.key(length: Self.keyLength)
        signingKeys = try Self.keys(&reader)
        encryptionKey = try reader.key(length: Self.keyLength)
        try reader.finish()
    }

    private static func keys(_ reader: inout SecretReader) throws(SecretDecodingError) -> [SecretBytes] {
        var keys: [SecretBytes] = []
        for _ in 0..<(try reader.integer(UInt16.self)) { keys.append(try reader.key(length: keyLength)) }
        return keys
    }

    var secret: SecretBytes {
        var writer = SecretWriter()
        writer.integer(UInt16(keyEncryptionKeys.count))
        for key in keyEncryptionKeys { writer.bytes(key) }
        for key in [lookupKey, accountReferenceKey] + tokenMasterKeys + [shareMasterKey] { writer.bytes(key) }
        writer.integer(UInt16(signingKeys.count))
        for key in signingKeys + [encryptionKey] { writer.bytes(key) }
        return writer.finish()
    }
}
