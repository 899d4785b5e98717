import CardCryptography
import EMV
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("Personalization of a universal card instance")
struct UniversalCardPersonalizationTests {
    @Test("the data set comes once and whole; no record changes it (UPD-01)")
    func once() throws {
        var instance = UniversalCardInstance()
        let set = try universalSet()
        instance.beginPersonalization()
        for index in set.dataGroupings.indices {
            var partial = set.dataGroupings
            partial.remove(at: index)
            #expect(instance.refusal(of: block(partial.flatMap(\.bytes))) == 0x6A80, "without \(index)")
        }
        #expect(try instance.refusal(of: block(universalRecord(1).grouping.dataGrouping.bytes)) == 0x6985)
        try instance.personalize(with: set.dataGroupings, blockLength: 40)
        #expect(instance.universal == set)
        instance.beginPersonalization()
        for grouping in set.dataGroupings {
            #expect(instance.refusal(of: block(grouping.bytes)) == 0x6985)
            #expect(instance.refusal(of: block(grouping.bytes, last: false)) == 0x6985)
        }
        try instance.personalize(with: [universalRecord(1).grouping.dataGrouping])
        #expect(instance.universal == set)
    }

    @Test("records are put and deleted in one run, all or none; the same reference is replaced in its place")
    func records() throws {
        var instance = try UniversalCardInstance.personalized([universalRecord(1), universalRecord(2)])
        let (first, second) = (instance.records[0], instance.records[1])
        let third = try universalRecord(3)
        instance.beginPersonalization()
        let malformed = DataGrouping(0xA100, Array(third.bytes.dropLast()))
        let deletion = UniversalCardDeletion.grouping(for: first.reference).dataGrouping
        #expect(instance.refusal(of: block(deletion.bytes + malformed.bytes)) == 0x6A80)
        #expect(instance.refusal(of: block(DataGrouping(0xA102, [0]).bytes)) == 0x6A88)
        #expect(instance.refusal(of: block([])) == 0x6A80)
        #expect(instance.records == [first, second] && instance.chosen == first.reference)
        let changed = try universalRecord(2, label: "Changed")
        try instance.personalize(
            block(deletion.bytes + changed.grouping.dataGrouping.bytes + third.grouping.dataGrouping.bytes))
        #expect(instance.records == [changed, third])
        #expect(instance.chosen == changed.reference, "the chosen one was deleted; the first that may be chosen is")
    }

    @Test("deleting what is not there is accepted, deleting the chosen card leaves none chosen (UCI-07, UPD-08)")
    func deletion() throws {
        var instance = try UniversalCardInstance.personalized([universalRecord(1), universalRecord(2)])
        for _ in 1...2 {
            try instance.personalize(
                with: [UniversalCardDeletion.grouping(for: universalRecord(1).reference).dataGrouping])
            #expect(try instance.records == [universalRecord(2)])
            #expect(instance.chosen == nil && instance.contactlessOffer == nil)
        }
        #expect(try instance.unchanged("80D00000080000000000000001") == "6A88")
    }

    @Test("there is room for 32 records: the next one is refused with 6A84, a known one is still replaced")
    func bound() throws {
        var instance = try UniversalCardInstance.personalized()
        for number: UInt8 in 1...32 {
            try instance.personalize(with: [universalRecord(number).grouping.dataGrouping])
        }
        instance.beginPersonalization()
        let next = try universalRecord(33).grouping.dataGrouping
        #expect(instance.refusal(of: block(next.bytes)) == 0x6A84)
        let replacement = try universalRecord(32, label: "New").grouping.dataGrouping
        let deletion = try UniversalCardDeletion.grouping(for: universalRecord(1).reference).dataGrouping
        try instance.personalize(block(replacement.bytes + deletion.bytes, last: false))
        try instance.personalize(block(next.bytes, 1))
        #expect(instance.records.count == 32)
        #expect(try UniversalCardInstance(persistentState: instance.persistentState) == instance)
    }

    @Test("a new card is chosen only when none is and its record says so")
    func choosing() throws {
        var instance = try UniversalCardInstance.personalized([universalRecord(1, becomesChosen: false)])
        #expect(instance.chosen == nil)
        try instance.personalize(with: [universalRecord(2).grouping.dataGrouping])
        try instance.personalize(with: [universalRecord(3).grouping.dataGrouping])
        #expect(try instance.chosen == universalRecord(2).reference)
    }

    @Test("a chosen card without a token for terminals is not offered to them")
    func withoutTerminalToken() throws {
        let instance = try UniversalCardInstance.personalized([universalRecord(1, functions: [.qr])])
        #expect(instance.chosen != nil && instance.contactlessOffer == nil)
        #expect(try instance.unchanged("00B2010C00") == "6A83")
        var paying = instance
        #expect(paying.process(TestPurchase().processingOptions, emptyEnvironment).statusWord == 0x6985)
    }

    @Test("a data set whose record or FCI would not fit is refused with 6A80")
    func roomForEveryCard() throws {
        func set(filler: Int) throws -> [DataGrouping] {
            try UniversalPersonalization(
                cardType: .debit, universalIdentifier: [UInt8](repeating: 1, count: 16),
                selectionData: universalSet().selectionData,
                interchangeProfile: [.onDeviceCardholderVerification], instanceKey: universalKey,
                commonObjects: [BERTLV(0x9F7C, [UInt8](repeating: 0, count: filler))]
            ).dataGroupings
        }
        // 9F7C 81 xx stands before the filler: 254 = 25 of template and card + 4 + 225.
        var instance = UniversalCardInstance()
        instance.beginPersonalization()
        #expect(try instance.refusal(of: block(set(filler: 226).flatMap(\.bytes).prefix(255).map { $0 })) == 0x6A80)
        var fitting = UniversalCardInstance()
        try fitting.personalize(with: set(filler: 225))
        var tooLong = UniversalCardInstance()
        #expect(throws: Refusal(.incorrectData)) { try tooLong.personalize(with: set(filler: 226)) }
    }

    @Test("it reads back what it stores, and nothing else")
    func state() throws {
        var instance = UniversalCardInstance()
        #expect(try UniversalCardInstance(persistentState: instance.persistentState) == instance)
        instance = try .personalized([universalRecord(1, share: [UInt8](repeating: 3, count: 16)), universalRecord(2)])
        _ = instance.process(TestPurchase().processingOptions, emptyEnvironment)
        instance.beginPersonalization()
        try instance.personalize(block([0xA1], last: false))
        let state = instance.persistentState
        #expect(try UniversalCardInstance(persistentState: state) == instance)
        for index in state.indices {
            var damaged = state
            damaged[index].value = [0xFF]
            #expect(throws: AppletStateError.self, "\(state[index].tag)") {
                try UniversalCardInstance(persistentState: damaged)
            }
        }
        #expect(throws: AppletStateError.unexpected(0xC3)) {
            try UniversalCardInstance(persistentState: state + [state[state.count - 1]])
        }
    }
}
