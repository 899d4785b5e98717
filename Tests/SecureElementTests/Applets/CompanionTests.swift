import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("The wallet companion")
struct WalletCompanionTests {
    private func labelled(_ label: String) throws -> WalletCompanion {
        var companion = WalletCompanion()
        try companion.personalize(with: [DataGrouping(0x0001, Array(label.utf8))])
        return companion
    }

    @Test("it lists the contactless and the selectable Applications")
    func lists() throws {
        let environment = AppletEnvironment(
            contactless: [
                ContactlessApplication(
                    application: "A0000000041010", offer: ContactlessOffer(label: bytes("4D43"), priority: 1))
            ], selectableApplications: ["A0000000041010", "A000000003"])
        let companion = WalletCompanion()
        #expect(
            try companion.unchanged("80CADF7100", environment) == "DF711261104F07A000000004101050024D438701019000")
        #expect(
            try companion.unchanged("80CADF7300", environment) == "DF73104F07A00000000410104F05A0000000039000")
        #expect(try companion.unchanged("80CADF7100") == "DF71009000")
        #expect(try companion.unchanged("80CADF7300") == "DF73009000")
    }

    @Test(
        "a list holds whole entries: what does not fit is left out with 6310",
        arguments: [
            (13, nil, 13, 0x9000), (14, nil, 14, 0x9000), (15, nil, 14, 0x6310), (15, 1_024, 15, 0x9000),
            (200, 65_536, 113, 0x6310),
        ] as [(Int, Int?, Int, UInt16)])
    func bounds(count: Int, expectedLength: Int?, listed: Int, status: UInt16) throws {
        let environment = try crowdedEnvironment(count)
        var companion = WalletCompanion()
        let response = companion.process(
            CommandAPDU(0x80, 0xCA, 0xDF, 0x73, expectedLength: expectedLength), environment)
        #expect(response.statusWord == StatusWord(status))
        #expect(response.data.count <= WalletCompanion.listLengthMax)
        #expect(
            try BERTLV(bytes: response.data).children()
                == environment.selectableApplications.prefix(listed).map { BERTLV(0x4F, $0.bytes) })
    }

    @Test("personalization gives it a label of 1 to 32 bytes of UTF-8")
    func label() throws {
        #expect(try WalletCompanion().unchanged("80CADF7200") == "6A88")
        #expect(try labelled("Börse").unchanged("80CADF7200") == "DF720642C3B6727365" + "9000")
        #expect(try labelled(String(repeating: "a", count: 32)).label?.count == 32)

        var companion = try labelled("Mine")
        companion.beginPersonalization()
        for data in [[UInt8](repeating: 0x61, count: 33), [], [0xC3]] {
            #expect(companion.refusal(of: block(DataGrouping(0x0001, data).bytes)) == 0x6A80)
        }
        #expect(companion.refusal(of: block([])) == 0x6A80)
        #expect(companion.refusal(of: block(DataGrouping(0x0002, [0x61]).bytes)) == 0x6A88)
        #expect(companion.label == Array("Mine".utf8))
    }

    @Test("the label changes with the last block")
    func atomicCommit() throws {
        var companion = try labelled("Old")
        companion.beginPersonalization()
        try companion.personalize(block([0x00, 0x01, 0x03, 0x4E], 0, last: false))
        #expect(companion.label == Array("Old".utf8))
        try companion.personalize(block([0x65, 0x77], 1))
        #expect(companion.label == Array("New".utf8))
        #expect(companion.refusal(of: block([], 2)) == 0x6985)
    }

    @Test(
        "other commands are refused and change nothing",
        arguments: [("80CADF7000", "6A88"), ("00CADF7100", "6D00"), ("80A8000000", "6D00"), ("80CADF7101FF", "6700")])
    func refusals(apdu: String, status: String) throws {
        #expect(try WalletCompanion().unchanged(apdu) == status)
    }

    @Test("it reads back what it stores, and nothing else")
    func state() throws {
        var companion = WalletCompanion()
        #expect(try WalletCompanion(persistentState: companion.persistentState) == companion)
        companion = try labelled("Mine")
        #expect(try WalletCompanion(persistentState: companion.persistentState) == companion)
        companion.beginPersonalization()
        try companion.personalize(block([0x00, 0x01], last: false))
        #expect(try WalletCompanion(persistentState: companion.persistentState) == companion)
        #expect(throws: AppletStateError.impossible(0xC1)) { try WalletCompanion(persistentState: [BERTLV(0xC1)]) }
        #expect(throws: AppletStateError.unexpected(0xC2)) { try WalletCompanion(persistentState: [BERTLV(0xC2)]) }
    }
}

