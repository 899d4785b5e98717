import CardCryptography
import CardTesting
import Testing

@Suite("Signatures of every kind of key")
struct SignatureTests {
    static func keys() throws -> [SignatureKey] {
        try SignatureVectors.file.keys.map { try $0.signatureKey } + [
            .aes(AESKey([UInt8](1...16))), .aes(AESKey([UInt8](1...24))), .aes(AESKey([UInt8](1...32))),
            .tripleDES(TripleDESKey([UInt8](1...16))), .tripleDES(TripleDESKey([UInt8](1...24))),
        ]
    }

    @Test("what a key signs its counterpart verifies; an altered, cut or foreign signature it does not")
    func everyKind() throws {
        let keys = try Self.keys()
        #expect(keys.count == 13)
        let message = [UInt8](0..<200)
        for (index, key) in keys.enumerated() {
            let signature = key.signature(over: message)
            let verifier = key.verificationKey
            #expect(signature.count == verifier.signatureLength)
            #expect(verifier.isValid(signature, over: message))
            #expect(!verifier.isValid(signature, over: Array(message.dropLast())))
            #expect(!verifier.isValid(signature + [0], over: message))
            #expect(!verifier.isValid(signature.dropLast(), over: message))
            #expect(!verifier.isValid([], over: message))
            for position in [0, signature.count / 2, signature.count - 1] {
                var altered = signature
                altered[position] ^= 0x80
                #expect(!verifier.isValid(altered, over: message))
            }
            #expect(!keys[(index + 1) % keys.count].verificationKey.isValid(signature, over: message))
        }
    }

    @Test("an AES signature is the CMAC, a Triple-DES signature the retail MAC")
    func symmetric() throws {
        // RFC 4493 §4, example 2.
        let aes = SignatureKey.aes(try AESKey(hex("2b7e151628aed2a6abf7158809cf4f3c")))
        #expect(
            aes.signature(over: hex("6bc1bee22e409f96e93d7e117393172a")) == hex("070a16b46b4d4144f79bdd9dd04a287c"))
        let key = try TripleDESKey([UInt8](1...16))
        #expect(SignatureKey.tripleDES(key).signature(over: [1]) == TripleDES(key: key).retailMAC([1]))
    }

    @Test("no description shows key material")
    func descriptions() throws {
        #expect(try Self.keys().map { "\($0)" }.allSatisfy { $0.count < 30 })
        for key in try Self.keys() {
            var text = ""
            dump(key, to: &text)
            dump(key.verificationKey, to: &text)
            #expect(text.count < 80)
        }
    }
}
