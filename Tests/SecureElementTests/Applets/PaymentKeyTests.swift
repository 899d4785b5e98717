import CardCryptography
import CardTesting
import EMV
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("Keys of a payment Application")
struct PaymentKeyTests {
    private static let key = bytes("404142434445464748494A4B4C4D4E4F")

    private func quick(_ change: ([DataGrouping]) -> [DataGrouping]) throws -> [DataGrouping] {
        change(try PaymentPersonalization.quick(TestIssuer.account(), masterKey: TestIssuer.masterKey).dataGroupings)
    }

    private func outcome(_ groupings: [DataGrouping]) -> StatusWord? {
        var application = PaymentApplication()
        application.beginPersonalization()
        return application.refusal(of: block(groupings.flatMap(\.bytes)))
    }

    @Test("a key is accepted with its check values and refused with others, before anything takes effect")
    func checkValues() throws {
        let value = universalKey.keyCheckValue
        let three = Self.key + Self.key + Self.key
        for (keys, values, expected) in [
            (Self.key, value, nil), (three, value + value + value, nil), (Self.key, [1, 2, 3], 0x6A80),
            (three, value, 0x6A80), (three, value + value + [0, 0, 0], 0x6A80), (Self.key, value + value, 0x6A80),
            (Self.key, Array(value.prefix(2)), 0x6A80),
        ] as [([UInt8], [UInt8], StatusWord?)] {
            let groupings = try quick { groupings in
                groupings.map { $0.identifier == 0x8000 ? DataGrouping(0x8000, keys) : $0 }
                    + [DataGrouping(0x9000, values)]
            }
            #expect(outcome(groupings) == expected, "\(keys.count) \(values.hex)")
        }
    }

    @Test("the first key of MK-AC | MK-SMI | MK-SMC makes the cryptograms")
    func threeKeys() throws {
        let account = try TestIssuer.account()
        let own = TestIssuer.cardKey(for: account).bytes.revealed()
        var application = PaymentApplication()
        try application.personalize(
            with: quick { groupings in
                groupings.map { $0.identifier == 0x8000 ? DataGrouping(0x8000, own + Self.key + Self.key) : $0 }
            })
        let answer = application.process(TestPurchase().processingOptions, emptyEnvironment).objects
        let profile = try #require(answer[0x82])
        #expect(
            try answer[0x9F26]
                == TestPurchase().expectedCryptogram(
                    answer, profile, cardKey: TestIssuer.cardKey(for: account)))
    }

    @Test(
        "a template without a key, a key of another length, and GENERATE AC without its lists are refused",
        arguments: [0, 1, 2])
    func incomplete(index: Int) throws {
        let groupings = try quick { groupings in
            switch index {
            case 0: groupings.filter { $0.identifier != 0x8000 }
            case 1: groupings.map { $0.identifier == 0x8000 ? DataGrouping(0x8000, Self.key + Self.key) : $0 }
            default: groupings.map { $0.identifier == 0x9102 ? DataGrouping(0x9102, bytes("500141")) : $0 }
            }
        }
        #expect(outcome(groupings) == 0x6A80)
    }

    @Test("primes that do not belong together are no card key; those of exponent 3 and 65 537 are")
    func cardKeys() throws {
        for exponent: UInt32 in [3, 65_537] {
            let key = RSAPrivateKey.generate(bitCount: 1024, publicExponent: exponent)
            let numbers = try #require(key.chineseRemainderNumbers)
            let inOrder = [
                numbers.coefficient, numbers.exponentQ, numbers.exponentP, numbers.q, numbers.p,
            ]
            let groupings = zip(UInt16(0x8201)..., inOrder).map { DataGrouping($0, $1.revealed()) }
            #expect(outcome(paymentGroupings + groupings) == nil)
            var wrong = groupings
            wrong[4].data[10] ^= 0x01
            #expect(outcome(paymentGroupings + wrong) == 0x6A80)
            let padded = groupings.map { DataGrouping($0.identifier, $0.data + bytes("8000000000000000")) }
            #expect(outcome(paymentGroupings + padded) == nil)
            let direct = [
                DataGrouping(0x8101, key.privateExponent.revealed()), DataGrouping(0x8103, key.publicKey.modulus),
            ]
            #expect(outcome(paymentGroupings + direct) == nil)
        }
    }

    @Test("groupings 8xxx in a block that P1 calls encrypted are deciphered with the session's key; others are refused")
    func encryptedGroupings() throws {
        var card = try TestCard()
        try card.prePersonalize()
        var session = try AnySession(TestCard.domain, &card, keys: .scp03(TestCard.temporaryKeys))
        let account = try TestIssuer.account()
        let groupings = try PaymentPersonalization.quick(account, masterKey: TestIssuer.masterKey).dataGroupings
        let key = try #require(groupings.first { $0.identifier == 0x8000 })
        let sealed = DataGrouping(0x8000, session.encrypted(SecretBytes(key.data)))
        let check = DataGrouping(0x9000, TestIssuer.cardKey(for: account).keyCheckValue)
        let others = groupings.filter { $0.identifier != 0x8000 } + [check]
        for (first, stored, completed) in [
            (key, 0x9000, 0x6A80), (DataGrouping(0x8000, [1, 2, 3]), 0x6A80, 0x6A80), (check, 0x6A80, 0x6A80),
            (sealed, 0x9000, 0x9000),
        ] as [(DataGrouping, StatusWord, StatusWord)] {
            let begin = InstallCommand.forPersonalization(application: TestCard.instance).command
            #expect(try session.send(begin, &card).statusWord == .success)
            let block = StoreDataCommand(
                data: first.bytes, blockNumber: 0, isLastBlock: false, encryption: .encrypted)
            #expect(try session.send(block.command, &card).statusWord == stored)
            let last = StoreDataCommand(data: others.flatMap(\.bytes), blockNumber: 1, isLastBlock: true)
            #expect(try session.send(last.command, &card).statusWord == completed)
        }
        guard case .applet(let applet)? = card.element.memory.application(TestCard.instance)?.content,
            case .payment(let application) = applet.code
        else { throw CardRefused(.fileNotFound) }
        #expect(application.profile?.cryptogram?.key == TestIssuer.cardKey(for: account))
    }
}
