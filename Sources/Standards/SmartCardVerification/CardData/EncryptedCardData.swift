import CardCryptography
import ISO7816

/// The encrypted data file of a card, as the terminal reads it and the server opens it.
///
///     version (1): 01 | nonce (12) | ciphertext (1 to 160) | tag (16)
///
/// AES-256-GCM; version and card identification are authenticated with it, so the file of another card does not open.
public struct EncryptedCardData: Hashable, Sendable {
    public static let version: UInt8 = 0x01
    /// Bytes in clear: the file fits into one answer of 256 bytes with room for its data object.
    public static let dataLengthMax = 160

    let sealed: AESGCM.SealedMessage

    init(_ sealed: AESGCM.SealedMessage) { self.sealed = sealed }

    /// - Throws: ``SmartCardError``.
    public init(bytes: [UInt8]) throws(SmartCardError) {
        guard let version = bytes.first else { throw .cardData(count: 0) }
        guard version == Self.version else { throw .version(version) }
        guard let sealed = try? AESGCM.SealedMessage(bytes: Array(bytes.dropFirst())),
            (1...Self.dataLengthMax).contains(sealed.ciphertext.count)
        else { throw .cardData(count: max(0, bytes.count - 1 - AESGCM.nonceLength - AESGCM.tagLength)) }
        self.sealed = sealed
    }

    public var bytes: [UInt8] { [Self.version] + sealed.bytes }

    /// What is authenticated and not enciphered.
    static func header(_ card: SmartCardIdentification) -> [UInt8] { [version] + card.bytes }

    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
