import CardCryptography

/// What an issuer's vault holds: the key that seals its data, the key that tags it, the master key of its cards, the key
/// that it signs with, and the key that wallets encrypt to.
struct IssuerKeyRing: VaultContents {
    /// AES-256, HMAC with SHA-256, a scalar on P-256.
    static let keyLength = 32
    /// Triple DES of two keys (EMV Book 2, Annex A1.4).
    static let masterKeyLength = 16

    let dataKey: SecretBytes
    let tagKey: SecretBytes
    let masterKey: SecretBytes
    let signingKey: SecretBytes
    let encryptionKey: SecretBytes

    static var kind: VaultHeader.Kind { .issuer }

    static var empty: IssuerKeyRing {
        let nothing = SecretBytes([])
        return IssuerKeyRing(
            dataKey: nothing, tagKey: nothing, masterKey: nothing, signingKey: nothing, encryptionKey: nothing)
    }

    init() {
        self.init(
            dataKey: .random(count: Self.keyLength), tagKey: .random(count: Self.keyLength),
            masterKey: .random(count: Self.masterKeyLength), signingKey: ECPrivateKey.generate(.p256).scalar,
            encryptionKey: ECPrivateKey.generate(.p256).scalar)
    }

    private init(
        dataKey: SecretBytes, tagKey: SecretBytes, masterKey: SecretBytes, signingKey: SecretBytes,
        encryptionKey: SecretBytes
    ) {
        self.dataKey = dataKey
        self.tagKey = tagKey
        self.masterKey = masterKey
        self.signingKey = signingKey
        self.encryptionKey = encryptionKey
    }

    //  data key | tag key | master key | signing key | encryption key

    init(secret: SecretBytes) throws(SecretDecodingError) {
        var reader = SecretReader(secret)
        dataKey = try reader.key(length: Self.keyLength)
        tagKey = try reader.key(length: Self.keyLength)
        masterKey = try reader.key(length: Self.masterKeyLength)
        signingKey = try reader.key(length: Self.keyLength)
        encryptionKey = try reader.key(length: Self.keyLength)
        try reader.finish()
    }

    var secret: SecretBytes {
        var writer = SecretWriter()
        for key in [dataKey, tagKey, masterKey, signingKey, encryptionKey] { writer.bytes(key) }
        return writer.finish()
    }
}
