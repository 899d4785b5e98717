import CardCryptography
import CardTesting
import ISO7816
import Testing

@testable import SmartCardVerification

func bytes(_ hex: String) -> [UInt8] {
    guard let bytes = try? [UInt8](hex: hex) else { preconditionFailure("\(hex) is not hex") }
    return bytes
}

/// Published diversified keys, and a card computed by an independent implementation.
@Suite("A smart card's keys, responses and data, by vectors")
struct SmartCardVectorTests {
    struct Diversification: Decodable {
        struct Vector: Decodable {
            var name: String
            var master: String
            var input: String
            var key: String
        }
        var vectors: [Vector]
    }

    struct Card: Decodable {
        var master: String
        var card: String
        var key: String
        var terminal: String
        var transaction: String
        var amount: Int64
        var currency: String
        var hash: String
        var nonce: String
        var response: String
        var data: String
        var file: String
    }

    @Test("keys are diversified as NXP AN10922 has them, for every size of AES key")
    func diversification() throws {
        let file: Diversification = try Vectors.load("SmartCardVerification/an10922.json")
        #expect(file.vectors.count == 3)
        for vector in file.vectors {
            let key = try CardKeyDiversification.key(
                from: AESKey(bytes(vector.master)), input: bytes(vector.input))
            #expect(key.bytes.revealed() == bytes(vector.key), "\(vector.name)")
        }
    }

    @Test("an input of a diversification has 16 to 31 bytes")
    func inputLengths() throws {
        let master = try AESKey([UInt8](repeating: 7, count: 32))
        for count in [16, 31] {
            _ = try CardKeyDiversification.key(from: master, input: [UInt8](repeating: 1, count: count))
        }
        for count in [0, 15, 32] {
            #expect(throws: SmartCardError.diversificationInput(count: count)) {
                try CardKeyDiversification.key(from: master, input: [UInt8](repeating: 1, count: count))
            }
        }
    }

    @Test("SCV-01 card key, transaction hash, response and data file are those of an independent implementation")
    func card() throws {
        let vector: Card = try Vectors.load("SmartCardVerification/smart-card.json")
        let card = try SmartCardIdentification(text: vector.card)
        let key = try SmartCardKey(master: SecretBytes(bytes(vector.master)), card: card)
        #expect(key.bytes.revealed() == bytes(vector.key))
        let terms = try CardTransactionTerms(
            terminal: vector.terminal, transaction: vector.transaction, amount: vector.amount,
            currency: vector.currency)
        #expect(terms.hash == bytes(vector.hash))
        let challenge = try SmartCardChallenge(nonce: bytes(vector.nonce), terms: terms)
        #expect(key.response(of: card, to: challenge).bytes == bytes(vector.response))
        let file = try EncryptedCardData(bytes: bytes(vector.file))
        #expect(key.decrypt(file, of: card)?.revealed() == bytes(vector.data))
    }
}
