import CardCryptography
import EMV
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("A payment Application that answers GENERATE AC")
struct GenerateACTests {
    private static let begin = CommandAPDU(0x80, 0xA8, 0, 0, data: [0x83, 0x00], expectedLength: 256)

    private let personalization: PaymentPersonalization
    private let first: DataObjectList
    private let second: DataObjectList

    init() throws {
        personalization = try .generateCryptogram(
            TestIssuer.account(), masterKey: TestIssuer.masterKey, offline: TestIssuer.offline)
        (first, second) = try #require(personalization.cardRiskManagementLists)
    }

    /// An application in the middle of a transaction.
    private func begun() throws -> (PaymentApplication, WorkingMemory) {
        var application = try PaymentApplication.personalized(personalization)
        var working = WorkingMemory()
        let answer = application.process(Self.begin, seededEnvironment, &working)
        #expect(answer.objects.tags == [0x82, 0x94])
        return (application, working)
    }

    private func cryptogram(_ answer: AnsweredObjects, _ others: [BERTag: [UInt8]] = [:]) throws -> [UInt8] {
        var objects = TestPurchase().objects.merging(others) { _, other in other }
        objects[.applicationInterchangeProfile] = personalization.interchangeProfile.bytes
        objects[.applicationTransactionCounter] = answer[.applicationTransactionCounter]
        objects[.issuerApplicationData] = answer[.issuerApplicationData]
        return ApplicationCryptogram.compute(
            try CryptogramInput(objects), cardKey: try TestIssuer.cardKey(for: TestIssuer.account()))
    }

    @Test(
        "AAC, TC and ARQC are given as they are asked for, with the decision in the verification results",
        arguments: [(0x00, "80"), (0x40, "90"), (0x80, "A0")] as [(UInt8, String)])
    func types(type: UInt8, results: String) throws {
        var (application, working) = try begun()
        let answer = application.process(
            TestPurchase().generateAC(type, first), seededEnvironment, &working
        ).objects
        #expect(answer.tags == [0x9F27, 0x9F36, 0x9F26, 0x9F10])
        #expect(answer[0x9F27] == [type] && answer[0x9F36] == [0, 1])
        #expect(answer[0x9F10]?.hex.hasPrefix("0114" + results) == true)
        #expect(try answer[0x9F26] == cryptogram(answer))
        #expect(working.transaction?.isComplete == (type != 0x80))
    }

    @Test("with b5 the cryptogram is inside the card's signature; a decline is not signed")
    func combined() throws {
        for type: UInt8 in [0x50, 0x90] {
            var (application, working) = try begun()
            let request = TestPurchase().generateAC(type, first)
            let response = application.process(request, seededEnvironment, &working)
            #expect(response.objects.tags == [0x9F27, 0x9F36, 0x9F4B, 0x9F10])
            let recovered = try CombinedDataAuthentication.recover(
                BERTLV(bytes: response.data).children(), exchanged: request.data,
                unpredictableNumber: TestPurchase().unpredictableNumber, with: TestIssuer.cardKey.publicKey)
            #expect(try recovered.cryptogram == cryptogram(response.objects))
        }
        var (application, working) = try begun()
        let declined = application.process(TestPurchase().generateAC(0x10, first), seededEnvironment, &working)
        #expect(declined.objects.tags == [0x9F27, 0x9F36, 0x9F26, 0x9F10])
    }

