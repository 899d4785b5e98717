import CardCryptography
import EMV
import ISO7816
import Issuing
import Testing

@Suite("Authorization of the issuer's own chips")
struct ChipAuthorizationTests {
    /// The chip of a card, personalized as its issuer says.
    struct Chip {
        let number: PrimaryAccountNumber
        let sequenceNumber: UInt8
        let key: TripleDESKey

        init(_ card: IssuedCard, at harbour: Harbour) async throws {
            let personalizer = TransportKeyPair.generate()
            let personalization = try await harbour.desk.personalization(
                of: card.card.reference, transportKey: personalizer.publicKey.pem, Harbour.operator("p"))
            number = try PrimaryAccountNumber(card.number)
            sequenceNumber = UInt8(personalization.sequenceNumber)
            key = try TripleDESKey(personalizer.decrypt(personalization.cardKey.wrappedKey))
            #expect(personalization.cardKey.keyCheckValue == key.keyCheckValue)
        }

        /// Field 55 of a purchase: every data object with the cryptogram over it.
        func data(
            counter: UInt8, amount: [UInt8] = [0, 0, 0, 0, 0x12, 0x50], currency: [UInt8] = [0x09, 0x78],
            type: UInt8 = 0, version: [UInt8] = [0x06, 0x01, 0x12, 0x03, 0xA0, 0x00, 0x00], more: [BERTLV] = []
        ) throws -> [UInt8] {
            let objects: [(BERTag, [UInt8])] = [
                (0x9F02, amount), (0x9F03, [UInt8](repeating: 0, count: 6)), (0x9F1A, [0x02, 0x76]),
                (0x95, [0, 0, 0, 0, 0]), (0x5F2A, currency), (0x9A, [0x26, 0x11, 0x27]), (0x9C, [type]),
                (0x9F37, [1, 2, 3, 4]), (0x82, [0x20, 0x00]), (0x9F36, [0, counter]), (0x9F10, version),
            ]
            let input = try CryptogramInput(Dictionary(uniqueKeysWithValues: objects))
            let cryptogram = BERTLV(0x9F26, ApplicationCryptogram.compute(input, cardKey: key))
            return (objects.map { BERTLV($0.0, $0.1) } + [cryptogram] + more).bytes
        }

        func request(
            _ transaction: String, amount: Int64 = 1_250, currency: Int = 978, chipData: [UInt8]
        ) throws -> ChipAuthorizationRequest {
            try ChipAuthorizationRequest(
                transaction: transaction, number: number, sequenceNumber: sequenceNumber, amount: amount,
                currency: currency, merchant: "Quay Books", chipData: chipData)
        }
    }

    private func authorize(
        _ harbour: Harbour, _ request: ChipAuthorizationRequest
    ) async throws -> ChipAuthorizationAnswer {
        try await harbour.issuer.authorize(request, Harbour.wallet())
    }

