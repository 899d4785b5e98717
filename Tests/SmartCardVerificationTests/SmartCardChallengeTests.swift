import CardCryptography
import CardTesting
import ISO7816
import Testing

@testable import SmartCardVerification

@Suite("A smart card's answer")
struct SmartCardChallengeTests {
    private let card: SmartCardIdentification
    private let key: SmartCardKey
    private let nonce = [UInt8](repeating: 0xA5, count: 16)

    init() throws {
        card = try SmartCardIdentification(text: "5345000000000001")
        key = try SmartCardKey(master: SecretBytes([UInt8](0..<32)), card: card)
    }

    private func response(
        terminal: String = "trm_1", transaction: String = "txn_1", amount: Int64 = 1_250, currency: String = "EUR",
        nonce: [UInt8]? = nil, card: SmartCardIdentification? = nil
    ) throws -> SmartCardResponse {
        let terms = try CardTransactionTerms(
            terminal: terminal, transaction: transaction, amount: amount, currency: currency)
        return try key.response(
            of: card ?? self.card, to: SmartCardChallenge(nonce: nonce ?? self.nonce, terms: terms))
    }

    @Test("SCV-06 it is good for this nonce, card, terminal, transaction, amount and currency, and for no other")
    func bound() throws {
        let sound = try response()
        #expect(try response() == sound)
        let others = try [
            response(terminal: "trm_2"), response(transaction: "txn_2"), response(amount: 1_251),
            response(amount: 12_500), response(currency: "USD"),
            response(nonce: [UInt8](repeating: 0xA5, count: 15) + [0xA4]),
            response(card: SmartCardIdentification(text: "5345000000000002")),
            // The same characters, cut at another place.
            response(terminal: "trm_1t", transaction: "xn_1"),
        ]
        #expect(others.allSatisfy { $0 != sound })
    }

    @Test("SCV-03 the key of another card, or of the same card from another master, answers otherwise")
    func otherKeys() throws {
        let sound = try response()
        let terms = try CardTransactionTerms(terminal: "trm_1", transaction: "txn_1", amount: 1_250, currency: "EUR")
        let challenge = try SmartCardChallenge(nonce: nonce, terms: terms)
        let neighbour = try SmartCardKey(
            master: SecretBytes([UInt8](0..<32)), card: SmartCardIdentification(text: "5345000000000002"))
        let foreign = try SmartCardKey(master: SecretBytes([UInt8](1..<33)), card: card)
        for key in [neighbour, foreign] {
            #expect(key.response(of: card, to: challenge) != sound)
            #expect(key.checkValue != self.key.checkValue)
        }
    }

