/// The key derivation of ANSI X9.63 (BSI TR-03111 §4.3.3): hashes of secret, counter and shared information.
public enum X963KDF {
    /// `count` bytes derived from a shared secret.
    public static func derive(
        _ secret: SecretBytes, sharedInformation: [UInt8], count: Int, _ algorithm: Digest.Algorithm = .sha256
    ) -> SecretBytes {
        precondition(count > 0 && count <= 255 * algorithm.length, "the counter of this use stays below 256")
        let blocks = (count + algorithm.length - 1) / algorithm.length
        return (1...blocks).reduce(SecretBytes([UInt8]())) { derived, counter in
            var digest = Digest(algorithm)
            secret.withUnsafeBytes { digest.update($0) }
            digest.update([0, 0, 0, UInt8(counter)])
            digest.update(sharedInformation)
            return derived + SecretBytes(digest.finalize())
        }.prefix(count)
    }
}
