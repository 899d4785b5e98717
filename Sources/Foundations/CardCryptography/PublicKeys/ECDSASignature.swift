import COpenSSL

/// The two forms of an ECDSA signature: r and s side by side, as cards exchange it, and libcrypto's DER.
enum ECDSASignature {
    /// The DER form of r and s, which are equally long.
    static func der(_ plain: [UInt8]) -> [UInt8] {
        let signature = require(ECDSA_SIG_new(), "ECDSA_SIG_new")
        defer { ECDSA_SIG_free(signature) }
        let half = plain.count / 2
        let (r, s) = plain.withUnsafeBufferPointer { plain in
            (
                require(BN_bin2bn(plain.baseAddress, Int32(half), nil), "BN_bin2bn"),
                require(BN_bin2bn(plain.baseAddress.map { $0 + half }, Int32(half), nil), "BN_bin2bn")
            )
        }
        // The signature owns both numbers from here on.
        require(ECDSA_SIG_set0(signature, r, s), "ECDSA_SIG_set0")
        let length = i2d_ECDSA_SIG(signature, nil)
        return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, initialized in
            var cursor = buffer.baseAddress
            initialized = Int(i2d_ECDSA_SIG(signature, &cursor))
        }
    }

    /// r and s of what libcrypto has just signed, each in `length` bytes.
    static func plain(_ der: [UInt8], length: Int) -> [UInt8] {
        let signature = der.withUnsafeBufferPointer { der in
            var cursor = der.baseAddress
            return require(d2i_ECDSA_SIG(nil, &cursor, der.count), "d2i_ECDSA_SIG")
        }
        defer { ECDSA_SIG_free(signature) }
        return [ECDSA_SIG_get0_r(signature), ECDSA_SIG_get0_s(signature)].flatMap { number in
            [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
                initialized = Int(BN_bn2binpad(number, buffer.baseAddress, Int32(length)))
            }
        }
    }
}