    @Test(
        "a cryptogram under the issuer's master key is approved, and answered so that the chip can verify it (CVN 18)")
    func approved() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        let chip = try await Chip(card, at: harbour)
        let data = try chip.data(counter: 1)
        let answer = try await authorize(harbour, chip.request("c-1", chipData: data))
        guard case .approved = answer.answer, let proof = answer.issuerAuthenticationData else {
            Issue.record("declined")
            return
        }
        let cryptogram = Array(try #require(try BERTLV.sequence(data).first { $0.tag == 0x9F26 }).value)
        let session = SessionKey.common(card: chip.key, transactionCounter: 1)
        #expect(Array(proof.suffix(4)) == [0x00, 0x80, 0x00, 0x00])
        #expect(
            Array(proof.prefix(4))
                == AuthorizationResponseCryptogram.method2(
                    key: session, cryptogram: cryptogram, statusUpdate: [0x00, 0x80, 0x00, 0x00]))
        #expect(try await harbour.balance(card) == 8_750)
        // Asked again, answered the same, without money.
        #expect(try await authorize(harbour, chip.request("c-1", chipData: data)) == answer)
        #expect(try await harbour.balance(card) == 8_750)
    }

    @Test("CVN 10 is answered by method 1, with the response code of what was decided")
    func method1() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card(balance: 1)
        let chip = try await Chip(card, at: harbour)
        let data = try chip.data(counter: 1, version: [0x06, 0x01, 0x0A, 0x03, 0xA0, 0x00, 0x00])
        let answer = try await authorize(harbour, chip.request("c-1", chipData: data))
        #expect(answer.answer == .declined(.insufficientFunds))
        let proof = try #require(answer.issuerAuthenticationData)
        let cryptogram = Array(try #require(try BERTLV.sequence(data).first { $0.tag == 0x9F26 }).value)
        #expect(proof.count == 10 && Array(proof.suffix(2)) == Array("05".utf8))
        #expect(
            Array(proof.prefix(8))
                == AuthorizationResponseCryptogram.method1(
                    key: chip.key, cryptogram: cryptogram, responseCode: Array("05".utf8)))
    }

    @Test(
        "every bit of the cryptogram counts, and every data object under it",
        arguments: [1, 2, 3, 5, 6, 7, 8, 9, 10, 11])
    func altered(_ object: Int) async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        let chip = try await Chip(card, at: harbour)
        var objects = try BERTLV.sequence(chip.data(counter: 1))
        // Amount (0) and currency (4) are refused as requests: they differ from what is asked.
        objects[object].value[objects[object].value.count - 1] ^= 0x01
        let answer = try await authorize(harbour, chip.request("c-1", chipData: objects.bytes))
        #expect(answer.answer == .declined(.securityViolation))
        #expect(answer.issuerAuthenticationData == nil)
        #expect(try await harbour.balance(card) == 10_000)
        // The counter of a wrong cryptogram is not taken.
        guard case .approved = try await authorize(harbour, chip.request("c-2", chipData: chip.data(counter: 1))).answer
        else {
            Issue.record("declined")
            return
        }
    }

    @Test("a counter that does not rise is declined")
    func counter() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        let chip = try await Chip(card, at: harbour)
        _ = try await authorize(harbour, chip.request("c-1", chipData: chip.data(counter: 5)))
        for (transaction, counter) in [("c-2", UInt8(5)), ("c-3", 4)] {
            let answer = try await authorize(harbour, chip.request(transaction, chipData: chip.data(counter: counter)))
            #expect(answer.answer == .declined(.securityViolation))
        }
        let next = try await authorize(harbour, chip.request("c-4", chipData: chip.data(counter: 7)))
        if case .declined = next.answer { Issue.record("a gap is allowed") }
    }

    @Test("another type than a purchase is declined; so is a blocked card; so is a number that is nobody's")
    func declined() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        let chip = try await Chip(card, at: harbour)
        let refund = try chip.request("c-1", chipData: chip.data(counter: 1, type: 0x20))
        #expect(try await authorize(harbour, refund).answer == .declined(.invalidTransaction))
        _ = try await harbour.desk.setState(.blocked, of: card.card.reference, Harbour.operator("b"))
        let blocked = try chip.request("c-2", chipData: chip.data(counter: 2))
        #expect(try await authorize(harbour, blocked).answer == .declined(.restrictedCard))
        let unknown = try ChipAuthorizationRequest(
            transaction: "c-3", number: PrimaryAccountNumber("4761739001010010"), sequenceNumber: 1, amount: 1_250,
            currency: 978, merchant: "Quay Books", chipData: chip.data(counter: 3))
        #expect(try await authorize(harbour, unknown).answer == .declined(.invalidCardNumber))
    }

    @Test("a request that says another thing than the chip is refused with its field")
    func differing() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        let chip = try await Chip(card, at: harbour)
        let data = try chip.data(counter: 1)
        #expect(throws: IssuingError.invalid(field: "amount", reason: "the chip signed another amount")) {
            try chip.request("c", amount: 1_251, chipData: data)
        }
        #expect(throws: IssuingError.invalid(field: "currency", reason: "the chip signed another currency")) {
            try chip.request("c", currency: 840, chipData: data)
        }
        let number = BERTLV(0x5A, try PrimaryAccountNumber("4761739001010010").packed)
        #expect(throws: IssuingError.invalid(field: "number", reason: "the chip has another number")) {
            try chip.request("c", chipData: chip.data(counter: 1, more: [number]))
        }
        #expect(
            throws: IssuingError.invalid(field: "sequenceNumber", reason: "the chip has another sequence number")
        ) { try chip.request("c", chipData: chip.data(counter: 1, more: [BERTLV(0x5F34, [0x02])])) }
        for bytes in [[], Array(data.dropLast()), data + data, [UInt8](repeating: 0, count: 256)] as [[UInt8]] {
            #expect(throws: IssuingError.self) { try chip.request("c", chipData: bytes) }
        }
    }
}
