import CardCryptography
import CardTesting
import ISO7816
import Testing

@testable import SecureChannel

@Suite("Session keys")
struct SessionKeyTests {
    struct Gp4Net: Decodable {
        struct Keys: Decodable {
            let enc: String
            let mac: String
            let dek: String
        }
        struct SessionKeys: Decodable {
            let enc: String
            let mac: String
            let responseMAC: String
        }
        struct Cryptograms: Decodable {
            let card: String
            let host: String
        }
        struct Vector: Decodable {
            let keys: Keys
            let hostChallenge: String
            let cardChallenge: String
            let sessionKeys: SessionKeys
            let cryptograms: Cryptograms
        }
        let vectors: [Vector]
    }

    @Test("session keys and cryptograms are Gp4Net's")
    func gp4net() throws {
        let file: Gp4Net = try Vectors.load("SecureChannel/scp03-gp4net.json")
        #expect(file.vectors.count == 5)
        for vector in file.vectors {
            let keySet = try SCP03KeySet(
                enc: SecretBytes(hex(vector.keys.enc)), mac: SecretBytes(hex(vector.keys.mac)),
                dek: SecretBytes(hex(vector.keys.dek)))
            let context = hex(vector.hostChallenge + vector.cardChallenge)
            let keys = SCP03SessionKeys(keySet, context: context)
            #expect(keys.enc.bytes == SecretBytes(hex(vector.sessionKeys.enc)))
            #expect(keys.mac.bytes == SecretBytes(hex(vector.sessionKeys.mac)))
            #expect(keys.responseMAC.bytes == SecretBytes(hex(vector.sessionKeys.responseMAC)))
            var mac = AESCMAC(key: keys.mac)
            let cryptograms = SCP03Cryptograms(&mac, context: context, mode: .s8)
            #expect(cryptograms.card == SecretBytes(hex(vector.cryptograms.card)))
            #expect(cryptograms.host == SecretBytes(hex(vector.cryptograms.host)))
        }
    }

    struct OpenJavaCard: Decodable {
        struct Derivation: Decodable {
            let keys: String
            let hostChallenge: String
            let cardChallenge: String
            let enc: String
            let mac: String
            let responseMAC: String
        }
        struct Sensitive: Decodable {
            let plain: String
            let encrypted: String
        }
        let derivation: Derivation
        let sessionKeys: String
        let plain: [String]
        let macOnly: [String]
        let macAndEncryption: [String]
        let encryptSensitive: [Sensitive]
    }

    @Test("session keys are OpenJavaCard's")
    func openJavaCard() throws {
        let vector = try Vectors.load("SecureChannel/scp03-openjavacard.json", as: OpenJavaCard.self).derivation
        let keys = SCP03SessionKeys(
            SCP03KeySet(repeating: try AESKey(hex(vector.keys))),
            context: hex(vector.hostChallenge + vector.cardChallenge))
        #expect(keys.enc.bytes == SecretBytes(hex(vector.enc)))
        #expect(keys.mac.bytes == SecretBytes(hex(vector.mac)))
        #expect(keys.responseMAC.bytes == SecretBytes(hex(vector.responseMAC)))
    }

    @Test("commands of an ISO class are wrapped as OpenJavaCard wraps them")
    func wrapping() throws {
        let file: OpenJavaCard = try Vectors.load("SecureChannel/scp03-openjavacard.json")
        let key = try AESKey(hex(file.sessionKeys))
        let keys = SCP03SessionKeys(enc: key, mac: key, responseMAC: key)
        for (level, wrapped) in [
            (SecurityLevel.commandMAC, file.macOnly), (.commandMACAndDecryption, file.macAndEncryption),
        ] {
            var messaging = SecureMessaging(keys, commandMAC: AESCMAC(key: key), level: level, mode: .s8)
            #expect(file.plain.count == wrapped.count)
            for (plain, wrapped) in zip(file.plain, wrapped) {
                #expect(messaging.wrapCommand(try CommandAPDU(hex: plain)).bytes.hex == wrapped)
            }
        }
    }

    @Test("sensitive data is encrypted under Key-DEK as OpenJavaCard encrypts it")
    func sensitiveData() throws {
        let file: OpenJavaCard = try Vectors.load("SecureChannel/scp03-openjavacard.json")
        let keys = SCP03KeySet(repeating: try AESKey(hex(file.sessionKeys)))
        for vector in file.encryptSensitive {
            #expect(try keys.encryptSensitive(hex(vector.plain)).hex == vector.encrypted)
            #expect(try keys.encryptSensitive(SecretBytes(hex(vector.plain))).hex == vector.encrypted)
            #expect(try keys.decryptSensitive(hex(vector.encrypted)) == SecretBytes(hex(vector.plain)))
        }
    }
}