@Suite("The stored-value companion")
struct StoredValueCompanionTests {
    /// Euro, limit 150.00, balance 25.00.
    let purse = DataGrouping(0x0001, bytes("0978 00003A98 000009C4"))

    private func loaded() throws -> StoredValueCompanion {
        var companion = StoredValueCompanion()
        try companion.personalize(with: [purse])
        return companion
    }

    @Test("GET DATA answers balance, currency, counter and log")
    func data() throws {
        let companion = try loaded()
        #expect(try companion.unchanged("80CA9F7900") == "9F7904000009C49000")
        #expect(try companion.unchanged("80CA9F4200") == "9F420209789000")
        #expect(try companion.unchanged("80CA9F3600") == "9F360200019000")
        #expect(try companion.unchanged("80CADF7400") == "DF740B000101000009C4000009C49000")
        #expect(companion.purse?.limit == 15_000)
    }

    @Test("before personalization there is no balance and nothing is counted")
    func unpersonalized() throws {
        let companion = StoredValueCompanion()
        #expect(try companion.unchanged("80CA9F7900") == "6A88")
        #expect(try companion.unchanged("80CA9F4200") == "6A88")
        #expect(try companion.unchanged("80CA9F3600") == "9F360200009000")
        #expect(try companion.unchanged("80CADF7400") == "DF74009000")
    }

    @Test(
        "other commands are refused and change nothing",
        arguments: [("80CA9F7800", "6A88"), ("8054000000", "6D00"), ("00CA9F7900", "6D00"), ("80CA9F7901FF", "6700")])
    func refusals(apdu: String, status: String) throws {
        #expect(try loaded().unchanged(apdu) == status)
    }

    @Test(
        "a purse of another length, currency or with a balance above its limit is refused with 6A80",
        arguments: [
            "097800003A98000009", "097800003A98000009C400", "978000003A98000009C4", "097A00003A98000009C4",
            "097800003A9800003A99", "",
        ])
    func malformed(hex: String) throws {
        var companion = try loaded()
        companion.beginPersonalization()
        #expect(companion.refusal(of: block(DataGrouping(0x0001, bytes(hex)).bytes)) == 0x6A80)
        #expect(companion.refusal(of: block(DataGrouping(0x0002, purse.data).bytes)) == 0x6A88)
        #expect(companion.refusal(of: block(purse.bytes + purse.bytes)) == 0x6A80)
        try companion.personalize(block(DataGrouping(0x0001, bytes("097800003A9800003A98")).bytes))
        #expect(companion.purse?.balance == 15_000)
    }

    @Test("the balance changes with the last block; the log keeps the last ten changes")
    func log() throws {
        var companion = StoredValueCompanion()
        for _ in 1...11 {
            companion.beginPersonalization()
            try companion.personalize(block(Array(purse.bytes.prefix(5)), 0, last: false))
            let before = companion.log
            try companion.personalize(block(Array(purse.bytes.dropFirst(5)), 1))
            #expect(companion.log.dropFirst().elementsEqual(before.prefix(9)))
        }
        #expect(companion.log.map(\.counter) == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
        #expect(try StoredValueCompanion(persistentState: companion.persistentState) == companion)
        var state = companion.persistentState
        state[1].value += state[1].value.suffix(11)
        #expect(throws: AppletStateError.impossible(0xC2)) { try StoredValueCompanion(persistentState: state) }
    }

    @Test("the counter stops at 65 535")
    func counterBound() throws {
        var companion = try StoredValueCompanion(persistentState: [BERTLV(0xC2, [0xFF, 0xFE])])
        try companion.personalize(with: [purse])
        #expect(companion.transactionCounter == 65_535)
        companion.beginPersonalization()
        #expect(companion.refusal(of: block(purse.bytes)) == 0x6985)
    }

    @Test("it reads back what it stores, and nothing else")
    func state() throws {
        var companion = StoredValueCompanion()
        #expect(try StoredValueCompanion(persistentState: companion.persistentState) == companion)
        companion = try loaded()
        companion.beginPersonalization()
        try companion.personalize(block([0x00, 0x01], last: false))
        let state = companion.persistentState
        #expect(try StoredValueCompanion(persistentState: state) == companion)
        #expect(throws: AppletStateError.tlv(.missing(0xC2))) { try StoredValueCompanion(persistentState: []) }
        #expect(throws: AppletStateError.impossible(0xC1)) {
            try StoredValueCompanion(persistentState: [BERTLV(0xC1, [0])])
        }
        #expect(throws: AppletStateError.self) { try StoredValueCompanion(persistentState: [BERTLV(0xC2, [0, 1, 2])]) }
        #expect(throws: AppletStateError.unexpected(0xC3)) {
            try StoredValueCompanion(persistentState: state + [state[2]])
        }
    }
}
