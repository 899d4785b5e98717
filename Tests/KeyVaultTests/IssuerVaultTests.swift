import CardCryptography
import Issuing
import JOSE
import Testing

@testable import KeyVault

@Suite("An issuer's vault")
struct IssuerVaultTests {
    let folder = VaultFolder()

    private func open(name: String = "harbour-bank") throws -> IssuerVault {
        try IssuerVault.open(at: folder.vault, unlock: .keyFile(folder.keyFile), name: name)
    }

    @Test("gives the same tags, seals and signing key after closing and opening")
    func reopening() throws {
        let first = try open()
        let secret = SecretBytes(Array("4761739001010010".utf8))
        let sealed = try first.seal(secret, context: "card/1")
        let tag = try first.tag(of: secret, purpose: "card number")
        let (key, encryption) = (try first.signingKey(), try first.encryptionKey())
        first.close()
        let second = try open()
        #expect(try second.unseal(sealed, context: "card/1") == secret)
        #expect(try second.tag(of: secret, purpose: "card number") == tag)
        #expect(try second.signingKey() == key)
        let (name, again) = try second.encryptionKey()
        #expect(name == encryption.name && again == encryption.key)
    }

    @Test("opens what it sealed in its own context only, and tells every altered byte")
    func sealing() throws {
        let vault = try open()
        let sealed = try vault.seal(SecretBytes([1, 2, 3]), context: "card/1")
        #expect(throws: IssuingError.self) { try vault.unseal(sealed, context: "card/2") }
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 0x01
            #expect(throws: IssuingError.self) { try vault.unseal(altered, context: "card/1") }
        }
        #expect(throws: IssuingError.self) { try vault.unseal([], context: "card/1") }
    }

    @Test("tags differ with the bytes, with the purpose and with the vault, and are no plain digests")
    func tags() throws {
        let vault = try open()
        let secret = SecretBytes(Array("4761739001010010".utf8))
        let tag = try vault.tag(of: secret, purpose: "card number")
        #expect(try vault.tag(of: secret, purpose: "request") != tag)
        #expect(try vault.tag(of: SecretBytes(Array("4761739001010028".utf8)), purpose: "card number") != tag)
        let other = VaultFolder()
        let otherVault = try IssuerVault.open(
            at: other.vault, unlock: .keyFile(other.keyFile), name: "harbour-bank")
        #expect(try otherVault.tag(of: secret, purpose: "card number") != tag)
        #expect(tag != Digest.hash(secret.revealed()))
    }

    @Test("signs in the issuer's name")
    func signing() throws {
        let vault = try open()
        let key = try vault.signingKey()
        let signed = try vault.sign(Array("{}".utf8), type: "binding-confirmation+jwt")
        let payload = try JSONWebSignature.verify(signed, type: "binding-confirmation+jwt") {
            $0 == "harbour-bank" ? key : nil
        }
        #expect(payload == Array("{}".utf8))
    }

    @Test("opens what was encrypted to its own key as the message that is expected, and says nothing of anything else")
    func decryption() throws {
        let vault = try open()
        let (name, key) = try vault.encryptionKey()
        #expect(try vault.signingKey() != key && name != "harbour-bank" && name.hasPrefix("harbour-bank-"))
        let secret = SecretBytes(Array("4761739001010010".utf8))
        func message(_ type: String = "t+jwe", to key: ECPublicKey, _ name: String) throws -> String {
            try JSONWebEncryption.encrypt(secret, type: type, to: key, named: name)
        }
        let right = try message(to: key, name)
        #expect(try vault.decrypt(right, type: "t+jwe") == secret)
        #expect(try vault.decrypt(right, type: "u+jwe") == nil)
        #expect(try vault.decrypt(message(to: key, "harbour-bank"), type: "t+jwe") == nil)
        #expect(try vault.decrypt(message(to: vault.signingKey(), name), type: "t+jwe") == nil)
        #expect(try vault.decrypt(String(right.dropLast(4)), type: "t+jwe") == nil)
        #expect(try vault.decrypt("", type: "t+jwe") == nil)
        vault.close()
        #expect(throws: IssuingError.self) { try vault.decrypt(right, type: "t+jwe") }
        #expect(throws: IssuingError.self) { try vault.encryptionKey() }
    }

    @Test("does nothing once it is closed, is no other party's vault, and prints no key")
    func closed() throws {
        let vault = try open()
        #expect("\(vault)" == "vault of harbour-bank")
        vault.close()
        #expect(throws: IssuingError.self) { try vault.seal(SecretBytes([1]), context: "c") }
        #expect(throws: IssuingError.self) { try vault.tag(of: SecretBytes([1]), purpose: "p") }
        #expect(throws: IssuingError.self) { try vault.sign([], type: "t") }
        #expect(throws: IssuingError.self) { try vault.signingKey() }
        #expect(throws: VaultError.otherKind(path: folder.vault)) { try folder.open() }
    }
}
