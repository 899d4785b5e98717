import CardCryptography
import EMV
import ISO7816
import Testing

@Suite("The personalization of a payment application")
struct PaymentPersonalizationTests {
    static let masterKey: PaymentAccount.MasterKey = {
        do {
            return .init(key: try TripleDESKey(hex("0123456789ABCDEFFEDCBA9876543210")), index: 0x02)
        } catch { preconditionFailure("\(error)") }
    }()

    static func account(label: String = "Everyday", serviceCode: String = "201") throws -> PaymentAccount {
        PaymentAccount(
            number: try PrimaryAccountNumber("6299000000000007"), expiry: OfflineFixtures.expiry, sequenceNumber: 1,
            label: label, serviceCode: serviceCode, issuerCountryCode: 276, cardholderName: "DOE/JANE")
    }

    static var offline: PaymentAccount.OfflineKeys {
        PaymentAccount.OfflineKeys(issuer: OfflineFixtures.usual.issuer, card: OfflineFixtures.usual.card)
    }

    static func data(_ personalization: PaymentPersonalization) -> [UInt16: SecretBytes] {
        Dictionary(uniqueKeysWithValues: personalization.groupings.map { ($0.identifier, $0.data) })
    }

    static func every() throws -> [PaymentPersonalization] {
        [
            try .quick(account(), masterKey: masterKey), try .quick(account(), masterKey: masterKey, offline: offline),
            try .generateCryptogram(account(), masterKey: masterKey),
            try .generateCryptogram(account(), masterKey: masterKey, offline: offline),
        ]
    }

    @Test("is read by the card as its issuer made it, in each style, with and without offline data authentication")
    func roundTrip() throws {
        for personalization in try Self.every() {
            let read = try PaymentPersonalization(Self.data(personalization))
            #expect(read == personalization)
            #expect(read.groupings == personalization.groupings)
        }
        #expect(try Self.every().map(\.style) == [.quick, .quick, .generateCryptogram, .generateCryptogram])
    }

