import COpenSSL

/// The bare RSA operations, on which ISO/IEC 9796-2 signatures and payment cards' certificates stand: they pad nothing
/// and check nothing. A block is as long as the modulus and, as a number, below it.
extension RSAPublicKey {
    /// `block ^ e mod n`, or `nil` for a block of another length or not below the modulus.
    public func transform(_ block: [UInt8]) -> [UInt8]? {
        guard isBlock(block) else { return nil }
        return key.encrypt(SecretBytes(block)) { context in
            require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), "EVP_PKEY_CTX_set_rsa_padding")
        }
    }

    /// Both are as long as each other, so their bytes compare as the numbers do.
    func isBlock(_ block: [UInt8]) -> Bool {
        block.count == blockLength && block.lexicographicallyPrecedes(modulus)
    }
}

extension RSAPrivateKey {
    /// `block ^ d mod n`, or `nil` for a block of another length or not below the modulus.
    public func transform(_ block: [UInt8]) -> [UInt8]? {
        guard publicKey.isBlock(block) else { return nil }
        let result = try? key.decrypt(block) { context in
            require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), "EVP_PKEY_CTX_set_rsa_padding")
        }
        return result?.revealed()
    }
}
