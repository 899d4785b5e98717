import CardCryptography
import EMV
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("A payment Application of the quick style")
struct QuickPaymentTests {
    @Test("GPO answers the transaction: a cryptogram that the issuer's key makes, counted and logged")
    func online() throws {
        let account = try TestIssuer.account()
        var application = try PaymentApplication.personalized(.quick(account, masterKey: TestIssuer.masterKey))
        let purchase = TestPurchase()
        let answer = application.process(purchase.processingOptions, seededEnvironment).objects
        #expect(answer.tags == [0x82, 0x94, 0x57, 0x5F34, 0x9F10, 0x9F26, 0x9F27, 0x9F36, 0x9F6C])
        #expect(answer[0x9F27] == [0x80] && answer[0x9F36] == [0, 1] && answer[0x9F6C] == [0, 0])
        #expect(answer[0x9F10]?.hex == "06011203A00000")
        let profile = try #require(answer[0x82])
        #expect(
            try answer[0x9F26]
                == purchase.expectedCryptogram(answer, profile, cardKey: TestIssuer.cardKey(for: account)))
        let record = AnsweredObjects(
            try BERTLV(bytes: application.process(command("00B2010C00"), seededEnvironment).data).children())
        #expect(record[0x57] == answer[0x57], "the same data object says the same")
        #expect(try application.unchanged("00B2015C00") == "261127" + "000000001000" + "0978" + "00" + "0001" + "9000")
        #expect(try application.unchanged("00B2025C00") == "6A83")
        #expect(try application.unchanged("80CA9F4F00") == "9F4F0D9A039F02065F2A029C019F36029000")
        #expect(try application.unchanged("80CA9F1300") == "9F130200009000")
        #expect(try application.unchanged("80CA9F1700") == "9F1701009000")
        #expect(try application.unchanged("80AE800000") == "6985", "the transaction is over")
        #expect(try PaymentApplication(persistentState: application.persistentState) == application)
    }

    @Test("with a card key it signs counter, amount and qualifiers, and a terminal follows it to the scheme's key")
    func fastSignature() throws {
        let personalization = try PaymentPersonalization.quick(
            TestIssuer.account(), masterKey: TestIssuer.masterKey, offline: TestIssuer.offline)
        var application = try PaymentApplication.personalized(personalization)
        let purchase = TestPurchase()
        let response = application.process(purchase.processingOptions, seededEnvironment)
        #expect(response.data.count <= 256)
        let answer = response.objects
        var objects = purchase.objects
        for tag in answer.tags { objects[tag] = answer[tag] }
        try FastDynamicDataAuthentication.verify(objects, with: TestIssuer.cardKey.publicKey)
        objects[.amountAuthorized] = bytes("000000001001")
        #expect(throws: OfflineAuthenticationError.self) {
            try FastDynamicDataAuthentication.verify(objects, with: TestIssuer.cardKey.publicKey)
        }
    }

    @Test(
        "qualifiers answer what the terminal requires; an offline reader is declined and one without the style refused",
        arguments: [
            ("26400000", "8000", "80"), ("22400000", "4000", "80"), ("26000000", "0000", "80"),
            ("28000000", "0000", "00"), ("20400000", "6986", ""), ("80000000", "6985", ""),
        ])
    func qualifiers(terminal: String, card: String, information: String) throws {
        var application = try PaymentApplication.personalized(
            .quick(TestIssuer.account(), masterKey: TestIssuer.masterKey))
        let before = application
        let response = application.process(
            TestPurchase(qualifiers: bytes(terminal)).processingOptions, seededEnvironment)
        if information.isEmpty {
            #expect(response.bytes.hex == card && application == before)
        } else {
            #expect(response.objects[0x9F6C]?.hex == card && response.objects[0x9F27]?.hex == information)
        }
    }

    @Test("the log keeps the last ten transactions and starts anew with a new personalization")
    func log() throws {
        let personalization = try PaymentPersonalization.quick(
            TestIssuer.account(), masterKey: TestIssuer.masterKey)
        var application = try PaymentApplication.personalized(personalization)
        for _ in 1...11 { _ = application.process(TestPurchase().processingOptions, seededEnvironment) }
        #expect(try application.unchanged("00B2015C00")?.hasSuffix("000B9000") == true)
        #expect(try application.unchanged("00B20A5C00")?.hasSuffix("00029000") == true)
        #expect(try application.unchanged("00B20B5C00") == "6A83")
        #expect(try PaymentApplication(persistentState: application.persistentState) == application)
        try application.personalize(with: personalization.dataGroupings)
        #expect(try application.unchanged("00B2015C00") == "6A83")
        #expect(application.transactionCounter == 11)
    }
}
