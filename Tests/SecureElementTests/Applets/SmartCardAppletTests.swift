import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import SmartCardVerification
import Testing

@testable import SecureElement

/// A card with identification 5345000000000001 and the data "member 4711".
enum SmartCardFixtures {
    static let application: AID = "F053454E45534348414C534301000001"

    static func personalization(master: UInt8 = 0) throws -> SmartCardPersonalization {
        let card = try SmartCardIdentification(text: "5345000000000001")
        let key = try SmartCardKey(master: SecretBytes((0..<32).map { master &+ $0 }), card: card)
        let file = try key.encrypt(
            SecretBytes(Array("member 4711".utf8)), for: card, random: SeededRandomSource(seed: 3))
        return SmartCardPersonalization(identification: card, key: key, dataFile: file)
    }

    static func challenge(amount: Int64 = 1_250) throws -> SmartCardChallenge {
        try SmartCardChallenge(
            nonce: [UInt8](repeating: 0x5A, count: 16),
            terms: CardTransactionTerms(terminal: "trm_1", transaction: "txn_1", amount: amount, currency: "EUR"))
    }
}

extension SmartCardPersonalization {
    var dataGroupings: [DataGrouping] { groupings.map { DataGrouping($0.identifier, $0.data.revealed()) } }
}

@Suite("Smart cards for two-stage verification")
struct SmartCardAppletTests {
    private let whole: SmartCardPersonalization

    init() throws { whole = try SmartCardFixtures.personalization() }

    private func applet() throws -> SmartCardApplet {
        var applet = SmartCardApplet()
        try applet.personalize(with: whole.dataGroupings)
        return applet
    }

    @Test("SCV-01 it answers a challenge as the server computes it, and counts the answer")
    func answer() throws {
        var applet = try applet()
        let challenge = try SmartCardFixtures.challenge()
        let answer = applet.process(SmartCardCommand.internalAuthenticate(challenge), emptyEnvironment)
        #expect(answer.statusWord == .success)
        #expect(try SmartCardResponse(answer.data) == whole.key.response(of: whole.identification, to: challenge))
        #expect(applet.answers == 1)
        #expect(try applet.unchanged("80CADF2300") == "DF2304000000019000")
    }

    @Test("SCV-03 identification and encrypted data are given to whoever asks; the key is not")
    func data() throws {
        let applet = try applet()
        #expect(try applet.unchanged("80CADF2100") == "DF210853450000000000019000")
        let file = try #require(try applet.unchanged("80CADF2200"))
        #expect(file == BERTLV(0xDF22, whole.dataFile.bytes).bytes.hex + "9000")
        for tag in ["8000", "9000", "DF20", "DF24", "0102", "005A"] {
            #expect(try applet.unchanged("80CA\(tag)00") == "6A88")
        }
    }

    @Test("wrong commands have their status words and change nothing")
    func wrongCommands() throws {
        let applet = try applet()
        let sound = try SmartCardFixtures.challenge().bytes.hex
        let length = String(sound.utf8.count / 2, radix: 16, uppercase: true)
        for (command, answer) in [
            ("00880100\(length)\(sound)00", "6A86"), ("00880001\(length)\(sound)00", "6A86"),
            ("00880000", "6700"), ("0088000010" + String(repeating: "5A", count: 16), "6700"),
            ("008800002F" + String(repeating: "5A", count: 47), "6700"),
            ("0088000030" + String(repeating: "5A", count: 48), "6A80"),
            ("0088000031" + String(repeating: "5A", count: 48) + "20", "6A80"),
            ("0088000071" + String(repeating: "5A", count: 113), "6A80"),
            ("80880000\(length)\(sound)00", "6D00"), ("00CADF2100", "6D00"), ("80CADF2101AA00", "6700"),
            ("00B2010C00", "6D00"), ("80A8000002830000", "6D00"),
        ] {
            #expect(try applet.unchanged(command) == answer, "\(command)")
        }
        #expect(try SmartCardApplet().unchanged("80CADF2100") == "6A88")
        #expect(try SmartCardApplet().unchanged("00880000\(length)\(sound)00") == "6985")
    }

    @Test("a terminal's name of 64 characters is answered, of 65 refused")
    func longestName() throws {
        var applet = try applet()
        let head = String(repeating: "5A", count: 48)
        let response = try applet.process(
            command("0088000070" + head + String(repeating: "41", count: 64)), emptyEnvironment)
        #expect(response.statusWord == .success)
    }

