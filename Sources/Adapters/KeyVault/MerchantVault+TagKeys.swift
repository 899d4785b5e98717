import CardCryptography
public import Merchants
public import NFCForum

extension MerchantVault {
    public func secureDynamicMessage(
        _ message: SecureDynamicMessage, of tag: SecureDynamicTag
    ) throws(MerchantsError) -> VerifiedReading? {
        let keys = try keys(of: tag)
        return try? message.verified(with: keys)
    }

    public func tagKeys(
        of tag: SecureDynamicTag, underTransportKey pem: String
    ) throws(MerchantsError) -> WrappedTagKeys {
        let keys = try keys(of: tag)
        do {
            let transport = try TransportPublicKey(pem: pem)
            return WrappedTagKeys(
                metaReadKey: try transport.encrypt(keys.metaRead.bytes),
                fileReadKey: try transport.encrypt(keys.fileRead.bytes))
        } catch {
            throw .invalid(field: "transportKey", reason: "\(error)")
        }
    }

    //  diversification input: "SNSCHL" | version (4) | identifier (7)

    /// The keys of one tag, which are new whenever it is made anew.
    private func keys(of tag: SecureDynamicTag) throws(MerchantsError) -> SecureDynamicKeys {
        let version = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: tag.version >> $0) }
        let input = Array("SNSCHL".utf8) + version + tag.tagID
        let ring = file.contents
        do {
            return try SecureDynamicKeys(
                metaRead: TagKeyDiversification.aes128(master: open(ring.metaReadMasterKey), input: input),
                fileRead: TagKeyDiversification.aes128(master: open(ring.fileReadMasterKey), input: input))
        } catch let error as MerchantsError {
            throw error
        } catch {
            throw .internal(reason: "\(error)")
        }
    }
}

/// Keys of cards and tags that follow from a master key and from what tells one from the other. NXP AN10922 §2.2.
enum TagKeyDiversification {
    static let inputLengths = 1...31
    private static let blockLength = 16
    private static let aes128Constant: UInt8 = 0x01

    /// CMAC over `01` and the input, padded to two blocks; the subkey says whether there was padding.
    static func aes128(master: SecretBytes, input: [UInt8]) throws(CryptographyError) -> SecretBytes {
        precondition(inputLengths.contains(input.count), "a diversification input has 1 to 31 bytes")
        let key = try AESKey(master)
        var cipher = AESCBC(key: key)
        let message = [aes128Constant] + input
        let isPadded = message.count < 2 * blockLength
        var padded = message
        if isPadded { padded.append(0x80) }
        padded += Array(repeating: 0, count: 2 * blockLength - padded.count)
        let subkey = try subkey(key, timesTwo: isPadded ? 2 : 1)
        for index in 0..<blockLength { padded[blockLength + index] ^= subkey[index] }
        return SecretBytes(try cipher.encrypt(padded).suffix(blockLength))
    }

    /// K1 or K2 of CMAC: zeros enciphered, and doubled once or twice in GF(2¹²⁸) (NIST SP 800-38B §6.1).
    private static func subkey(_ key: AESKey, timesTwo count: Int) throws(CryptographyError) -> [UInt8] {
        var cipher = AESCBC(key: key)
        var block = try cipher.encrypt([UInt8](repeating: 0, count: blockLength))
        for _ in 0..<count {
            let carry = block[0] >> 7
            for index in 0..<blockLength {
                block[index] = block[index] << 1 | (index + 1 < blockLength ? block[index + 1] >> 7 : 0)
            }
            block[blockLength - 1] ^= carry == 1 ? 0x87 : 0
        }
        return block
    }
}
