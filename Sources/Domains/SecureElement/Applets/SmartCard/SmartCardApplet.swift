import CardCryptography
import GlobalPlatform
import ISO7816
import SmartCardVerification

/// A smart card for two-stage verification: it says who it is, gives its encrypted data to whoever asks, and proves with
/// its answer to a challenge that it has the key.
///
///     80 CA DF21   card identification (8)
///     80 CA DF22   the encrypted data file
///     80 CA DF23   how many challenges it has answered (4)
///     00 88 00 00  nonce (16) | transaction hash (32) | terminal (1 to 64): response (16)
///
/// The key answers ``answersMax`` challenges in its life, and each answer is counted before it leaves.
struct SmartCardApplet: StoredApplet {
    static let answersMax: UInt32 = 1_000_000

    private(set) var card: SmartCardPersonalization?
    /// It never goes back.
    private(set) var answers: UInt32 = 0
    private(set) var unfinished: UnfinishedPersonalization?

    init() {}

    /// 6F { 84 AID }
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        BERTLV(0x6F, [BERTLV(0x84, application.bytes)]).bytes
    }

    /// It is no payment application: terminals that know it select it by name.
    var contactlessOffer: ContactlessOffer? { nil }
}

// MARK: - Commands

extension SmartCardApplet {
    private static let answersTag: UInt16 = 0xDF23

    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        do throws(Refusal) {
            switch command.appletInstruction {
            case 0x80CA: return ResponseAPDU(.success, data: try data(command))
            case 0x0088: return ResponseAPDU(.success, data: try authenticate(command))
            default: throw Refusal(.instructionNotSupported)
            }
        } catch {
            return ResponseAPDU(error.statusWord)
        }
    }

    private func data(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.data.isEmpty else { throw Refusal(.wrongLength) }
        let tag = BERTag(UInt32(command.parameters))
        guard let card else { throw Refusal(.referencedDataNotFound) }
        switch tag {
        case SmartCardCommand.identificationTag: return BERTLV(tag, card.identification.bytes).bytes
        case SmartCardCommand.dataFileTag: return BERTLV(tag, card.dataFile.bytes).bytes
        case BERTag(UInt32(Self.answersTag)): return BERTLV(tag, answers.bigEndianBytes).bytes
        default: throw Refusal(.referencedDataNotFound)
        }
    }

    private mutating func authenticate(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.parameters == 0x0000 else { throw Refusal(.incorrectParameters) }
        guard let card, answers < Self.answersMax else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        let challenge: SmartCardChallenge
        do { challenge = try SmartCardChallenge(bytes: command.data) } catch {
            switch error {
            case .layout: throw Refusal(.wrongLength)
            default: throw Refusal(.incorrectData)
            }
        }
        answers += 1
        return card.key.response(of: card.identification, to: challenge).bytes
    }
}

// MARK: - Personalization

extension SmartCardApplet {
    mutating func beginPersonalization() { unfinished = UnfinishedPersonalization() }

    /// A card is personalized once, in one run that brings everything: `6985` for another one.
    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        guard let unfinished, card == nil else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let longer = try unfinished.adding(block)
        let groupings = try block.isLastBlock ? longer.allGroupings() : longer.completeGroupings()
        guard groupings.allSatisfy({ SmartCardPersonalization.identifiers.contains($0.identifier) }) else {
            throw Refusal(.referencedDataNotFound)
        }
        guard block.isLastBlock else {
            self.unfinished = longer
            return
        }
        card = try Self.card(in: groupings)
        self.unfinished = nil
    }

    private static func card(in groupings: [DataGrouping]) throws(Refusal) -> SmartCardPersonalization {
        var data: [UInt16: SecretBytes] = [:]
        for grouping in groupings {
            guard data.updateValue(SecretBytes(grouping.data), forKey: grouping.identifier) == nil else {
                throw Refusal(.incorrectData)
            }
        }
        do { return try SmartCardPersonalization(data) } catch { throw Refusal(.incorrectData) }
    }
}

// MARK: - State

extension SmartCardApplet {
    private static let stateAnswersTag: BERTag = 0xC1
    private static let stateCardTag: BERTag = 0xC2
    private static let stateUnfinishedTag: BERTag = 0xC3

    /// C1 answers (4), C2 the card's groupings, C3 an unfinished personalization.
    var persistentState: [BERTLV] {
        let groupings = card?.groupings.flatMap { DataGrouping($0.identifier, $0.data.revealed()).bytes }
        return [BERTLV(Self.stateAnswersTag, answers.bigEndianBytes)]
            + (groupings.map { [BERTLV(Self.stateCardTag, $0)] } ?? [])
            + (unfinished.map { [BERTLV(Self.stateUnfinishedTag, $0.stateBytes)] } ?? [])
    }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        var state = AppletStateReader(persistentState)
        var counter = ByteReader(try state.next(Self.stateAnswersTag))
        do {
            answers = try counter.uint32("answers")
            try counter.finish()
        } catch {
            throw .layout(Self.stateAnswersTag, error)
        }
        guard answers <= Self.answersMax else { throw .impossible(Self.stateAnswersTag) }
        if let bytes = state.nextIfPresent(Self.stateCardTag) {
            guard let groupings = try? DataGrouping.sequence(bytes), let card = try? Self.card(in: groupings) else {
                throw .impossible(Self.stateCardTag)
            }
            self.card = card
        }
        if let bytes = state.nextIfPresent(Self.stateUnfinishedTag) {
            unfinished = try UnfinishedPersonalization(stateBytes: bytes, Self.stateUnfinishedTag)
        }
        try state.finish()
    }
}
