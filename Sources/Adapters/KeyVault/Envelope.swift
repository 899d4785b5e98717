import CardCryptography

/// Data at rest under data keys of its own, each wrapped by a key-encryption key that has a version.
///
///     format 01 (1) | key version (2) | wrapped data key: nonce (12) | key (32) | tag (16) | nonce (12) | data | tag (16)
///
/// Both layers are AES-256-GCM and bound to a name. A new version of the key-encryption key serves what is sealed from
/// then on; what was sealed before still opens.
enum Envelope {
    static let format: UInt8 = 0x01
    private static let headLength = 3
    private static let dataKeyLength = 32
    private static let wrappedKeyLength = AESGCM.nonceLength + dataKeyLength + AESGCM.tagLength

    /// - Parameter keys: by version, counted from 1; the newest wraps.
    static func seal(
        _ data: SecretBytes, name: String, keys: [SecretBytes]
    ) throws(CryptographyError) -> [UInt8] {
        guard let newest = keys.last else { throw .keyLength(found: 0, allowed: [dataKeyLength]) }
        let head = [format, UInt8(keys.count >> 8), UInt8(keys.count & 0xFF)]
        let bound = head + Array(name.utf8)
        let dataKey = SecretBytes.random(count: dataKeyLength)
        let wrapped = try AESGCM.seal(dataKey, key: newest, additionalData: bound)
        let sealed = try AESGCM.seal(data, key: dataKey, additionalData: bound)
        return head + wrapped.bytes + sealed.bytes
    }

    static func open(
        _ bytes: [UInt8], name: String, keys: [SecretBytes]
    ) throws(CryptographyError) -> SecretBytes {
        guard let version = version(of: bytes), keys.indices.contains(version - 1),
            bytes.count >= headLength + wrappedKeyLength
        else { throw .authenticationFailed }
        let bound = Array(bytes.prefix(headLength)) + Array(name.utf8)
        let wrapped = try AESGCM.SealedMessage(bytes: Array(bytes[headLength..<headLength + wrappedKeyLength]))
        let dataKey = try AESGCM.open(wrapped, key: keys[version - 1], additionalData: bound)
        let sealed = try AESGCM.SealedMessage(bytes: Array(bytes[(headLength + wrappedKeyLength)...]))
        return try AESGCM.open(sealed, key: dataKey, additionalData: bound)
    }

    /// The version of the key that wrapped it.
    static func version(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= headLength, bytes[0] == format else { return nil }
        return Int(bytes[1]) << 8 | Int(bytes[2])
    }
}
