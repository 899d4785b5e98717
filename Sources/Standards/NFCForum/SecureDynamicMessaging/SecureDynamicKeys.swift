public import CardCryptography
import ISO7816

/// The two keys of a tag's secure dynamic messages. NXP AN12196 §3.3, §3.4.
public struct SecureDynamicKeys: Hashable, Sendable {
    /// SDMMetaReadKey: encrypts the identifier and the counter.
    public let metaRead: AESKey
    /// SDMFileReadKey: session keys come from it.
    public let fileRead: AESKey

    /// - Throws: ``CryptographyError/keyLength(found:allowed:)`` for anything but 16 bytes.
    public init(metaRead: SecretBytes, fileRead: SecretBytes) throws(CryptographyError) {
        self.metaRead = try Self.key(metaRead)
        self.fileRead = try Self.key(fileRead)
    }

    static func key(_ bytes: SecretBytes) throws(CryptographyError) -> AESKey {
        guard bytes.count == AESKey.Size.aes128.rawValue else {
            throw .keyLength(found: bytes.count, allowed: [AESKey.Size.aes128.rawValue])
        }
        return try AESKey(bytes)
    }

    /// Two fresh keys.
    public static func random() -> SecureDynamicKeys {
        SecureDynamicKeys(metaRead: .random(.aes128), fileRead: .random(.aes128))
    }

    private init(metaRead: AESKey, fileRead: AESKey) {
        self.metaRead = metaRead
        self.fileRead = fileRead
    }
}

/// The keys of one reading, from the file read key, the identifier and the counter. NXP AN12196 §3.3.1.
struct SecureDynamicSessionKeys {
    /// SV1 = C33C 0001 0080 | UID | SDMReadCtr, then zeros.
    let encryption: AESKey
    /// SV2 = 3CC3 0001 0080 | UID | SDMReadCtr, then zeros.
    let mac: AESKey

    init(fileRead: AESKey, identifier: [UInt8], counter: UInt32) {
        var cmac = AESCMAC(key: fileRead)
        func derive(_ label: [UInt8], _ cmac: inout AESCMAC) -> AESKey {
            var vector = label + [0x00, 0x01, 0x00, 0x80] + identifier + SecureDynamicMessage.counterBytes(counter)
            vector += Array(repeating: 0, count: (16 - vector.count % 16) % 16)
            let tag = cmac.tag(of: vector)
            guard let key = try? AESKey(SecretBytes(tag.bytes)) else { preconditionFailure("a CMAC has 16 bytes") }
            return key
        }
        encryption = derive([0xC3, 0x3C], &cmac)
        mac = derive([0x3C, 0xC3], &cmac)
    }

    /// SDMMAC: the odd bytes of the CMAC, the first one being number 0.
    func messageMAC(of input: [UInt8]) -> [UInt8] {
        var cmac = AESCMAC(key: mac)
        let tag = cmac.tag(of: input).bytes
        return stride(from: 1, to: tag.count, by: 2).map { tag[$0] }
    }

    /// The initial value of file data: the counter enciphered.
    func initialValue(counter: UInt32) -> AESBlock {
        var cipher = AESECB(key: encryption)
        var block = AESBlock.zero
        for (index, byte) in SecureDynamicMessage.counterBytes(counter).enumerated() { block[index] = byte }
        return cipher.encrypt(block)
    }
}
