import CardCryptography
import EMV
import Testing

@Suite("Card keys")
struct CardKeyTests {
    @Test("come from number and sequence number by options A and B, as pyemv derives them")
    func derivations() throws {
        let cases = CryptogramVectors.file.derivations
        #expect(cases.count == 24)
        for vector in cases {
            let master = try TripleDESKey(hex(vector.master))
            let number = try PrimaryAccountNumber(vector.number)
            let sequence = try #require(UInt8(vector.sequenceNumber))
            let optionA = CardKeys.optionA(master: master, number: number, sequenceNumber: sequence)
            let optionB = CardKeys.optionB(master: master, number: number, sequenceNumber: sequence)
            #expect(optionA.bytes.revealed() == hex(vector.optionA), "\(vector.number)")
            #expect(optionB.bytes.revealed() == hex(vector.optionB), "\(vector.number)")
            #expect((optionA == optionB) == (number.count <= 16))
        }
    }

    @Test("have odd parity in every byte")
    func parity() throws {
        let key = try CardKeys.optionA(
            master: TripleDESKey(hex("0123456789ABCDEFFEDCBA9876543210")),
            number: PrimaryAccountNumber("6299000000000007"), sequenceNumber: 0)
        #expect(key.bytes.revealed().allSatisfy { $0.nonzeroBitCount % 2 == 1 })
        #expect(key == key.withOddParity)
    }

    @Test("of another sequence number, another number or another master key are others")
    func neighbours() throws {
        let master = try TripleDESKey(hex("0123456789ABCDEFFEDCBA9876543210"))
        let number = try PrimaryAccountNumber("6299000000000007")
        let keys = Set([
            CardKeys.optionA(master: master, number: number, sequenceNumber: 0),
            CardKeys.optionA(master: master, number: number, sequenceNumber: 1),
            CardKeys.optionA(master: master, number: try PrimaryAccountNumber("6299000000000015"), sequenceNumber: 0),
            CardKeys.optionA(
                master: try TripleDESKey(hex("0123456789ABCDEFFEDCBA9876543213")), number: number, sequenceNumber: 0),
        ])
        #expect(keys.count == 4)
    }
}

@Suite("Session keys")
struct SessionKeyTests {
    @Test("are derived from counter, unpredictable number and cryptogram as pyemv derives them")
    func vectors() throws {
        for vector in CryptogramVectors.file.sessions {
            let card = try TripleDESKey(hex(vector.cardKey))
            let counter = try #require(UInt16(vector.counter, radix: 16))
            let common = SessionKey.common(card: card, transactionCounter: counter)
            #expect(common.withOddParity.bytes.revealed() == hex(vector.common))
            let mastercard = SessionKey.mastercard(
                card: card, transactionCounter: counter, unpredictableNumber: hex(vector.unpredictableNumber))
            #expect(mastercard.withOddParity.bytes.revealed() == hex(vector.mastercard))
            let messaging = SessionKey.common(card: card, cryptogram: hex(vector.cryptogram))
            #expect(messaging.withOddParity.bytes.revealed() == hex(vector.secureMessaging))
        }
    }
}
