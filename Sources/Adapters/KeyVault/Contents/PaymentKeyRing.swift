import CardCryptography

/// What a payment server's vault holds: the key that seals its answers, the key that tags short secrets, the key that it
/// signs with, and the master keys that the keys of smart cards and purses are derived from.
struct PaymentKeyRing: VaultContents {
    /// AES-256, HMAC with SHA-256, a scalar on P-256.
    static let keyLength = 32
    /// AES-256 (AN10922).
    static let smartCardMasterKeyLength = 32
    /// Triple DES of two keys (JR/T 0025.2).
    static let masterKeyLength = 16

    let dataKey: SecretBytes
    let tagKey: SecretBytes
    let signingKey: SecretBytes
    let smartCardMasterKey: SecretBytes
    /// Of purchases, of loads and of TACs.
    let purseMasterKeys: [SecretBytes]

    static let purseMasterKeyCount = 3

    static var kind: VaultHeader.Kind { .payments }

    static var empty: PaymentKeyRing {
        let nothing = SecretBytes([])
        return PaymentKeyRing(
            dataKey: nothing, tagKey: nothing, signingKey: nothing, smartCardMasterKey: nothing,
            purseMasterKeys: Array(repeating: nothing, count: purseMasterKeyCount))
    }

    init() {
        self.init(
            dataKey: .random(count: Self.keyLength), tagKey: .random(count: Self.keyLength),
            signingKey: ECPrivateKey.generate(.p256).scalar,
            smartCardMasterKey: .random(count: Self.smartCardMasterKeyLength),
            purseMasterKeys: (0..<Self.purseMasterKeyCount).map { _ in .random(count: Self.masterKeyLength) })
    }

    private init(
        dataKey: SecretBytes, tagKey: SecretBytes, signingKey: SecretBytes, smartCardMasterKey: SecretBytes,
        purseMasterKeys: [SecretBytes]
    ) {
        self.dataKey = dataKey
        self.tagKey = tagKey
        self.signingKey = signingKey
        self.smartCardMasterKey = smartCardMasterKey
        self.purseMasterKeys = purseMasterKeys
    }

    //  data key | tag key | signing key | smart-card master key | purse master keys: purchase | load | TAC

    init(secret: SecretBytes) throws(SecretDecodingError) {
        var reader = SecretReader(secret)
        dataKey = try reader.key(length: Self.keyLength)
        tagKey = try reader.key(length: Self.keyLength)
        signingKey = try reader.key(length: Self.keyLength)
        smartCardMasterKey = try reader.key(length: Self.smartCardMasterKeyLength)
        var masterKeys: [SecretBytes] = []
        for _ in 0..<Self.purseMasterKeyCount { masterKeys.append(try reader.key(length: Self.masterKeyLength)) }
        purseMasterKeys = masterKeys
        try reader.finish()
    }

    var secret: SecretBytes {
        var writer = SecretWriter()
        for key in [dataKey, tagKey, signingKey, smartCardMasterKey] + purseMasterKeys { writer.bytes(key) }
        return writer.finish()
    }
}
