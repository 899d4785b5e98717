import GlobalPlatform
import ISO7816

/// WCAp, the wallet companion: tells the mobile wallet which Applications it could use. Nothing here moves money.
///
///     80 CA DF71   the contactless Applications: 61 { 4F, 50, 87 } …, the highest priority first
///     80 CA DF72   the wallet's label
///     80 CA DF73   the AIDs (4F …) of all Applications that can be selected
struct WalletCompanion: StoredApplet {
    /// DGI 0001, UTF-8.
    static let labelLengthMax = 32
    /// A list fills a short response, or as much of an extended one as the wallet asks for, up to this.
    static let listLengthMax = 2_048

    /// UTF-8, 1 to 32 bytes; `nil` before personalization.
    private(set) var label: [UInt8]?
    private(set) var unfinished: UnfinishedPersonalization?

    init() {}

    /// 6F { 84 AID }
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        BERTLV(0x6F, [BERTLV(0x84, application.bytes)]).bytes
    }

    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        guard command.appletInstruction == 0x80CA else { return ResponseAPDU(.instructionNotSupported) }
        guard command.data.isEmpty else { return ResponseAPDU(.wrongLength) }
        switch command.parameters {
        case 0xDF71:
            return list(0xDF71, environment.contactless.map(\.directoryEntry), command)
        case 0xDF72:
            guard let label else { return ResponseAPDU(.referencedDataNotFound) }
            return ResponseAPDU(.success, data: BERTLV(0xDF72, label).bytes)
        case 0xDF73:
            return list(0xDF73, environment.selectableApplications.map { BERTLV(0x4F, $0.bytes) }, command)
        default:
            return ResponseAPDU(.referencedDataNotFound)
        }
    }

    /// The data object `tag` with as many whole entries as the response carries, `6310` when some are left out.
    private func list(_ tag: BERTag, _ entries: [BERTLV], _ command: CommandAPDU) -> ResponseAPDU {
        let lengthMax = min(max(command.expectedLength ?? 256, 256), Self.listLengthMax)
        let listed = entries.longestPrefix { BERTLV(tag, $0).bytes.count <= lengthMax }
        return ResponseAPDU(
            listed.count == entries.count ? .success : .moreDataAvailable, data: BERTLV(tag, listed).bytes)
    }

    var contactlessOffer: ContactlessOffer? { nil }
}

// MARK: - Personalization

extension WalletCompanion {
    mutating func beginPersonalization() { unfinished = UnfinishedPersonalization() }

    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        guard let unfinished else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let longer = try unfinished.adding(block)
        if block.isLastBlock {
            label = try Self.label(in: longer.allGroupings())
            self.unfinished = nil
        } else {
            self.unfinished = longer
        }
    }

    private static func label(in groupings: [DataGrouping]) throws(Refusal) -> [UInt8] {
        guard groupings.allSatisfy({ $0.identifier == 0x0001 }) else { throw Refusal(.referencedDataNotFound) }
        guard groupings.count == 1, isLabel(groupings[0].data) else { throw Refusal(.incorrectData) }
        return groupings[0].data
    }

    private static func isLabel(_ bytes: [UInt8]) -> Bool {
        (1...labelLengthMax).contains(bytes.count) && String(validating: bytes, as: UTF8.self) != nil
    }
}

// MARK: - State

extension WalletCompanion {
    private static let labelTag: BERTag = 0xC1
    private static let unfinishedTag: BERTag = 0xC3

    /// C1 label, C3 an unfinished personalization.
    var persistentState: [BERTLV] {
        (label.map { [BERTLV(Self.labelTag, $0)] } ?? [])
            + (unfinished.map { [BERTLV(Self.unfinishedTag, $0.stateBytes)] } ?? [])
    }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        var state = AppletStateReader(persistentState)
        label = state.nextIfPresent(Self.labelTag)
        guard label.map(Self.isLabel) ?? true else { throw .impossible(Self.labelTag) }
        if let bytes = state.nextIfPresent(Self.unfinishedTag) {
            unfinished = try UnfinishedPersonalization(stateBytes: bytes, Self.unfinishedTag)
        }
        try state.finish()
    }
}
