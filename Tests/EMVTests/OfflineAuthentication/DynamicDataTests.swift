import CardCryptography
import EMV
import ISO7816
import Testing

@Suite("Dynamic data authentication")
struct DynamicDataTests {
    static let card = OfflineFixtures.usual.card
    static let key = card.publicKey

    @Test("signs the dynamic number with the terminal's data")
    func dynamic() throws {
        let number = hex("0102030405060708")
        let terminal = hex("30901B6A")
        let signature = DynamicDataAuthentication.sign(dynamicNumber: number, terminalData: terminal, by: Self.card)
        #expect(try DynamicDataAuthentication.recover(signature, terminalData: terminal, with: Self.key) == number)
        let block = try #require(Self.key.transform(signature))
        #expect(Array(block.prefix(14)) == hex("6A 05 01 09 08 0102030405060708 BB"))
        #expect(throws: OfflineAuthenticationError.hash(.dynamicData)) {
            try DynamicDataAuthentication.recover(signature, terminalData: hex("30901B6B"), with: Self.key)
        }
        func refused(_ error: OfflineAuthenticationError, _ change: (inout [UInt8]) -> Void) throws {
            let altered = try OfflineFixtures.resigned(signature, with: Self.card, rest: terminal, change)
            #expect(throws: error) {
                try DynamicDataAuthentication.recover(altered, terminalData: terminal, with: Self.key)
            }
        }
        try refused(.header(.dynamicData)) { $0[0] = 0x60 }
        try refused(.format(.dynamicData, 0x03)) { $0[1] = 0x03 }
        try refused(.hashAlgorithm(.dynamicData, 0x00)) { $0[2] = 0x00 }
        try refused(.padding(.dynamicData)) { $0[20] = 0x00 }
        try refused(.dynamicNumberLength(1)) { $0[4] = 0x01 }
        try refused(.dynamicNumberLength(9)) { $0[4] = 0x09 }
        try refused(.dynamicData) { $0[4] = 0x07 }
        try refused(.dynamicData) { $0[3] = 0xFF }
        try refused(.dynamicData) { block in
            block[3] = 0x00
            for index in 4..<13 { block[index] = 0xBB }
        }
        try refused(.dynamicData) { block in
            block[3] = 0x08
            block[12] = 0xBB
        }
    }

    @Test("takes dynamic numbers of two and of eight bytes")
    func bounds() throws {
        for count in [2, 8] {
            let number = [UInt8](repeating: 7, count: count)
            let signature = DynamicDataAuthentication.sign(dynamicNumber: number, terminalData: [], by: Self.card)
            #expect(try DynamicDataAuthentication.recover(signature, terminalData: [], with: Self.key) == number)
        }
    }
}

@Suite("Fast dynamic data authentication")
struct FastDynamicDataTests {
    static let terminal: [BERTag: [UInt8]] = [
        .unpredictableNumber: hex("30901B6A"), .amountAuthorized: hex("000000001250"),
        .transactionCurrencyCode: hex("0978"),
    ]
    static let related = FastDynamicDataAuthentication.RelatedData(
        unpredictableNumber: hex("CAFEBABE"), cardTransactionQualifiers: hex("0080"))

    static func answers() throws -> [BERTag: [UInt8]] {
        let signature = try FastDynamicDataAuthentication.sign(
            transactionCounter: 0x0042, terminal, relatedData: related, by: DynamicDataTests.card)
        return terminal.merging([
            .signedDynamicApplicationData: signature, .applicationTransactionCounter: hex("0042"),
            .cardAuthenticationRelatedData: related.bytes, .cardTransactionQualifiers: hex("0080"),
        ]) { $1 }
    }

    @Test("signs the counter with unpredictable numbers, amount, currency and qualifiers")
    func signing() throws {
        try FastDynamicDataAuthentication.verify(Self.answers(), with: DynamicDataTests.key)
        #expect(Self.related.bytes == hex("01 CAFEBABE 0080"))
        let signature = try #require(try Self.answers()[.signedDynamicApplicationData])
        let block = try #require(DynamicDataTests.key.transform(signature))
        #expect(Array(block.prefix(8)) == hex("6A 05 01 03 02 0042 BB"))
    }

