import CardCryptography
import CardTesting
import EMV
import ISO7816
import Testing

@Suite("Application cryptograms")
struct ApplicationCryptogramTests {
    @Test("of every version are what pyemv computes", arguments: CryptogramVectors.file.cryptograms)
    func vectors(vector: CryptogramVectors.Cryptogram) throws {
        let number = try PrimaryAccountNumber(vector.number)
        let sequence = try #require(UInt8(vector.sequenceNumber))
        let card = try CardKeys.optionB(
            master: TripleDESKey(hex(vector.master)), number: number, sequenceNumber: sequence)
        #expect(card.bytes.revealed() == hex(vector.cardKey))
        let input = try CryptogramInput(vector.dataObjects)
        #expect(ApplicationCryptogram.compute(input, cardKey: card) == hex(vector.cryptogram))
        #expect(ApplicationCryptogram.isValid(hex(vector.cryptogram), over: input, cardKey: card))
    }

    @Test("are answered by method 1 or method 2 as pyemv answers them", arguments: CryptogramVectors.file.cryptograms)
    func answers(vector: CryptogramVectors.Cryptogram) throws {
        let input = try CryptogramInput(vector.dataObjects)
        let key = input.version.responseKey(
            card: try TripleDESKey(hex(vector.cardKey)), transactionCounter: input.transactionCounter)
        if let expected = vector.method1, let code = vector.responseCode {
            let answer = AuthorizationResponseCryptogram.method1(
                key: key, cryptogram: hex(vector.cryptogram), responseCode: hex(code))
            #expect(answer == hex(expected))
        } else {
            let answer = AuthorizationResponseCryptogram.method2(
                key: key, cryptogram: hex(vector.cryptogram), statusUpdate: hex(try #require(vector.statusUpdate)),
                proprietaryData: hex(try #require(vector.proprietaryData)))
            #expect(answer == hex(try #require(vector.method2)))
        }
    }

    @Test("of UICS come out as in the published example, with its keys and its answer")
    func uics() throws {
        let vector: UICSVector = try Vectors.load("EMV/uics-cryptogram.json")
        let card = CardKeys.derive(
            try TripleDESKey(hex(vector.imk_ac)), from: CardKeys.block(digits: vector.derivation_input))
        #expect(card == (try TripleDESKey(hex(vector.udk_ac)).withOddParity))
        let input = try CryptogramInput(vector.dataObjects)
        #expect(input.bytes == hex(vector.ac_data))
        #expect(input.version == .uics01)
        let session = SessionKey.uics(card: card, transactionCounter: input.transactionCounter)
        #expect(session.bytes.revealed() == hex(vector.sk_ac))
        #expect(ApplicationCryptogram.compute(input, cardKey: card) == hex(vector.arqc))
        let answer = AuthorizationResponseCryptogram.method1(
            key: session, cryptogram: hex(vector.arqc), responseCode: hex(vector.arc))
        #expect(answer == hex(vector.arpc))
    }

    @Test("do not fit when any bit that they are made of is another", arguments: CryptogramVersion.allCases)
    func neighbours(version: CryptogramVersion) throws {
        let card = try TripleDESKey(hex("0123456789ABCDEFFEDCBA9876543210"))
        let objects = Self.objects(version)
        let input = try CryptogramInput(objects)
        #expect(input.version == version)
        let cryptogram = ApplicationCryptogram.compute(input, cardKey: card)
        for (tag, length) in CryptogramInput.objects {
            for index in 0..<length {
                var altered = objects
                altered[tag]?[index] ^= 0x01
                let other = try CryptogramInput(altered)
                #expect(!ApplicationCryptogram.isValid(cryptogram, over: other, cardKey: card), "\(tag) \(index)")
            }
        }
        let otherKey = try TripleDESKey(hex("0123456789ABCDEFFEDCBA9876543230"))
        #expect(!ApplicationCryptogram.isValid(cryptogram, over: input, cardKey: otherKey))
        #expect(!ApplicationCryptogram.isValid(Array(cryptogram.dropLast()), over: input, cardKey: card))
        #expect(!ApplicationCryptogram.isValid([], over: input, cardKey: card))
        #expect(ApplicationCryptogram.isValid(cryptogram, over: input, cardKey: card))
    }

    @Test("cannot be made when a data object is missing or has another length, which is named")
    func missing() throws {
        let objects = Self.objects(.visa18)
        for (tag, length) in CryptogramInput.objects {
            var altered = objects
            altered[tag] = nil
            #expect(throws: CryptogramInputError.missing(tag)) { try CryptogramInput(altered) }
            altered[tag] = [UInt8](repeating: 0, count: length + 1)
            #expect(throws: CryptogramInputError.length(tag, found: length + 1, expected: length)) {
                try CryptogramInput(altered)
            }
        }
        var altered = objects
        altered[.issuerApplicationData] = nil
        #expect(throws: CryptogramInputError.missing(.issuerApplicationData)) { try CryptogramInput(altered) }
        altered[.issuerApplicationData] = hex("06011303A00000")
        #expect(throws: CryptogramInputError.issuerData(.unknownVersion)) { try CryptogramInput(altered) }
    }

    static func objects(_ version: CryptogramVersion) -> [BERTag: [UInt8]] {
        [
            .amountAuthorized: hex("000000001250"), .amountOther: hex("000000000000"),
            .terminalCountryCode: hex("0276"), .terminalVerificationResults: hex("0000000000"),
            .transactionCurrencyCode: hex("0978"), .transactionDate: hex("261127"), .transactionType: hex("00"),
            .unpredictableNumber: hex("30901B6A"), .applicationInterchangeProfile: hex("2000"),
            .applicationTransactionCounter: hex("0042"), .issuerApplicationData: issuerData[version] ?? [],
        ]
    }

    static let issuerData: [CryptogramVersion: [UInt8]] = [
        .visa10: hex("06010A03A00000"), .visa18: hex("06011203A00000"),
        .visa22: hex("1F220103A0000000") + [UInt8](repeating: 0, count: 24), .uics01: hex("07010103A0000001"),
        .mastercard16: hex("0110A04003220000000000000000000000FF"),
        .mastercard17: hex("0111A04003220000000000000000000000FF"),
        .mastercard20: hex("0114A04003220000000000000000000000FF"),
        .mastercard21: hex("0115A04003220000000000000000000000FF"),
    ]
}

@Suite("Issuer application data")
struct IssuerApplicationDataTests {
    @Test("tells key index, version and card verification results in each of its layouts")
    func layouts() throws {
        let visa = try IssuerApplicationData(hex("06071203A0B0C0"))
        #expect(visa.keyIndex == 0x07)
        #expect(visa.version == .visa18)
        #expect(visa.cardVerificationResults == hex("03A0B0C0"))
        #expect(visa.counters.isEmpty)
        let mastercard = try IssuerApplicationData(hex("0211A0400322000012340102030405060708"))
        #expect(mastercard.keyIndex == 0x02)
        #expect(mastercard.version == .mastercard17)
        #expect(mastercard.cardVerificationResults == hex("A04003220000"))
        #expect(mastercard.counters == hex("0102030405060708"))
        let second = try IssuerApplicationData(hex("1F220503A0B0C0D0"))
        #expect(second.keyIndex == 0x05)
        #expect(second.cardVerificationResults == hex("03A0B0C0D0"))
    }

    @Test("is made as it is read")
    func builders() throws {
        let visa = try IssuerApplicationData.visa(.visa18, keyIndex: 1, cardVerificationResults: hex("03A00000"))
        #expect(visa.bytes == hex("06011203A00000"))
        let mastercard = try IssuerApplicationData.mastercard(
            .mastercard21, keyIndex: 1, cardVerificationResults: hex("A04003220000"))
        #expect(mastercard.bytes == hex("0115A040032200000000") + [UInt8](repeating: 0, count: 8))
        #expect(throws: IssuerApplicationDataError.unknownVersion) {
            try IssuerApplicationData.visa(.mastercard16, keyIndex: 1, cardVerificationResults: hex("03A00000"))
        }
        #expect(throws: IssuerApplicationDataError.length(6)) {
            try IssuerApplicationData.visa(.visa10, keyIndex: 1, cardVerificationResults: hex("03A000"))
        }
    }

    @Test(
        "is refused when it is one byte short, too long, or of an unknown version",
        arguments: [
            ("06011203A000", IssuerApplicationDataError.length(6)), ("0601", .length(2)), ("", .length(0)),
            ("0110A040032200", .length(7)), ("0111A0400322000000000102030405", .length(15)),
            ("1F220103A00000", .length(7)), ("06010B03A00000", .unknownVersion), ("00000000000000", .unknownVersion),
            (String(repeating: "06", count: 33), .length(33)),
        ])
    func refusals(bytes: String, error: IssuerApplicationDataError) {
        #expect(throws: error) { try IssuerApplicationData(hex(bytes)) }
    }
}