    @Test("INTERNAL AUTHENTICATE carries nonce, hash and terminal, and is read back as it was")
    func bytesOfChallenge() throws {
        let terms = try CardTransactionTerms(terminal: "trm_1", transaction: "txn_1", amount: 1, currency: "EUR")
        let challenge = try SmartCardChallenge(nonce: nonce, terms: terms)
        #expect(challenge.bytes == nonce + terms.hash + Array("trm_1".utf8))
        #expect(try SmartCardChallenge(bytes: challenge.bytes) == challenge)
        let command = SmartCardCommand.internalAuthenticate(challenge)
        #expect(command.header.hex == "00880000" && command.data == challenge.bytes && command.expectedLength == 256)
        #expect(throws: SmartCardError.name) { try SmartCardChallenge(bytes: Array(challenge.bytes.prefix(48))) }
        for count in [0, 15, 16, 47] {
            #expect(throws: SmartCardError.self) {
                try SmartCardChallenge(bytes: Array(challenge.bytes.prefix(count)))
            }
        }
        for count in [0, 15, 17] {
            #expect(throws: SmartCardError.challenge(count: count)) {
                try SmartCardChallenge(nonce: [UInt8](repeating: 1, count: count), terms: terms)
            }
        }
    }

    @Test("names are 1 to 64 visible characters of ASCII, amounts are above zero")
    func terms() throws {
        func terms(_ terminal: String, _ amount: Int64 = 1, _ currency: String = "EUR") throws -> CardTransactionTerms {
            try CardTransactionTerms(terminal: terminal, transaction: "t", amount: amount, currency: currency)
        }
        _ = try terms(String(repeating: "t", count: 64), .max)
        for name in ["", String(repeating: "t", count: 65), "a b", "ü", "a\n"] {
            #expect(throws: SmartCardError.name) { try terms(name) }
        }
        for amount: Int64 in [0, -1, .min] { #expect(throws: SmartCardError.amount) { try terms("t", amount) } }
        for currency in ["", "EU", "EURO"] { #expect(throws: SmartCardError.name) { try terms("t", 1, currency) } }
    }
}

@Suite("A smart card's encrypted data")
struct EncryptedCardDataTests {
    private let card: SmartCardIdentification
    private let key: SmartCardKey

    init() throws {
        card = try SmartCardIdentification(text: "5345000000000001")
        key = try SmartCardKey(master: SecretBytes([UInt8](0..<32)), card: card)
    }

    @Test("SCV-04 it opens with the key of its card, for its card, unaltered; every flipped bit is noticed")
    func authenticated() throws {
        let data = SecretBytes(Array("member 4711".utf8))
        let file = try key.encrypt(data, for: card)
        #expect(key.decrypt(file, of: card) == data)
        let neighbour = try SmartCardIdentification(text: "5345000000000002")
        #expect(key.decrypt(file, of: neighbour) == nil)
        let neighbourKey = try SmartCardKey(master: SecretBytes([UInt8](0..<32)), card: neighbour)
        #expect(neighbourKey.decrypt(file, of: card) == nil)
        for bit in 0..<file.bytes.count * 8 {
            var altered = file.bytes
            altered[bit / 8] ^= 0x80 >> (bit % 8)
            guard let file = try? EncryptedCardData(bytes: altered) else {
                #expect(bit < 8, "only the version is looked at without the key")
                continue
            }
            #expect(key.decrypt(file, of: card) == nil)
        }
    }

    @Test("the same data enciphered twice are two files")
    func fresh() throws {
        let data = SecretBytes([1, 2, 3])
        #expect(try key.encrypt(data, for: card) != key.encrypt(data, for: card))
    }

    @Test("data has 1 to 160 bytes, and the longest file fits into one answer of the card")
    func lengths() throws {
        for count in [1, 160] {
            let file = try key.encrypt(.random(count: count), for: card)
            #expect(file.bytes.count == 29 + count)
            #expect(try EncryptedCardData(bytes: file.bytes) == file)
            #expect(BERTLV(SmartCardCommand.dataFileTag, file.bytes).bytes.count <= 256)
        }
        for count in [0, 161] {
            #expect(throws: SmartCardError.cardData(count: count)) {
                try key.encrypt(.random(count: count), for: card)
            }
            let bytes = [0x01] + [UInt8](repeating: 0, count: 28 + count)
            #expect(throws: SmartCardError.cardData(count: count)) { try EncryptedCardData(bytes: bytes) }
        }
        #expect(throws: SmartCardError.self) { try EncryptedCardData(bytes: []) }
        #expect(throws: SmartCardError.version(0x02)) {
            try EncryptedCardData(bytes: [0x02] + [UInt8](repeating: 0, count: 40))
        }
    }

    @Test("an identification is eight bytes, written in sixteen upper-case hex digits")
    func identification() throws {
        #expect(card.text == "5345000000000001" && card.bytes == bytes("5345000000000001"))
        for text in ["", "53450000000000", "534500000000000102", "534500000000000g", "53450000000000ab"] {
            #expect(throws: SmartCardError.self) { try SmartCardIdentification(text: text) }
        }
        for count in [7, 9] {
            #expect(throws: SmartCardError.identification(count: count)) {
                try SmartCardIdentification([UInt8](repeating: 1, count: count))
            }
        }
    }

    @Test("keys print as their length")
    func secrecy() throws {
        #expect(!"\(key)".contains("41") || "\(key)".contains("‹32 bytes›"))
        #expect("\(key.bytes)" == "‹32 bytes›")
    }

    @Test("a personalization is four groupings, its key under its check value, and read back as it was")
    func personalization() throws {
        let file = try key.encrypt(SecretBytes([1]), for: card)
        let whole = SmartCardPersonalization(identification: card, key: key, dataFile: file)
        #expect(whole.groupings.map(\.identifier) == [0x0101, 0x0102, 0x8000, 0x9000])
        #expect(whole.groupings.map(\.isConfidential) == [false, false, true, false])
        var data = Dictionary(uniqueKeysWithValues: whole.groupings.map { ($0.identifier, $0.data) })
        #expect(try SmartCardPersonalization(data) == whole)
        for identifier in SmartCardPersonalization.identifiers {
            var fewer = data
            fewer[identifier] = nil
            #expect(throws: SmartCardError.grouping(identifier)) { try SmartCardPersonalization(fewer) }
        }
        data[0x0103] = SecretBytes([1])
        #expect(throws: SmartCardError.grouping(0x0103)) { try SmartCardPersonalization(data) }
        data[0x0103] = nil
        data[0x8000] = .random(count: 32)
        #expect(throws: SmartCardError.grouping(0x9000)) { try SmartCardPersonalization(data) }
        data[0x8000] = .random(count: 16)
        #expect(throws: SmartCardError.cardKey(count: 16)) { try SmartCardPersonalization(data) }
    }
}
