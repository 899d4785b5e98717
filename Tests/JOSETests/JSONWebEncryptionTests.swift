import CardCryptography
import Testing

@testable import JOSE

@Suite("An encrypted message")
struct JSONWebEncryptionTests {
    private let key = ECPrivateKey.generate(.p256)
    private let payload = SecretBytes(Array("4761739001010010".utf8))

    private func decrypt(_ compact: String, type: String = "test+jwe") throws -> SecretBytes {
        try JSONWebEncryption.decrypt(compact, type: type) { $0 == "key-1" ? key : nil }
    }

    @Test("is read by its receiver, and each time another text")
    func roundTrip() throws {
        let first = try JSONWebEncryption.encrypt(payload, type: "test+jwe", to: key.publicKey, named: "key-1")
        let second = try JSONWebEncryption.encrypt(payload, type: "test+jwe", to: key.publicKey, named: "key-1")
        #expect(try decrypt(first) == payload)
        #expect(try decrypt(second) == payload)
        #expect(first != second)
        #expect(first.split(separator: ".", omittingEmptySubsequences: false).count == 5)
        #expect(!first.contains("4761739001010010"))
    }

    @Test("derives its key as RFC 7518 Appendix C does")
    func derivation() throws {
        // RFC 7518 Appendix C: Z, A128GCM, "Alice", "Bob".
        let alice = try ECPrivateKey(
            curve: .p256, scalar: SecretBytes(Base64URL.decode("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo")!))
        let x = Base64URL.decode("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ")!
        let y = Base64URL.decode("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck")!
        let bob = try ECPublicKey(curve: .p256, uncompressedPoint: [0x04] + x + y)
        let derived = ConcatKDF.derive(
            try alice.sharedSecret(with: bob), algorithm: "A128GCM", bitCount: 128, partyU: Array("Alice".utf8),
            partyV: Array("Bob".utf8))
        #expect(derived == SecretBytes(Base64URL.decode("VqqN6vgjbSBcIijNcacQGg")!))
    }

    @Test("altered anywhere is not opened")
    func alterations() throws {
        let compact = try JSONWebEncryption.encrypt(payload, type: "test+jwe", to: key.publicKey, named: "key-1")
        for index in compact.indices where compact[index] != "." {
            var altered = compact
            altered.replaceSubrange(index...index, with: compact[index] == "A" ? "B" : "A")
            #expect(throws: JSONWebEncryptionError.self) { try decrypt(altered) }
        }
    }

    @Test("for another key, of another type, with another algorithm or in another form is refused")
    func neighbours() throws {
        let compact = try JSONWebEncryption.encrypt(payload, type: "test+jwe", to: key.publicKey, named: "key-1")
        #expect(throws: JSONWebEncryptionError.type) { try decrypt(compact, type: "other+jwe") }
        #expect(throws: JSONWebEncryptionError.unknownKey) {
            try JSONWebEncryption.decrypt(compact, type: "test+jwe") { _ in nil }
        }
        let other = ECPrivateKey.generate(.p256)
        #expect(throws: JSONWebEncryptionError.notOpened) {
            try JSONWebEncryption.decrypt(compact, type: "test+jwe") { _ in other }
        }
        #expect(throws: JSONWebEncryptionError.unsuitableKey) {
            try JSONWebEncryption.encrypt(
                payload, type: "t", to: ECPrivateKey.generate(.p384).publicKey, named: "key-1")
        }
        for text in ["", "....", "a.b.c.d.e", compact + ".", String(compact.dropFirst())] {
            #expect(throws: JSONWebEncryptionError.self) { try decrypt(text) }
        }
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        for header in [
            #"{"alg":"ECDH-ES","enc":"A256GCM","epk":{"crv":"P-256","kty":"EC","x":"AA","y":"AA"},"kid":"key-1","typ":"test+jwe","zip":"DEF"}"#,
            #"{"alg":"dir","enc":"A256GCM","epk":{"crv":"P-256","kty":"EC","x":"AA","y":"AA"},"kid":"key-1","typ":"test+jwe"}"#,
        ] {
            let text = ([Base64URL.encode(Array(header.utf8))] + parts.dropFirst().map(String.init)).joined(
                separator: ".")
            #expect(throws: JSONWebEncryptionError.algorithm) { try decrypt(text) }
        }
        #expect(throws: JSONWebEncryptionError.tooLong) {
            try decrypt(String(repeating: "A", count: JSONWebEncryption.bytesMax + 1))
        }
    }
}