    @Test("fails when any of what is signed is another, and names what is missing")
    func neighbours() throws {
        let answers = try Self.answers()
        for tag: BERTag in [.unpredictableNumber, .amountAuthorized, .transactionCurrencyCode] {
            for index in 0..<(answers[tag]?.count ?? 0) {
                var altered = answers
                altered[tag]?[index] ^= 0x01
                #expect(throws: OfflineAuthenticationError.hash(.dynamicData)) {
                    try FastDynamicDataAuthentication.verify(altered, with: DynamicDataTests.key)
                }
            }
        }
        var altered = answers
        altered[.cardAuthenticationRelatedData]?[4] ^= 0x01
        #expect(throws: OfflineAuthenticationError.hash(.dynamicData)) {
            try FastDynamicDataAuthentication.verify(altered, with: DynamicDataTests.key)
        }
        altered = answers
        altered[.applicationTransactionCounter] = hex("0043")
        #expect(throws: OfflineAuthenticationError.transactionCounter) {
            try FastDynamicDataAuthentication.verify(altered, with: DynamicDataTests.key)
        }
        altered = answers
        altered[.cardTransactionQualifiers] = hex("8080")
        #expect(throws: OfflineAuthenticationError.transactionHash) {
            try FastDynamicDataAuthentication.verify(altered, with: DynamicDataTests.key)
        }
        altered = answers
        altered[.cardTransactionQualifiers] = nil
        try FastDynamicDataAuthentication.verify(altered, with: DynamicDataTests.key)
        altered[.cardAuthenticationRelatedData]?[0] = 0x02
        #expect(throws: OfflineAuthenticationError.missing(.cardAuthenticationRelatedData)) {
            try FastDynamicDataAuthentication.verify(altered, with: DynamicDataTests.key)
        }
        for tag in answers.keys where tag != .cardTransactionQualifiers {
            var altered = answers
            altered[tag] = nil
            #expect(throws: OfflineAuthenticationError.missing(tag)) {
                try FastDynamicDataAuthentication.verify(altered, with: DynamicDataTests.key)
            }
        }
    }
}

@Suite("Combined data authentication")
struct CombinedDataTests {
    static let exchanged = hex("0102030405060708090A")
    static let unpredictable = hex("30901B6A")
    static let cryptogram = hex("A1A2A3A4A5A6A7A8")
    static let plain = [
        BERTLV(.cryptogramInformationData, [0x80]), BERTLV(.applicationTransactionCounter, hex("0042")),
        BERTLV(.issuerApplicationData, hex("0110A04003220000000000000000000000FF")),
    ]

    static func answer() throws -> [BERTLV] {
        let signature = try CombinedDataAuthentication.sign(
            cryptogram: cryptogram, dynamicNumber: hex("0102030405060708"), exchanged: exchanged, answer: plain,
            unpredictableNumber: unpredictable, by: DynamicDataTests.card)
        return Array(plain[..<2]) + [BERTLV(.signedDynamicApplicationData, signature)] + Array(plain[2...])
    }

    static func recover(
        _ answer: [BERTLV], exchanged: [UInt8] = exchanged, unpredictable: [UInt8] = unpredictable
    ) throws -> [UInt8] {
        try CombinedDataAuthentication.recover(
            answer, exchanged: exchanged, unpredictableNumber: unpredictable, with: DynamicDataTests.key
        ).cryptogram
    }

    @Test("gives back the cryptogram that the card signed with all that was exchanged")
    func signing() throws {
        #expect(try Self.recover(Self.answer()) == Self.cryptogram)
        let result = try CombinedDataAuthentication.recover(
            Self.answer(), exchanged: Self.exchanged, unpredictableNumber: Self.unpredictable,
            with: DynamicDataTests.key)
        #expect(result.dynamicNumber == hex("0102030405060708"))
        let signature = try #require(try Self.answer()[.signedDynamicApplicationData])
        let block = try #require(DynamicDataTests.key.transform(signature))
        #expect(Array(block.prefix(22)) == hex("6A 05 01 26 08 0102030405060708 80 A1A2A3A4A5A6A7A8"))
        #expect(Array(block[22..<42]) == Digest.hash(Self.exchanged + Self.plain.bytes, .sha1))
    }

    @Test("fails when a value, the answer or its order is another")
    func neighbours() throws {
        let answer = try Self.answer()
        #expect(throws: OfflineAuthenticationError.transactionHash) {
            try Self.recover(answer, exchanged: Self.exchanged + [0])
        }
        #expect(throws: OfflineAuthenticationError.hash(.dynamicData)) {
            try Self.recover(answer, unpredictable: hex("30901B6B"))
        }
        for index in [1, 3] {
            var altered = answer
            altered[index].value[0] ^= 0x01
            #expect(throws: OfflineAuthenticationError.transactionHash) { try Self.recover(altered) }
        }
        var altered = answer
        altered[0].value = [0x40]
        #expect(throws: OfflineAuthenticationError.cryptogramInformation) { try Self.recover(altered) }
        altered = answer
        altered.swapAt(0, 1)
        #expect(throws: OfflineAuthenticationError.transactionHash) { try Self.recover(altered) }
        for (index, tag) in [(0, BERTag.cryptogramInformationData), (2, .signedDynamicApplicationData)] {
            altered = answer
            altered.remove(at: index)
            #expect(throws: OfflineAuthenticationError.missing(tag)) { try Self.recover(altered) }
        }
        altered = answer
        altered[2].value = DynamicDataAuthentication.sign(
            dynamicNumber: hex("0102030405060708"), terminalData: Self.unpredictable, by: DynamicDataTests.card)
        #expect(throws: OfflineAuthenticationError.dynamicData) { try Self.recover(altered) }
    }
}
