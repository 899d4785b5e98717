public import CardCryptography

/// How a card's own keys follow from a master key and the key diversification data that it reports.
public enum KeyDiversification: String, Sendable, CaseIterable, Codable {
    /// The master key is the card's key, three times.
    case none
    /// EMV CPS v1.1 §4.1: Triple DES over diversification bytes 5 to 10, `F0` or `0F`, and the key's number.
    case emv
    /// The Visa scheme: Triple DES over diversification bytes 1, 2 and 5 to 8, `F0` or `0F`, and the key's number.
    case visa2
    /// The counter-mode KDF with AES-CMAC that GlobalPlatformPro calls KDF3: i | 00 00 00 n | 00 | diversification data.
    case kdf3

    /// Key diversification data has ten bytes (GPC Amendment D v1.2 Table 7-3).
    public static let dataLength = 10

    /// The key set of the card that reports `data`.
    ///
    /// EMV and Visa diversification come from the Triple-DES age: they take a 16-byte master key and give 16-byte keys,
    /// used here as AES-128 keys.
    /// - Throws: ``SCP03KeySetError`` naming a wrong length.
    public func keySet(master: SecretBytes, diversificationData data: [UInt8]) throws(SCP03KeySetError) -> SCP03KeySet {
        guard data.count == Self.dataLength else {
            throw .diversificationDataLength(found: data.count, expected: Self.dataLength)
        }
        switch self {
        case .none:
            return SCP03KeySet(repeating: try Self.aesKey(master))
        case .emv:
            return try Self.tripleDES(master: master, identity: Array(data[4...9]))
        case .visa2:
            return try Self.tripleDES(master: master, identity: Array(data[0...1] + data[4...7]))
        case .kdf3:
            let master = try Self.aesKey(master)
            return try SCP03KeySet(
                enc: Self.kdf3(master, keyNumber: 1, data), mac: Self.kdf3(master, keyNumber: 2, data),
                dek: Self.kdf3(master, keyNumber: 3, data))
        }
    }

    /// The SCP02 key set of the card that reports `data`.
    ///
    /// - Parameter master: 16 bytes.
    /// - Throws: ``SCP02KeySetError`` naming a wrong length, or a scheme for AES.
    public func tripleDESKeySet(
        master: SecretBytes, diversificationData data: [UInt8]
    ) throws(SCP02KeySetError) -> SCP02KeySet {
        guard data.count == Self.dataLength else {
            throw .diversificationDataLength(found: data.count, expected: Self.dataLength)
        }
        guard self != .kdf3 else { throw .schemeNotForTripleDES(self) }
        guard self != .none else { return try SCP02KeySet(repeating: master) }
        do {
            let keys = try keySet(master: master, diversificationData: data)
            return try SCP02KeySet(enc: keys.enc.bytes, mac: keys.mac.bytes, dek: keys.dek.bytes)
        } catch let error as SCP02KeySetError {
            throw error
        } catch {
            throw .keyLength(found: master.count)
        }
    }

    private static func aesKey(_ master: SecretBytes) throws(SCP03KeySetError) -> AESKey {
        do { return try AESKey(master) } catch {
            throw .masterKeyLength(found: master.count, allowed: AESKey.Size.allCases.map(\.rawValue))
        }
    }

    private static func kdf3(_ master: AESKey, keyNumber: UInt8, _ data: [UInt8]) -> SecretBytes {
        CounterModeKDF.derive(
            key: master, beforeCounter: [], afterCounter: [0x00, 0x00, 0x00, keyNumber, 0x00] + data,
            count: master.size.rawValue)
    }

    private static func tripleDES(
        master: SecretBytes, identity: [UInt8]
    ) throws(SCP03KeySetError) -> SCP03KeySet {
        guard master.count == 16 else { throw .masterKeyLength(found: master.count, allowed: [16]) }
        func derived(_ keyNumber: UInt8) throws(CryptographyError) -> SecretBytes {
            let block = identity + [0xF0, keyNumber] + identity + [0x0F, keyNumber]
            return SecretBytes(try TripleDES(key: TripleDESKey(master)).encryptECB(block))
        }
        do {
            return try SCP03KeySet(enc: derived(1), mac: derived(2), dek: derived(3))
        } catch let error as CryptographyError {
            throw .key(error)
        } catch {
            throw .sizesDiffer
        }
    }
}
