import ISO7816
import Testing

@testable import SecureElement

@Suite("PPSE and inert applets")
struct PaymentSystemEnvironmentTests {
    let name: AID = "325041592E5359532E4444463031"

    @Test("TSM-31 PPSE lists the contactless Applications in priority order with AID, label and priority")
    func listsInPriorityOrder() {
        let environment = AppletEnvironment(
            contactless: [
                ContactlessApplication(
                    application: "A0000000041010", offer: ContactlessOffer(label: bytes("4D43"), priority: 1)),
                ContactlessApplication(
                    application: "A0000000031010", offer: ContactlessOffer(label: bytes("56495341"), priority: 2)),
            ], selectableApplications: [])
        let expected =
            "6F3B 840E325041592E5359532E4444463031 A529 BF0C26"
            + "6110 4F07A0000000041010 50024D43 870101" + "6112 4F07A0000000031010 500456495341 870102"
        let actual = PaymentSystemEnvironment().fileControlInformation(for: name, environment)
        #expect(actual.hex == bytes(expected).hex)
    }

    @Test("PPSE answers an empty directory when there is no contactless Application")
    func emptyDirectory() {
        let actual = PaymentSystemEnvironment().fileControlInformation(for: name, emptyEnvironment)
        #expect(actual.hex == "6F15840E325041592E5359532E4444463031A503BF0C00")
    }

    @Test("PPSE lists as many whole entries as a short response carries", arguments: [(5, 5), (6, 5), (200, 5)])
    func boundedDirectory(count: Int, listed: Int) throws {
        let environment = try crowdedEnvironment(count)
        let answer = PaymentSystemEnvironment().fileControlInformation(for: name, environment)
        #expect(answer.count <= PaymentSystemEnvironment.responseLengthMax)
        let information = try BERTLV(bytes: answer).children()
        let proprietary = try #require(information[0xA5 as BERTag])
        let directory = try #require(try BERTLV.sequence(proprietary)[0xBF0C as BERTag])
        #expect(try BERTLV.sequence(directory) == environment.contactless.prefix(listed).map(\.directoryEntry))
    }

    @Test("PPSE and an inert applet refuse every command with 6D00 and personalization with 6985")
    func refuseEverything() throws {
        var environment = PaymentSystemEnvironment()
        var inert = InertApplet()
        environment.beginPersonalization()
        inert.beginPersonalization()
        #expect(try environment.unchanged("80A80000028300") == "6D00")
        #expect(try inert.unchanged("80CA9F3600") == "6D00")
        #expect(environment.refusal(of: block([])) == 0x6985)
        #expect(inert.refusal(of: block([])) == 0x6985)
        #expect(environment.contactlessOffer == nil && inert.contactlessOffer == nil)
    }

    @Test("an inert applet answers SELECT with its AID")
    func inertSelection() {
        #expect(InertApplet().fileControlInformation(for: paymentAID, emptyEnvironment).hex == "6F098407A0000000041010")
    }

    @Test("applets without state store nothing and refuse to read something")
    func state() throws {
        #expect(try PaymentSystemEnvironment(persistentState: PaymentSystemEnvironment().persistentState) == .init())
        #expect(try InertApplet(persistentState: InertApplet().persistentState) == InertApplet())
        #expect(throws: AppletStateError.unexpected(0xC1)) { try InertApplet(persistentState: [BERTLV(0xC1)]) }
        #expect(throws: AppletStateError.unexpected(0xC1)) {
            try PaymentSystemEnvironment(persistentState: [BERTLV(0xC1)])
        }
    }
}