    @Test("has its keys in confidential groupings, in the order of EMV CPS")
    func confidentiality() throws {
        let personalization = try PaymentPersonalization.quick(
            Self.account(), masterKey: Self.masterKey, offline: Self.offline)
        let secrets = personalization.groupings.filter(\.isConfidential).map(\.identifier)
        #expect(secrets == [0x8000, 0x8201, 0x8202, 0x8203, 0x8204, 0x8205])
        let numbers = try #require(OfflineFixtures.usual.card.chineseRemainderNumbers)
        let data = Self.data(personalization)
        #expect(data[0x9000] == nil)
        #expect(data[0x8201] == numbers.coefficient)
        #expect(data[0x8202] == numbers.exponentQ)
        #expect(data[0x8203] == numbers.exponentP)
        #expect(data[0x8204] == numbers.q)
        #expect(data[0x8205] == numbers.p)
        #expect(
            data[0x8000]
                == CardKeys.optionA(
                    master: Self.masterKey.key, number: try PrimaryAccountNumber("6299000000000007"), sequenceNumber: 1
                ).bytes)
    }

    @Test("of the quick style asks for the terminal's transaction qualifiers; that of the other style asks nothing")
    func lists() throws {
        let quick = try PaymentPersonalization.quick(Self.account(), masterKey: Self.masterKey)
        #expect(quick.processingOptionsList.totalLength == 33)
        #expect(quick.interchangeProfile.bytes == hex("0000"))
        #expect(quick.cryptogram?.issuerData.bytes == hex("06 02 12 03000000"))
        #expect(quick.internalObjects[.cardTransactionQualifiers] == hex("0000"))
        let other = try PaymentPersonalization.generateCryptogram(
            Self.account(), masterKey: Self.masterKey, offline: Self.offline)
        #expect(other.processingOptionsList.entries.isEmpty)
        #expect(other.interchangeProfile.bytes == hex("3980"))
        let lists = try #require(other.cardRiskManagementLists)
        #expect(lists.first.totalLength == 66)
        #expect(lists.second.totalLength == 29)
        #expect(other.cryptogram?.issuerData.version == .mastercard20)
        #expect(other.cryptogram?.issuerData.keyIndex == 0x02)
    }

    @Test("a terminal follows the chain over the records to the card's key")
    func chain() throws {
        let personalizations = [
            try PaymentPersonalization.quick(Self.account(), masterKey: Self.masterKey, offline: Self.offline),
            try .generateCryptogram(Self.account(), masterKey: Self.masterKey, offline: Self.offline),
        ]
        for personalization in personalizations {
            var objects: [BERTag: [UInt8]] = [:]
            for entry in personalization.fileLocator.entries {
                for number in entry.records {
                    let record = try #require(personalization.record(number, in: entry.shortFileIdentifier))
                    #expect(record.count <= PaymentPersonalization.recordLengthMax)
                    for object in try BERTLV(bytes: record).children() { objects[object.tag] = object.value }
                }
            }
            let key = try OfflineFixtures.usual.chain.cardKey(
                objects, application: OfflineFixtures.application, staticData: personalization.staticData())
            #expect(key == personalization.privateKey?.publicKey)
            #expect(objects[.track2EquivalentData] == hex("6299000000000007D2912201"))
        }
    }

    @Test("of records alone makes no cryptograms and is read all the same")
    func recordsOnly() throws {
        let data: [UInt16: SecretBytes] = [
            0x9102: SecretBytes(hex("A5 06 50 04 44656269")), 0x9104: SecretBytes(hex("8202 0000 9404 08010100")),
            0x0101: SecretBytes(hex("70 03 9C 01 20")),
        ]
        var personalization = try PaymentPersonalization(data)
        #expect(personalization.style == .recordsOnly)
        #expect(personalization.privateKey == nil)
        #expect(personalization.record(1, in: 1) == hex("70 03 9C 01 20"))
        #expect(personalization.record(2, in: 1) == nil)
        #expect(personalization.record(0, in: 1) == nil)
        var bare = data
        bare[0x9102] = SecretBytes(hex("50 04 44656269"))
        personalization = try PaymentPersonalization(bare)
        #expect(personalization.selectionData[.applicationLabel] == hex("44656269"))
    }

    @Test("is refused with the grouping that is missing, malformed or unknown")
    func refusals() throws {
        let whole = Self.data(
            try .generateCryptogram(Self.account(), masterKey: Self.masterKey, offline: Self.offline))
        func refused(_ error: PaymentPersonalizationError, _ change: (inout [UInt16: SecretBytes]) -> Void) {
            var altered = whole
            change(&altered)
            #expect(throws: error) { try PaymentPersonalization(altered) }
        }
        for identifier: UInt16 in [0x9102, 0x9104] + PaymentPersonalization.cardKeyIdentifiers {
            refused(.missingGrouping(identifier)) { $0[identifier] = nil }
        }
        refused(.incompleteCryptogram) { $0[0x8000] = nil }
        refused(.incompleteCryptogram) { $0[0x9200] = nil }
        refused(.unknownGrouping(0x8010)) { $0[0x8010] = SecretBytes([1]) }
        refused(.unknownGrouping(0x1F01)) { $0[0x1F01] = SecretBytes(hex("7000")) }
        refused(.unknownGrouping(0x0001)) { $0[0x0001] = SecretBytes(hex("7000")) }
        refused(.grouping(0x0100)) { $0[0x0100] = SecretBytes(hex("7000")) }
        refused(.grouping(0x01FF)) { $0[0x01FF] = SecretBytes(hex("7000")) }
        refused(.grouping(0x0102)) { $0[0x0102] = SecretBytes(hex("6100")) }
        refused(.grouping(0x0102)) { $0[0x0102] = SecretBytes(hex("70069C01209C0120")) }
        refused(.grouping(0x8000)) { $0[0x8000] = SecretBytes(hex("00112233")) }
        refused(.grouping(0x8000)) { data in
            data[0x8000] = SecretBytes([UInt8](repeating: 1, count: 24))
        }
        refused(.grouping(0x9000)) { data in
            data[0x8000] = nil
            data[0x9200] = nil
            data[0x9000] = SecretBytes([0, 0, 0])
        }
        refused(.grouping(0x9000)) { $0[0x9000] = SecretBytes(hex("000000")) }
        refused(.grouping(0x8205)) { $0[0x8202] = SecretBytes([UInt8](repeating: 1, count: 64)) }
        refused(.grouping(0x9102)) { $0[0x9102] = SecretBytes(hex("8701 01")) }
        refused(.grouping(0x9102)) { $0[0x9102] = SecretBytes(hex("5001")) }
        refused(.grouping(0x9102)) { $0[0x9102] = SecretBytes(hex("500141 87020101")) }
        refused(.grouping(0x9102)) { $0[0x9102] = SecretBytes(hex("500141 500141")) }
        refused(.list(.lengthMissing(0x9F66))) { $0[0x9102] = SecretBytes(hex("500141 9F38029F66")) }
        refused(.grouping(0x9104)) { $0[0x9104] = SecretBytes(hex("8202 0000")) }
        refused(.grouping(0x9104)) { $0[0x9104] = SecretBytes(hex("8201 00 9404 08010100")) }
        refused(.grouping(0x9104)) { $0[0x9104] = SecretBytes(hex("8202 0000 9404 08010102")) }
        refused(.grouping(0x9200)) { $0[0x9200] = SecretBytes(hex("06010B03000000")) }
        refused(.grouping(0xA010)) { $0[0xA010] = SecretBytes(hex("9F4F")) }
        refused(.riskManagementLists) { $0[0x0101] = SecretBytes(hex("7000")) }
    }

    @Test("is taken with the check value of its key, and refused with that of another")
    func keyCheck() throws {
        let personalization = try PaymentPersonalization.quick(Self.account(), masterKey: Self.masterKey)
        let check = try #require(personalization.keyCheckGrouping)
        var data = Self.data(personalization)
        data[check.identifier] = check.data
        #expect(try PaymentPersonalization(data) == personalization)
        data[0x8000] = Self.masterKey.key.bytes
        #expect(throws: PaymentPersonalizationError.grouping(0x9000)) { try PaymentPersonalization(data) }
    }

    @Test("has records of 254 bytes at most")
    func recordBound() throws {
        func data(_ count: Int) -> [UInt16: SecretBytes] {
            [
                0x9102: SecretBytes(hex("500141")), 0x9104: SecretBytes(hex("8202 0000 9404 08010100")),
                0x0101: SecretBytes(
                    BERTLV(0x70, BERTLV(0x9F01, [UInt8](repeating: 0, count: count - 3 - 4)).bytes).bytes),
            ]
        }
        #expect(try PaymentPersonalization(data(254)).record(1, in: 1)?.count == 254)
        #expect(throws: PaymentPersonalizationError.grouping(0x0101)) { try PaymentPersonalization(data(255)) }
    }

    @Test("is not made for a label or a service code that is none")
    func builders() throws {
        #expect(throws: PaymentPersonalizationError.grouping(0x9102)) {
            try PaymentPersonalization.quick(Self.account(label: ""), masterKey: Self.masterKey)
        }
        #expect(throws: PaymentPersonalizationError.grouping(0x0101)) {
            try PaymentPersonalization.quick(Self.account(serviceCode: "2"), masterKey: Self.masterKey)
        }
    }
}
