import CardCryptography

/// Data at rest under one data key, bound to the context that it was sealed in; and tags, one key for each purpose.
///
///     data key number (1) | nonce (12) | ciphertext | tag (16)
enum SealedData {
    /// Which data key, of which there is one so far.
    private static let dataKeyNumber: UInt8 = 0x01

    static func seal(
        _ plaintext: SecretBytes, key: SecretBytes, context: String
    ) throws(CryptographyError) -> [UInt8] {
        [dataKeyNumber] + (try AESGCM.seal(plaintext, key: key, additionalData: Array(context.utf8))).bytes
    }

    /// - Throws: ``CryptographyError/authenticationFailed`` for what was not sealed so.
    static func open(
        _ sealed: [UInt8], key: SecretBytes, context: String
    ) throws(CryptographyError) -> SecretBytes {
        guard sealed.first == dataKeyNumber else { throw .authenticationFailed }
        let message = try AESGCM.SealedMessage(bytes: Array(sealed.dropFirst()))
        return try AESGCM.open(message, key: key, additionalData: Array(context.utf8))
    }

    /// HMAC-SHA256 under a key for the purpose.
    static func tag(of bytes: SecretBytes, key: SecretBytes, purpose: String) -> [UInt8] {
        // The purpose has no zero byte, so it ends where it ends.
        let purposeKey = SecretBytes(HMACSHA256.tag(of: Array(purpose.utf8) + [0x00], key: key))
        return HMACSHA256.tag(of: bytes.revealed(), key: purposeKey)
    }
}