    @Test("the key answers a million challenges and no more")
    func exhausted() throws {
        var state = try applet().persistentState
        state[0] = BERTLV(0xC1, SmartCardApplet.answersMax.bigEndianBytes)
        var last = state
        last[0] = BERTLV(0xC1, (SmartCardApplet.answersMax - 1).bigEndianBytes)
        let command = try SmartCardCommand.internalAuthenticate(SmartCardFixtures.challenge())
        var almost = try SmartCardApplet(persistentState: last)
        #expect(almost.process(command, emptyEnvironment).statusWord == .success)
        var spent = try SmartCardApplet(persistentState: state)
        #expect(spent == almost)
        #expect(spent.process(command, emptyEnvironment).statusWord == .conditionsOfUseNotSatisfied)
        #expect(spent == almost)
        #expect(throws: AppletStateError.impossible(0xC1)) {
            try SmartCardApplet(persistentState: [BERTLV(0xC1, (SmartCardApplet.answersMax + 1).bigEndianBytes)])
        }
    }

    @Test("it is personalized once and whole: missing, doubled, foreign groupings and a wrong check value are refused")
    func personalization() throws {
        var applet = SmartCardApplet()
        let groupings = whole.dataGroupings
        #expect(applet.refusal(of: block([])) == .conditionsOfUseNotSatisfied)
        applet.beginPersonalization()
        let all = groupings.flatMap(\.bytes)
        for left in groupings.indices {
            var fewer = groupings
            fewer.remove(at: left)
            #expect(applet.refusal(of: block(fewer.flatMap(\.bytes))) == .incorrectData)
        }
        #expect(applet.refusal(of: block(all + groupings[0].bytes)) == .incorrectData)
        #expect(applet.refusal(of: block(all + DataGrouping(0x9102, [1]).bytes)) == .referencedDataNotFound)
        #expect(applet.refusal(of: block(DataGrouping(0x9102, [1]).bytes, last: false)) == .referencedDataNotFound)
        #expect(
            applet.refusal(
                of: block((groupings.dropLast() + [DataGrouping(0x9000, [0, 0, 0])]).flatMap(\.bytes)))
                == .incorrectData)
        #expect(applet.refusal(of: block(Array(all.dropLast()))) == .incorrectData)
        try applet.personalize(with: groupings, blockLength: 40)
        #expect(applet.card == whole)
        applet.beginPersonalization()
        #expect(applet.refusal(of: block(all)) == .conditionsOfUseNotSatisfied)
    }

    @Test("its state is read back equal, begun, finished and used")
    func state() throws {
        var applet = SmartCardApplet()
        func expectRoundTrip() throws {
            #expect(try SmartCardApplet(persistentState: applet.persistentState) == applet)
            #expect(
                try AppletCode(module: BuiltInModule.smartCard, persistentState: applet.persistentState)
                    == .smartCard(applet))
        }
        try expectRoundTrip()
        applet.beginPersonalization()
        let blocks = StoreDataCommand.blocks(of: whole.dataGroupings, blockLength: 50)
        for block in blocks {
            try applet.personalize(block)
            try expectRoundTrip()
        }
        _ = applet.process(try SmartCardCommand.internalAuthenticate(SmartCardFixtures.challenge()), emptyEnvironment)
        try expectRoundTrip()
        #expect(throws: AppletStateError.self) { try SmartCardApplet(persistentState: []) }
        #expect(throws: AppletStateError.impossible(0xC2)) {
            try SmartCardApplet(persistentState: [BERTLV(0xC1, [0, 0, 0, 0]), BERTLV(0xC2, [1, 1])])
        }
        #expect(throws: AppletStateError.self) {
            try SmartCardApplet(persistentState: applet.persistentState + [BERTLV(0xC9, [0x00])])
        }
    }

    @Test("SCV-01 a TSM installs it, personalizes it with its key enciphered, and it answers by both interfaces")
    func onCard() throws {
        var card = try TestCard()
        let application = SmartCardFixtures.application
        let install = InstallCommand.forInstallAndMakeSelectable(
            .init(
                executableLoadFile: BuiltInModule.smartCardPackage, executableModule: BuiltInModule.smartCard,
                application: application)
        ).command
        try card.expectSuccess(card.manage([install]))
        var session = try HostSession(TestCard.central, keys: TestCard.centralKeys) { card.element.process($0) }
        var blocks = [InstallCommand.forPersonalization(application: application).command]
        for (index, grouping) in whole.groupings.enumerated() {
            let isLast = index == whole.groupings.count - 1
            let data =
                grouping.isConfidential
                ? try TestCard.centralKeys.encryptSensitive(grouping.data) : grouping.data.revealed()
            blocks.append(
                StoreDataCommand(
                    data: DataGrouping(grouping.identifier, data).bytes, blockNumber: UInt8(index), isLastBlock: isLast,
                    encryption: grouping.isConfidential ? .encrypted : .unspecifiedOrClear
                ).command)
        }
        for block in blocks {
            #expect(!block.data.contains(whole.key.bytes.revealed()))
            try card.expectSuccess([session.send(block) { card.element.process($0) }.statusWord])
        }
        for interface in [CardInterface.wired, .contactless] {
            let selection = card.element.process(SmartCardCommand.select(application), over: interface)
            #expect(selection.data == BERTLV(0x6F, [BERTLV(0x84, application.bytes)]).bytes)
            let challenge = try SmartCardFixtures.challenge()
            let answer = card.element.process(SmartCardCommand.internalAuthenticate(challenge), over: interface)
            #expect(answer.data == whole.key.response(of: whole.identification, to: challenge).bytes)
        }
        var off = card.element
        off.reset()
        #expect(try SecureElement(persistentState: card.element.persistentState) == off)
    }
}
