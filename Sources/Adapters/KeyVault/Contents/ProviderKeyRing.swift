import CardCryptography

/// What a service provider's vault holds: its transport key pair, the temporary master key that came under it, and the
/// master keys of its own key sets, by generation.
struct ProviderKeyRing: VaultContents {
    static let keyLength = 32

    /// PKCS #8 DER.
    let transportKey: SecretBytes
    /// From the central TSM, at registration.
    var temporaryMasterKey: SecretBytes?
    private(set) var generations: [SecretBytes] = []
    /// Keys through the controlling authorities of cards.
    var confidentialSetup = ConfidentialSetupRing()

    static var kind: VaultHeader.Kind { .provider }

    static var empty: ProviderKeyRing { ProviderKeyRing(transportKey: SecretBytes([])) }

    init() { self.init(transportKey: TransportKeyPair.generate().privateKey) }

    private init(transportKey: SecretBytes) { self.transportKey = transportKey }

    /// - Returns: the generation of a fresh random master key.
    mutating func addGeneration() -> Int {
        generations.append(.random(count: Self.keyLength))
        return generations.count - 1
    }

    //  transport key | temporary master key, or nothing | count (2) | own master keys … | confidential setup, which
    //  older files do not have

    init(secret: SecretBytes) throws(SecretDecodingError) {
        var reader = SecretReader(secret)
        transportKey = try reader.bytes()
        let temporary = try reader.bytes()
        guard [0, Self.keyLength].contains(temporary.count) else { throw SecretDecodingError(offset: 0) }
        temporaryMasterKey = temporary.isEmpty ? nil : temporary
        for _ in 0..<(try reader.integer(UInt16.self)) {
            generations.append(try reader.key(length: Self.keyLength))
        }
        if !reader.isAtEnd { confidentialSetup = try ConfidentialSetupRing(&reader) }
        try reader.finish()
    }

    var secret: SecretBytes {
        var writer = SecretWriter()
        writer.bytes(transportKey)
        writer.bytes(temporaryMasterKey ?? SecretBytes([]))
        writer.integer(UInt16(generations.count))
        for key in generations { writer.bytes(key) }
        confidentialSetup.write(to: &writer)
        return writer.finish()
    }
}
