import CardCryptography
import GlobalPlatform
public import ISO7816
import SecureChannel
public import TrustedServiceManager

/// The keys of delegated management: tokens are signed here, receipts verified; private and secret halves stay.
extension SealedVault {
    public func createSigningKey(label: String) async throws(KeyServiceError) -> SigningKeyIndex {
        guard label.utf8.count <= MasterKeyRing.labelBytesMax else {
            throw .invalid("a label has \(MasterKeyRing.labelBytesMax) bytes at most")
        }
        let key = ECPrivateKey.generate(.p256)
        return try await file.change(failure: { .failed("\($0)") }) { ring throws(KeyServiceError) in
            guard ring.signingKeys.count < MasterKeyRing.entriesMax else {
                throw .failed("the vault holds \(MasterKeyRing.entriesMax) signing keys, which is all it can")
            }
            return SigningKeyIndex(rawValue: ring.addSigningKey(label: label, key: key.scalar))
        }
    }

    public func sign(_ message: [UInt8], with key: SigningKeyIndex) async throws(KeyServiceError) -> [UInt8] {
        try signingKey(key).signature(over: message)
    }

    public func putTokenKey(
        _ key: SigningKeyIndex, replacing replaced: UInt8?
    ) async throws(KeyServiceError) -> CommandAPDU {
        let point = try signingKey(key).publicKey.uncompressedPoint
        // B0: a point of a curve; F0: which curve, by GlobalPlatform's own number (GPC v2.3.1 Table 11-16, Amendment E).
        let field = KeyDataField(
            components: [
                .init(type: .eccPublicKey, data: point),
                .init(type: .eccParametersReference, data: [EllipticCurve.p256.parameterReference]),
            ], keyCheckValue: [])
        return PutKeyCommand(
            replacing: replaced.flatMap(KeyVersionNumber.init(rawValue:)), newVersion: .tokenVerification,
            firstIdentifier: .signature, keys: [field]
        ).command
    }

    public func putReceiptKey(
        _ key: KeyReference, replacing replaced: UInt8?, encryptedUnder opening: KeyReference
    ) async throws(KeyServiceError) -> CommandAPDU {
        let receiptKey = try receiptKey(key)
        let field = KeyDataField.aes(
            ciphertext: try keySet(opening).encryptKey(receiptKey), clearLength: receiptKey.size.rawValue,
            keyCheckValue: receiptKey.keyCheckValue)
        return PutKeyCommand(
            replacing: replaced.flatMap(KeyVersionNumber.init(rawValue:)), newVersion: .receiptGeneration,
            firstIdentifier: .signature, keys: [field]
        ).command
    }

    public func isReceipt(
        _ signature: [UInt8], over message: [UInt8], by key: KeyReference
    ) async throws(KeyServiceError) -> Bool {
        VerificationKey.aes(try receiptKey(key)).isValid(signature, over: message)
    }

    /// Of the set that follows from the master key the one that makes MACs.
    private func receiptKey(_ key: KeyReference) throws(KeyServiceError) -> AESKey { try keySet(key).mac }

    private func signingKey(_ index: SigningKeyIndex) throws(KeyServiceError) -> ECPrivateKey {
        guard let entry = file.contents.signingKeys[index.rawValue] else { throw .unknownSigningKey(index) }
        do {
            return try ECPrivateKey(curve: .p256, scalar: entry.key)
        } catch {
            throw .failed("signing key \(index.rawValue): \(error)")
        }
    }
}
