import CardCryptography

/// What a merchant platform's vault holds: the key that seals its data, the key that tags it, the key that it signs
/// statements with, the key that it signs the contents of tags with, and what the keys of tags are derived from.
struct MerchantKeyRing: VaultContents {
    /// AES-256, HMAC with SHA-256, a scalar on P-256.
    static let keyLength = 32
    /// AES-128: what tags with secure dynamic messaging have.
    static let tagMasterKeyLength = 16

    let dataKey: SecretBytes
    let tagKey: SecretBytes
    let signingKey: SecretBytes
    let tagContentKey: SecretBytes
    /// Of the keys that encrypt identifier and counter.
    let metaReadMasterKey: SecretBytes
    /// Of the keys that authenticate them.
    let fileReadMasterKey: SecretBytes

    static var kind: VaultHeader.Kind { .merchant }

    static var empty: MerchantKeyRing { MerchantKeyRing(key: { _ in SecretBytes([]) }, scalar: { SecretBytes([]) }) }

    init() { self.init(key: { .random(count: $0) }, scalar: { ECPrivateKey.generate(.p256).scalar }) }

    private init(key: (_ length: Int) -> SecretBytes, scalar: () -> SecretBytes) {
        dataKey = key(Self.keyLength)
        tagKey = key(Self.keyLength)
        signingKey = scalar()
        tagContentKey = scalar()
        metaReadMasterKey = key(Self.tagMasterKeyLength)
        fileReadMasterKey = key(Self.tagMasterKeyLength)
    }

    //  data key | tag key | signing key | tag content key | meta read master key | file read master key

    init(secret: SecretBytes) throws(SecretDecodingError) {
        var reader = SecretReader(secret)
        dataKey = try reader.key(length: Self.keyLength)
        tagKey = try reader.key(length: Self.keyLength)
        signingKey = try reader.key(length: Self.keyLength)
        tagContentKey = try reader.key(length: Self.keyLength)
        metaReadMasterKey = try reader.key(length: Self.tagMasterKeyLength)
        fileReadMasterKey = try reader.key(length: Self.tagMasterKeyLength)
        try reader.finish()
    }

    var secret: SecretBytes {
        var writer = SecretWriter()
        for key in [dataKey, tagKey, signingKey, tagContentKey, metaReadMasterKey, fileReadMasterKey] {
            writer.bytes(key)
        }
        return writer.finish()
    }
}