    @Test("the second cryptogram follows the issuer's answer: right, none, or wrong, which declines")
    func issuerAnswer() throws {
        for (isRight, asked, expected) in [
            (true, 0x40, 0x40), (true, 0x00, 0x00), (nil, 0x40, 0x40), (false, 0x40, 0x00),
        ] as [(Bool?, UInt8, UInt8)] {
            var (application, working) = try begun()
            let request = application.process(
                TestPurchase().generateAC(0x80, first), seededEnvironment, &working
            ).objects
            let code = bytes("3030")
            let key = CryptogramVersion.mastercard20.responseKey(
                card: try TestIssuer.cardKey(for: TestIssuer.account()), transactionCounter: 1)
            var proof = AuthorizationResponseCryptogram.method1(
                key: key, cryptogram: try #require(request[0x9F26]), responseCode: code)
            if isRight == false { proof[7] ^= 0x01 }
            let others: [BERTag: [UInt8]] = [
                .issuerAuthenticationData: isRight == nil ? [] : proof + code,
                .authorizationResponseCode: code, .terminalVerificationResults: bytes("0000008000"),
            ]
            let final = TestPurchase().generateAC(asked, self.second, others)
            let answer = application.process(final, seededEnvironment, &working).objects
            #expect(answer[0x9F27] == [expected], "\(String(describing: isRight)) \(asked)")
            #expect(answer[0x9F36] == [0, 1] && answer[0x9F10]?[2] == (expected == 0x40 ? 0x60 : 0x20))
            #expect(try answer[0x9F26] == cryptogram(answer, others))
            #expect(application.lastOnlineCounter == (isRight == true ? 1 : 0))
            let after = application
            #expect(application.process(final, seededEnvironment, &working).statusWord == 0x6985)
            #expect(application == after)
            #expect(try PaymentApplication(persistentState: application.persistentState) == application)
        }
    }

    @Test("a second ARQC, an AC without GPO, and lists of another length are refused; nothing changes")
    func refusals() throws {
        var application = try PaymentApplication.personalized(personalization)
        let purchase = TestPurchase()
        var working = WorkingMemory()
        func refused(_ command: CommandAPDU) -> StatusWord? {
            let (before, workingBefore) = (application, working)
            let response = application.process(command, seededEnvironment, &working)
            return application == before && working == workingBefore ? response.statusWord : nil
        }
        #expect(refused(purchase.generateAC(0x80, first)) == 0x6985)
        #expect(refused(CommandAPDU(0x00, 0x88, 0, 0, data: [1, 2, 3, 4])) == 0x6985)
        _ = application.process(Self.begin, seededEnvironment, &working)
        var long = purchase.generateAC(0x80, first)
        long.data.append(0)
        #expect(refused(long) == 0x6700)
        long.data.removeLast(2)
        #expect(refused(long) == 0x6700)
        for p1: UInt8 in [0xC0, 0x81, 0x88, 0xA0] { #expect(refused(purchase.generateAC(p1, first)) == 0x6A86) }
        _ = application.process(purchase.generateAC(0x80, first), seededEnvironment, &working)
        #expect(refused(purchase.generateAC(0x40, first)) == 0x6700)
        #expect(refused(purchase.generateAC(0x80, second)) == 0x6985)
    }

    @Test("INTERNAL AUTHENTICATE signs what the DDOL asks for, never with the same dynamic number twice")
    func dynamicAuthentication() throws {
        var (application, working) = try begun()
        let environment = emptyEnvironment
        var numbers: Set<[UInt8]> = []
        for _ in 1...2 {
            let answer = application.process(
                CommandAPDU(0x00, 0x88, 0, 0, data: [1, 2, 3, 4], expectedLength: 256), environment, &working
            ).objects
            let signature = try #require(answer[0x9F4B])
            numbers.insert(
                try DynamicDataAuthentication.recover(
                    signature, terminalData: [1, 2, 3, 4], with: TestIssuer.cardKey.publicKey))
        }
        #expect(numbers.count == 2)
        #expect(
            application.process(CommandAPDU(0x00, 0x88, 0, 0, data: [1, 2, 3]), environment, &working).statusWord
                == 0x6700)
    }

    @Test("a terminal follows the records' certificates to the scheme's key")
    func certificates() throws {
        let account = try TestIssuer.account()
        var application = try PaymentApplication.personalized(personalization)
        var objects: [BERTag: [UInt8]] = [:]
        for (file, records) in [(1, 1), (2, 3)] as [(UInt8, UInt8)] {
            for number in 1...records {
                let response = application.process(
                    CommandAPDU(0x00, 0xB2, number, file << 3 | 4, expectedLength: 256), emptyEnvironment)
                for object in try BERTLV(bytes: response.data).children() { objects[object.tag] = object.value }
            }
        }
        let issuer = try IssuerPublicKeyCertificate(objects).recover(
            with: TestIssuer.authority.key.key, for: account.number, in: TestIssuer.expiry)
        let key = try CardPublicKeyCertificate(objects).recover(
            with: issuer, for: account.number, in: TestIssuer.expiry, staticData: personalization.staticData())
        #expect(key == TestIssuer.cardKey.publicKey)
    }
}
