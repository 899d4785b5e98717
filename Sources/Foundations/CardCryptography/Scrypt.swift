import COpenSSL

/// A key from a passphrase, made slow and memory-hungry on purpose (RFC 7914).
public enum Scrypt {
    /// How much work a guess costs: memory is about 128 · n · r bytes.
    public struct Cost: Equatable, Sendable {
        /// A power of two above 1.
        public let n: UInt64
        public let r: UInt64
        public let p: UInt64

        /// 2¹⁷ · 8 · 1: 128 MB and a few tenths of a second.
        public static let interactive = Cost(n: 1 << 17, r: 8, p: 1)

        /// The memory that no derivation exceeds.
        public static let memoryBytesMax: UInt64 = 1 << 30

        public init(n: UInt64, r: UInt64, p: UInt64) {
            self.n = n
            self.r = r
            self.p = p
        }
    }

    /// `count` bytes derived from `passphrase` and `salt`.
    ///
    /// - Throws: ``CryptographyError/unsupportedCost``.
    public static func derive(
        passphrase: SecretBytes, salt: [UInt8], cost: Cost = .interactive, count: Int
    ) throws(CryptographyError) -> SecretBytes {
        var isDerived = false
        let secret = SecretBytes(count: count) { target in
            passphrase.withUnsafeBytes { passphrase in
                isDerived =
                    EVP_PBE_scrypt(
                        passphrase.baseAddress?.assumingMemoryBound(to: CChar.self), passphrase.count, salt,
                        salt.count, cost.n, cost.r, cost.p, Cost.memoryBytesMax,
                        target.baseAddress?.assumingMemoryBound(to: UInt8.self), target.count) == 1
            }
        }
        guard isDerived else {
            ERR_clear_error()
            throw .unsupportedCost
        }
        return secret
    }
}
