import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

@Suite("Key diversification")
struct KeyDiversificationTests {
    struct File: Decodable {
        struct Vector: Decodable {
            let scheme: KeyDiversification
            let master: String
            let data: String
            let keyCheckValues: [String]?
            let tripleDESKeyCheckValues: [String]?
            let enc: String?
        }
        let vectors: [Vector]
    }

    struct OpenJavaCard: Decodable {
        struct Vector: Decodable {
            let master: String
            let kdd: String
            let enc: String
            let mac: String
            let kek: String
        }
        let emvDiversification: [Vector]
    }

    @Test("KDF3, EMV and VISA2 give GlobalPlatformPro's keys")
    func globalPlatformPro() throws {
        let file: File = try Vectors.load("SecureChannel/key-diversification.json")
        #expect(file.vectors.count == 6)
        for vector in file.vectors {
            let keys = try vector.scheme.keySet(
                master: SecretBytes(hex(vector.master)), diversificationData: hex(vector.data))
            let all = [keys.enc, keys.mac, keys.dek]
            if let values = vector.keyCheckValues { #expect(all.map(\.keyCheckValue.hex) == values) }
            if let values = vector.tripleDESKeyCheckValues {
                #expect(try all.map { try TripleDESKey($0.bytes).keyCheckValue.hex } == values)
            }
            if let enc = vector.enc { #expect(keys.enc.bytes == SecretBytes(hex(enc))) }
        }
    }

    @Test("EMV gives OpenJavaCard's keys")
    func emv() throws {
        for vector in try Vectors.load("SecureChannel/scp03-openjavacard.json", as: OpenJavaCard.self)
            .emvDiversification
        {
            let keys = try KeyDiversification.emv.keySet(
                master: SecretBytes(hex(vector.master)), diversificationData: hex(vector.kdd))
            #expect(keys.enc.bytes == SecretBytes(hex(vector.enc)))
            #expect(keys.mac.bytes == SecretBytes(hex(vector.mac)))
            #expect(keys.dek.bytes == SecretBytes(hex(vector.kek)))
        }
    }

    @Test("without diversification the master key is the card's key", arguments: AESKey.Size.allCases)
    func none(size: AESKey.Size) throws {
        let master = SecretBytes.random(count: size.rawValue)
        let keys = try KeyDiversification.none.keySet(
            master: master, diversificationData: [UInt8](repeating: 7, count: 10))
        #expect([keys.enc, keys.mac, keys.dek].allSatisfy { $0.bytes == master })
    }

    @Test("diversification data has ten bytes", arguments: KeyDiversification.allCases, [9, 11])
    func dataLength(scheme: KeyDiversification, count: Int) {
        #expect(throws: SCP03KeySetError.diversificationDataLength(found: count, expected: 10)) {
            try scheme.keySet(
                master: .random(count: 16), diversificationData: [UInt8](repeating: 0, count: count))
        }
    }

    @Test(
        "the Triple-DES schemes take a master key of 16 bytes", arguments: [KeyDiversification.emv, .visa2], [24, 32])
    func masterLength(scheme: KeyDiversification, count: Int) {
        #expect(throws: SCP03KeySetError.masterKeyLength(found: count, allowed: [16])) {
            try scheme.keySet(
                master: .random(count: count), diversificationData: [UInt8](repeating: 0, count: 10))
        }
    }

    @Test("another card gets other keys", arguments: [KeyDiversification.emv, .visa2, .kdf3])
    func cards(scheme: KeyDiversification) throws {
        let master = SecretBytes.random(count: 16)
        var data = [UInt8](repeating: 0, count: 10)
        let keys = try scheme.keySet(master: master, diversificationData: data)
        data[5] = 1
        #expect(try scheme.keySet(master: master, diversificationData: data) != keys)
        #expect(keys.enc != keys.mac && keys.mac != keys.dek)
    }
}
