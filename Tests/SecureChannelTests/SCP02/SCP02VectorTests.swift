import CardCryptography
import CardTesting
import ISO7816
import Testing

@testable import SecureChannel

@Suite("SCP02 as others compute it")
struct SCP02VectorTests {
    struct Gp4Net: Decodable {
        struct Keys: Decodable {
            let enc: String
            let mac: String
            let dek: String
        }
        struct Cryptograms: Decodable {
            let card: String
            let host: String
        }
        struct Vector: Decodable {
            let keys: Keys
            let hostChallenge: String
            let cardChallenge: String
            let counter: String
            let sessionKeys: Keys
            let cryptograms: Cryptograms
        }
        let vectors: [Vector]
    }

    private func counter(_ digits: String) -> SCP02SequenceCounter {
        let bytes = hex(digits)
        return SCP02SequenceCounter(bytes[0], bytes[1])
    }

    @Test("session keys and cryptograms are Gp4Net's")
    func gp4net() throws {
        let file: Gp4Net = try Vectors.load("SecureChannel/scp02-gp4net.json")
        #expect(file.vectors.count == 6)
        for vector in file.vectors {
            let keySet = try SCP02KeySet(
                enc: SecretBytes(hex(vector.keys.enc)), mac: SecretBytes(hex(vector.keys.mac)),
                dek: SecretBytes(hex(vector.keys.dek)))
            let counter = counter(vector.counter)
            let keys = SCP02SessionKeys(keySet, counter: counter)
            let expected = try SCP02SessionKeys(
                enc: TripleDESKey(hex(vector.sessionKeys.enc)), mac: TripleDESKey(hex(vector.sessionKeys.mac)),
                responseMAC: SCP02SessionKeys.derive(TripleDES(key: keySet.mac), .responseMAC, counter),
                dek: TripleDESKey(hex(vector.sessionKeys.dek)))
            #expect(keys == expected)
            let cryptograms = SCP02Cryptograms(
                keys, hostChallenge: hex(vector.hostChallenge), counter: counter,
                cardChallenge: hex(vector.cardChallenge))
            #expect(cryptograms.card == SecretBytes(hex(vector.cryptograms.card)))
            #expect(cryptograms.host == SecretBytes(hex(vector.cryptograms.host)))
        }
    }

    struct OpenJavaCard: Decodable {
        struct Derivation: Decodable {
            let `static`: String
            let seq: String
            let enc: String
            let mac: String
            let kek: String
        }
        struct Sensitive: Decodable {
            let plain: String
            let encrypted: String
        }
        let derivation: [Derivation]
        let sessionKeys: String
        let plain: [String]
        let macOnly: [String]
        let macAndEncryption: [String]
        let encryptSensitive: [Sensitive]
    }

    @Test("session keys are OpenJavaCard's at four values of the counter")
    func openJavaCardKeys() throws {
        let file: OpenJavaCard = try Vectors.load("SecureChannel/scp02-openjavacard.json")
        #expect(file.derivation.count == 4)
        for vector in file.derivation {
            let key = try TripleDES(key: TripleDESKey(hex(vector.static)))
            let counter = counter(vector.seq)
            #expect(SCP02SessionKeys.derive(key, .enc, counter).bytes == SecretBytes(hex(vector.enc)))
            #expect(SCP02SessionKeys.derive(key, .mac, counter).bytes == SecretBytes(hex(vector.mac)))
            #expect(SCP02SessionKeys.derive(key, .dek, counter).bytes == SecretBytes(hex(vector.kek)))
        }
    }

    private func messaging(_ level: SCP02SecurityLevel, _ key: TripleDESKey) -> SCP02Messaging {
        let keys = SCP02SessionKeys(enc: key, mac: key, responseMAC: key, dek: key)
        return SCP02Messaging(keys, implementation: .i15, level: level)
    }

    @Test("the C-MAC chain of i=15 and its encryption are OpenJavaCard's, at both ends")
    func openJavaCardWrapping() throws {
        let file: OpenJavaCard = try Vectors.load("SecureChannel/scp02-openjavacard.json")
        let key = try TripleDESKey(hex(file.sessionKeys))
        for (level, wrapped) in [
            (SCP02SecurityLevel.commandMAC, file.macOnly), (.commandMACAndDecryption, file.macAndEncryption),
        ] {
            var host = messaging(level, key)
            var card = messaging(level, key)
            #expect(file.plain.count == wrapped.count)
            for (plain, wrapped) in zip(file.plain, wrapped) {
                #expect(host.wrapCommand(try CommandAPDU(hex: plain)).bytes.hex == wrapped)
                // The card takes secure messaging off in its canonical form: class 10 comes back as it was.
                #expect(try card.unwrapCommand(CommandAPDU(hex: wrapped)).data == CommandAPDU(hex: plain).data)
            }
        }
    }

    @Test("sensitive data is encrypted under the session DEK as OpenJavaCard encrypts it")
    func sensitiveData() throws {
        let file: OpenJavaCard = try Vectors.load("SecureChannel/scp02-openjavacard.json")
        let key = try TripleDESKey(hex(file.sessionKeys))
        let host = SCP02Session(messaging(.commandMAC, key), card: nil)
        let card = SCP02CardSession(messaging(.commandMAC, key))
        for vector in file.encryptSensitive {
            #expect(try host.encryptSensitive(hex(vector.plain)).hex == vector.encrypted)
            #expect(try host.encryptSensitive(SecretBytes(hex(vector.plain))).hex == vector.encrypted)
            #expect(try card.sensitiveDataKey.decrypt(hex(vector.encrypted)) == SecretBytes(hex(vector.plain)))
        }
        #expect(throws: CryptographyError.notBlockAligned(count: 15, blockLength: 8)) {
            try card.sensitiveDataKey.decrypt([UInt8](repeating: 0, count: 15))
        }
    }

    @Test("EMV and Visa diversification make SCP02 key sets with the published key check values")
    func diversification() throws {
        let data = hex("00010203040506070809")
        let master = SecretBytes(hex("404142434445464748494A4B4C4D4E4F"))
        let emv = try KeyDiversification.emv.tripleDESKeySet(master: master, diversificationData: data)
        #expect([emv.enc, emv.mac, emv.dek].map(\.keyCheckValue.hex) == ["C33013", "6F4CA6", "BB8179"])
        let same = try KeyDiversification.none.tripleDESKeySet(master: master, diversificationData: data)
        #expect(same.enc == same.dek && same.mac.bytes == master)
        #expect(throws: SCP02KeySetError.schemeNotForTripleDES(.kdf3)) {
            try KeyDiversification.kdf3.tripleDESKeySet(master: master, diversificationData: data)
        }
        #expect(throws: SCP02KeySetError.diversificationDataLength(found: 9, expected: 10)) {
            try KeyDiversification.emv.tripleDESKeySet(master: master, diversificationData: Array(data.dropLast()))
        }
        #expect(throws: SCP02KeySetError.keyLength(found: 24)) {
            try SCP02KeySet(repeating: SecretBytes(count: 24) { _ in })
        }
    }
}

extension SCP02VectorTests {
    static func sessionENC(_ situation: SCP02Situation) -> TripleDESKey {
        SCP02SessionKeys.derive(TripleDES(key: situation.keys.enc), .enc, situation.counter)
    }
}
