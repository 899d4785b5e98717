import EMV
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("A universal card instance: cardholder verification and log")
struct UniversalCardVerificationTests {
    private let contactless = AppletEnvironment(
        contactless: [], selectableApplications: [], interface: .contactless)

    @Test("CONFIRM CONSUMER holds for one transaction: the qualifiers and the cryptogram's data say so once")
    func confirmation() throws {
        var instance = try UniversalCardInstance.personalized([universalRecord(1)])
        var working = WorkingMemory()
        #expect(instance.process(try command("80D20000"), emptyEnvironment, &working).statusWord == .success)
        #expect(working.isConsumerConfirmed)
        let purchase = TestPurchase()
        let first = instance.process(purchase.processingOptions, contactless, &working).objects
        #expect(first[0x9F6C] == [0x00, 0x80] && first[0x9F10]?.hex == "06011203A40000")
        let second = instance.process(purchase.processingOptions, contactless, &working).objects
        #expect(second[0x9F6C] == [0x00, 0x00] && second[0x9F10]?.hex == "06011203A00000")
    }

    @Test("a remote cryptogram takes the confirmation, so that the next one at a terminal has none")
    func remoteConfirmation() throws {
        let record = try universalRecord(1)
        var instance = try UniversalCardInstance.personalized([record])
        var working = WorkingMemory(isConsumerConfirmed: true)
        let remote = instance.process(TestPurchase().generateCryptogram(record, 0x03), emptyEnvironment, &working)
        #expect(remote.objects[0x9F10]?.hex == "06011203A40000")
        #expect(!working.isConsumerConfirmed)
    }

    @Test(
        "a terminal that requires verification gets online PIN, signature, or 6986 when there is no way in common",
        arguments: [
            ("26400000", [0x80, 0x00]), ("22400000", [0x40, 0x00]), ("20400080", nil), ("20000000", [0x00, 0x00]),
        ] as [(String, [UInt8]?)])
    func verification(qualifiers: String, expected: [UInt8]?) throws {
        var instance = try UniversalCardInstance.personalized([universalRecord(1)])
        let before = instance
        let purchase = TestPurchase(qualifiers: bytes(qualifiers))
        let response = instance.process(purchase.processingOptions, contactless)
        #expect(response.objects[0x9F6C] == expected)
        if expected == nil { #expect(response.statusWord == 0x6986 && instance == before) }
        var working = WorkingMemory(isConsumerConfirmed: true)
        #expect(
            instance.process(purchase.processingOptions, contactless, &working).objects[0x9F6C] == [0x00, 0x80])
    }

    @Test("an offline reader is declined, a reader without the quick style is refused")
    func otherReaders() throws {
        var instance = try UniversalCardInstance.personalized([universalRecord(1)])
        let offline = TestPurchase(qualifiers: bytes("28000000"))
        let declined = instance.process(offline.processingOptions, contactless).objects
        #expect(declined[0x9F27] == [0x00] && declined[0x9F10]?.hex == "06011203800000")
        let magneticStripe = TestPurchase(qualifiers: bytes("80000000"))
        #expect(instance.process(magneticStripe.processingOptions, contactless).statusWord == 0x6985)
    }

    @Test("the log keeps the last ten transactions, the newest first, and says which card paid")
    func log() throws {
        let record = try universalRecord(7)
        var instance = try UniversalCardInstance.personalized([record])
        for _ in 1...10 { _ = instance.process(TestPurchase().processingOptions, contactless) }
        _ = instance.process(TestPurchase().generateCryptogram(record, 0x02), emptyEnvironment)
        #expect(
            try instance.unchanged("80CA9F4F00")
                == "9F4F179F36029F27019F02065F2A029F1A029A039C01C0088001" + "9000")
        #expect(
            try instance.unchanged("00B2015C00")
                == "000B80000000001000097802502611270000000000000000" + "07" + "02" + "9000")
        #expect(try instance.unchanged("00B20A5C00")?.prefix(4) == "0002")
        #expect(try instance.unchanged("00B20B5C00") == "6A83")
        #expect(try UniversalCardInstance(persistentState: instance.persistentState) == instance)
    }
}
