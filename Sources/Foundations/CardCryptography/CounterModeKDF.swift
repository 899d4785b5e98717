/// Key derivation in counter mode with AES-CMAC as its pseudo-random function (NIST SP 800-108 §4.1).
public enum CounterModeKDF {
    /// `count` bytes: CMAC(key, prefix | i | suffix) for i = 1, 2, …, cut to length. The counter i has one byte.
    public static func derive(
        key: AESKey, beforeCounter prefix: [UInt8], afterCounter suffix: [UInt8], count: Int
    ) -> SecretBytes {
        var mac = AESCMAC(key: key)
        return derive(&mac, beforeCounter: prefix, afterCounter: suffix, count: count)
    }

    /// The same with a MAC that is keyed already.
    public static func derive(
        _ mac: inout AESCMAC, beforeCounter prefix: [UInt8], afterCounter suffix: [UInt8], count: Int
    ) -> SecretBytes {
        precondition((0...255 * AESBlock.scalarCount).contains(count), "a one-byte counter derives 4 080 bytes at most")
        return SecretBytes(count: count) { target in
            var offset = 0
            var counter: UInt8 = 0
            while offset < count {
                counter += 1
                mac.update(prefix)
                withUnsafeBytes(of: counter) { mac.update($0) }
                mac.update(suffix)
                let length = min(AESBlock.scalarCount, count - offset)
                withUnsafeBytes(of: mac.finalize()) { block in
                    target.baseAddress?.advanced(by: offset).copyMemory(
                        from: block.baseAddress!, byteCount: length)  // a SIMD value has an address
                }
                offset += length
            }
        }
    }
}

extension CounterModeKDF {
    /// GlobalPlatform's data derivation: keys, card challenges and cryptograms of SCP03. GPC Amendment D v1.2 §4.1.5.
    ///
    ///     label: 00 × 11 | constant (1) · 00 · L in bits (2) · i (1) · context
    public static func deriveGlobalPlatform(
        _ mac: inout AESCMAC, constant: UInt8, context: [UInt8], count: Int
    ) -> SecretBytes {
        var prefix = [UInt8](repeating: 0, count: 15)
        prefix[11] = constant
        let bitCount = UInt16(count * 8)
        prefix[13] = UInt8(bitCount >> 8)
        prefix[14] = UInt8(truncatingIfNeeded: bitCount)
        return derive(&mac, beforeCounter: prefix, afterCounter: context, count: count)
    }

    /// GlobalPlatform's data derivation with `key`.
    public static func deriveGlobalPlatform(
        key: AESKey, constant: UInt8, context: [UInt8], count: Int
    ) -> SecretBytes {
        var mac = AESCMAC(key: key)
        return deriveGlobalPlatform(&mac, constant: constant, context: context, count: count)
    }
}
