public import CardCryptography

/// How the key of one card follows from a master key: CMAC over a constant and the card's input. NXP AN10922 §2.
///
/// Inputs of 16 to 31 bytes are taken: they fill two blocks, where the note's padding and that of CMAC are the same.
public enum CardKeyDiversification {
    public static let inputLengths = 16...31

    /// A key of the size of `master`.
    ///
    /// - Throws: ``SmartCardError/diversificationInput(count:)``.
    public static func key(from master: AESKey, input: [UInt8]) throws(SmartCardError) -> AESKey {
        guard inputLengths.contains(input.count) else { throw .diversificationInput(count: input.count) }
        var mac = AESCMAC(key: master)
        var blocks: [SecretBytes] = []
        for constant in constants(master.size) {
            mac.update([constant])
            let block = mac.tag(of: input)
            blocks.append(withUnsafeBytes(of: block) { SecretBytes($0) })
        }
        do {
            switch master.size {
            case .aes128: return try AESKey(blocks[0])
            // The middle third is both blocks' (§2.3): half of the first, the two added, half of the second.
            case .aes192:
                return try AESKey(blocks[0].slice(0..<8) + middle(blocks[0], blocks[1]) + blocks[1].slice(8..<16))
            case .aes256: return try AESKey(blocks[0] + blocks[1])
            }
        } catch {
            preconditionFailure("one block, one and a half and two are lengths of AES keys: \(error)")
        }
    }

    private static func constants(_ size: AESKey.Size) -> [UInt8] {
        switch size {
        case .aes128: [0x01]
        case .aes192: [0x11, 0x12]
        case .aes256: [0x41, 0x42]
        }
    }

    private static func middle(_ first: SecretBytes, _ second: SecretBytes) -> SecretBytes {
        SecretBytes(count: 8) { target in
            first.withUnsafeBytes { first in
                second.withUnsafeBytes { second in
                    for index in 0..<8 { target[index] = first[8 + index] ^ second[index] }
                }
            }
        }
    }
}
