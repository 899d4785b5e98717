public import CardCryptography

/// What decrypts keys and other sensitive data on the card: the session DEK of SCP02 (GPC v2.3.1 §E.4.7), the static
/// Key-DEK of SCP03 (Amendment D v1.2 §6.2.8).
public struct SensitiveDataKey: Equatable, Sendable {
    private let kind: Kind

    private enum Kind: Equatable, Sendable {
        case tripleDES(SCP02SessionKeys)
        case aes(SCP03KeySet)
    }

    init(_ keys: SCP02SessionKeys) { kind = .tripleDES(keys) }
    init(_ keys: SCP03KeySet) { kind = .aes(keys) }

    /// Bytes of a block: 8 or 16.
    public var blockLength: Int {
        switch kind {
        case .tripleDES: 8
        case .aes: 16
        }
    }

    /// Decrypts whole blocks.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func decrypt(_ data: [UInt8]) throws(CryptographyError) -> SecretBytes {
        switch kind {
        case .tripleDES(let keys): SecretBytes(try keys.dek.decryptECB(data))
        case .aes(let keys): try keys.decryptSensitive(data)
        }
    }
}
