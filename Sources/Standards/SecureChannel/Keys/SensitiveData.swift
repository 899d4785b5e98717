public import CardCryptography

/// Keys and other sensitive data under the static Key-DEK, AES-CBC with a zero initial value, over and beyond what the
/// session encrypts. GPC Amendment D v1.2 §6.2.8.
extension SCP03KeySet {
    /// Encrypts whole blocks; other data is padded as its application says.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func encryptSensitive(_ data: [UInt8]) throws(CryptographyError) -> [UInt8] {
        var cipher = AESCBC(key: dek)
        return try cipher.encrypt(data)
    }

    /// Encrypts whole blocks of a secret.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func encryptSensitive(_ secret: SecretBytes) throws(CryptographyError) -> [UInt8] {
        guard secret.count % AESBlock.scalarCount == 0 else {
            throw .notBlockAligned(count: secret.count, blockLength: AESBlock.scalarCount)
        }
        var cipher = AESCBC(key: dek)
        return secret.withUnsafeBytes { plain in
            [UInt8](unsafeUninitializedCapacity: plain.count) { buffer, initialized in
                let target = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[..<plain.count])
                target.copyMemory(from: plain)
                cipher.encrypt(inPlace: target)
                initialized = plain.count
            }
        }
    }

    /// Encrypts an AES key for PUT KEY. A 24-byte key is followed by eight zeros, which the text leaves arbitrary:
    /// a script made twice from the same input is then the same script.
    public func encryptKey(_ key: AESKey) -> [UInt8] {
        let padding = (AESBlock.scalarCount - key.bytes.count % AESBlock.scalarCount) % AESBlock.scalarCount
        let padded = key.bytes + SecretBytes(count: padding) { _ in }
        do {
            return try encryptSensitive(padded)
        } catch {
            preconditionFailure("the key was padded to whole blocks: \(error)")
        }
    }

    /// Decrypts what ``encryptSensitive(_:)-([UInt8])`` made.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func decryptSensitive(_ data: [UInt8]) throws(CryptographyError) -> SecretBytes {
        guard data.count % AESBlock.scalarCount == 0 else {
            throw .notBlockAligned(count: data.count, blockLength: AESBlock.scalarCount)
        }
        var cipher = AESCBC(key: dek)
        return SecretBytes(count: data.count) { target in
            target.copyBytes(from: data)
            cipher.decrypt(inPlace: target)
        }
    }

    /// Decrypts an AES key of `size` from PUT KEY.
    ///
    /// - Throws: ``CryptographyError`` when the ciphertext is too short or not whole blocks.
    public func decryptKey(_ data: [UInt8], size: AESKey.Size) throws(CryptographyError) -> AESKey {
        try AESKey(decryptSensitive(data).prefix(size.rawValue))
    }
}
