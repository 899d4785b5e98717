public import CardCryptography

/// A key set for a secure channel that two sides compute from a shared secret, and the key that proves it.
///
///     receipt key | ENC | MAC | DEK  =  X9.63 (shared secret, shared information)
///
/// GPC Amendment A v1.1 scenario #3 (ECKA-EG, BSI TR-03111 §4.3): all four keys of one size, SHA-256.
public struct AgreedKeySet: Hashable, Sendable {
    public let receiptKey: AESKey
    public let keys: SCP03KeySet

    /// - Parameters:
    ///   - secret: the x-coordinate that both sides have computed.
    ///   - sharedInformation: what else goes into the derivation, the same on both sides.
    public init(secret: SecretBytes, sharedInformation: [UInt8], size: AESKey.Size) {
        let count = size.rawValue
        let data = X963KDF.derive(secret, sharedInformation: sharedInformation, count: 4 * count)
        func key(_ index: Int) -> AESKey {
            do { return try AESKey(data.slice(index * count..<(index + 1) * count)) } catch {
                preconditionFailure("a size of AES is a size of AES")
            }
        }
        receiptKey = key(0)
        keys = SCP03KeySet(known: key(1), key(2), key(3))
    }

    /// What the card shows to have computed the same keys: a CMAC, 16 bytes.
    public func receipt(over input: [UInt8]) -> [UInt8] {
        var mac = AESCMAC(key: receiptKey)
        let tag = mac.tag(of: input)
        return tag.indices.map { tag[$0] }
    }
}

extension AgreedKeySet: CustomStringConvertible {
    public var description: String { "agreed \(keys)" }
}
