import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

@Suite("Agreed key sets (ECKA-EG)")
struct AgreedKeySetTests {
    struct File: Decodable {
        struct Case: Decodable {
            let keyLength: Int
            let derivationRandom: String
            let host: String
            let issuer: String
            let card: String
            let template: String
            let sharedSecret: String
            let receiptKey: String
            let enc: String
            let mac: String
            let dek: String
            let receipt: String
        }

        let cardPrivateKey: String
        let cardPoint: String
        let hostPrivateKey: String
        let hostPoint: String
        let cases: [Case]
    }

    /// Usage, type, length; random; the three identifiers with their lengths.
    private static func sharedInformation(_ vector: File.Case) throws -> [UInt8] {
        let identifiers = try [vector.host, vector.issuer, vector.card].map { try [UInt8](hex: $0) }
        return [0x10, 0x88, UInt8(vector.keyLength)] + (try [UInt8](hex: vector.derivationRandom))
            + (vector.host.isEmpty ? [] : identifiers.flatMap { [UInt8($0.count)] + $0 })
    }

    @Test("Both sides compute the keys and the receipt of an implementation that is not ours")
    func vectors() throws {
        let file: File = try Vectors.load("SecureChannel/ecka-eg-p256.json")
        #expect(file.cases.count == 4)
        let card = try ECPrivateKey(curve: .p256, scalar: SecretBytes([UInt8](hex: file.cardPrivateKey)))
        let host = try ECPrivateKey(curve: .p256, scalar: SecretBytes([UInt8](hex: file.hostPrivateKey)))
        #expect(card.publicKey.uncompressedPoint.hex == file.cardPoint)
        #expect(host.publicKey.uncompressedPoint.hex == file.hostPoint)
        for vector in file.cases {
            let size = try #require(AESKey.Size(rawValue: vector.keyLength))
            for secret in [
                try host.sharedSecret(with: card.publicKey), try card.sharedSecret(with: host.publicKey),
            ] {
                #expect(secret == SecretBytes(try [UInt8](hex: vector.sharedSecret)))
                let agreed = AgreedKeySet(
                    secret: secret, sharedInformation: try Self.sharedInformation(vector), size: size)
                let expected = try [vector.receiptKey, vector.enc, vector.mac, vector.dek].map {
                    SecretBytes(try [UInt8](hex: $0))
                }
                #expect(
                    [agreed.receiptKey, agreed.keys.enc, agreed.keys.mac, agreed.keys.dek].map(\.bytes) == expected)
                let random = try [UInt8](hex: vector.derivationRandom)
                let input =
                    try [UInt8](hex: vector.template) + (random.isEmpty ? [] : [0x85, UInt8(random.count)] + random)
                #expect(agreed.receipt(over: input).hex == vector.receipt)
                #expect(agreed.receipt(over: input + [0]).hex != vector.receipt)
            }
        }
    }

    @Test("Other information, another size or another secret gives other keys, none of which is printed")
    func neighbours() {
        let secret = SecretBytes([UInt8](repeating: 7, count: 32))
        let agreed = AgreedKeySet(secret: secret, sharedInformation: [0x10, 0x88, 16], size: .aes128)
        #expect(agreed != AgreedKeySet(secret: secret, sharedInformation: [0x10, 0x88, 32], size: .aes128))
        #expect(agreed != AgreedKeySet(secret: secret, sharedInformation: [0x10, 0x88, 16], size: .aes256))
        #expect(
            agreed
                != AgreedKeySet(
                    secret: SecretBytes([UInt8](repeating: 8, count: 32)), sharedInformation: [0x10, 0x88, 16],
                    size: .aes128))
        #expect(Set([agreed.keys.enc, agreed.keys.mac, agreed.keys.dek, agreed.receiptKey]).count == 4)
        #expect("\(agreed)" == "agreed SCP03 key set, AES-128")
    }
}
