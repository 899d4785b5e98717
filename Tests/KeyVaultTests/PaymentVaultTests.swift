import CardCryptography
import Instructions
import JOSE
import Payments
import Testing

@testable import KeyVault

@Suite("A payment server's vault")
struct PaymentVaultTests {
    let folder = VaultFolder()

    private func open(name: String = "quay-pay") throws -> PaymentVault {
        try PaymentVault.open(at: folder.vault, unlock: .keyFile(folder.keyFile), name: name)
    }

    @Test("gives the same tags, answers and signing key after closing and opening")
    func reopening() throws {
        let first = try open()
        let pin = SecretBytes(Array("246810".utf8))
        let sealed = try first.seal(answer: [1, 2, 3], name: "payer/1")
        let tag = try first.tag(of: pin, purpose: "payment PIN")
        let key = try first.signingKey()
        first.close()
        let second = try open()
        #expect(try second.open(answer: sealed, name: "payer/1") == [1, 2, 3])
        #expect(try second.tag(of: pin, purpose: "payment PIN") == tag)
        #expect(try second.signingKey() == key)
    }

    @Test("opens an answer under its own name only, and tells every altered byte")
    func sealing() throws {
        let vault = try open()
        let sealed = try vault.seal(answer: [1, 2, 3], name: "payer/1")
        #expect(throws: PaymentsError.self) { try vault.open(answer: sealed, name: "payer/2") }
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 0x01
            #expect(throws: PaymentsError.self) { try vault.open(answer: altered, name: "payer/1") }
        }
        #expect(throws: PaymentsError.self) { try vault.open(answer: [], name: "payer/1") }
    }

    @Test("tags differ with the secret and with the purpose, and are no plain digests")
    func tags() throws {
        let vault = try open()
        let pin = SecretBytes(Array("246810".utf8))
        let tag = try vault.tag(of: pin, purpose: "payment PIN")
        #expect(try vault.tag(of: pin, purpose: "else") != tag)
        #expect(try vault.tag(of: SecretBytes(Array("246811".utf8)), purpose: "payment PIN") != tag)
        #expect(tag != SecretBytes(Digest.hash(pin.revealed())))
    }

    @Test("signs in the payment server's name")
    func signing() throws {
        let vault = try open()
        let (name, publicKey) = try vault.signingKey()
        let compact = try vault.sign(Array("{}".utf8), type: "test+jwt")
        let payload = try JSONWebSignature.verify(compact, type: "test+jwt") { $0 == name ? publicKey : nil }
        #expect(name == "quay-pay" && payload == Array("{}".utf8))
    }

    @Test("answers nothing once it is closed")
    func closed() throws {
        let vault = try open()
        vault.close()
        #expect(throws: PaymentsError.self) { try vault.signingKey() }
        #expect(throws: PaymentsError.self) { try vault.seal(answer: [], name: "payer/1") }
        #expect(throws: PaymentsError.self) { try vault.tag(of: SecretBytes([1]), purpose: "x") }
    }
}
