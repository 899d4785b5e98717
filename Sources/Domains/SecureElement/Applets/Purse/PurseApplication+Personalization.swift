import GlobalPlatform
import ISO7816

extension PurseApplication {
    mutating func beginPersonalization() { unfinished = UnfinishedPersonalization() }

    /// A purse that money has moved in is not personalized again: `6985`. Before that a run may be repeated.
    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        guard let unfinished, history == PurseHistory() else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let longer = try unfinished.adding(block)
        guard block.isLastBlock else {
            try PurseProfile.check(longer.completeGroupings())
            self.unfinished = longer
            return
        }
        (profile, records) = try PurseProfile.read(longer.allGroupings())
        self.unfinished = nil
    }
}

// MARK: - State

extension PurseApplication {
    private static let profileTag: BERTag = 0xC1
    private static let historyTag: BERTag = 0xC2
    private static let recordsTag: BERTag = 0xC3
    private static let unfinishedTag: BERTag = 0xC4

    /// C1 the profile's data groupings, C2 the history, C3 the records as data groupings, C4 an unfinished
    /// personalization.
    var persistentState: [BERTLV] {
        (profile.map { profile in
            [
                BERTLV(Self.profileTag, profile.groupings.flatMap(\.bytes)),
                BERTLV(Self.historyTag, history.stateBytes),
                BERTLV(
                    Self.recordsTag,
                    records.sorted { $0.key < $1.key }.flatMap { DataGrouping($0.key, $0.value).bytes }),
            ]
        } ?? []) + (unfinished.map { [BERTLV(Self.unfinishedTag, $0.stateBytes)] } ?? [])
    }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        var state = AppletStateReader(persistentState)
        if let bytes = state.nextIfPresent(Self.profileTag) {
            history = try PurseHistory(stateBytes: try state.next(Self.historyTag), Self.historyTag)
            let records = try state.next(Self.recordsTag)
            guard let groupings = try? DataGrouping.sequence(bytes + records),
                let read = try? PurseProfile.read(groupings)
            else { throw .impossible(Self.profileTag) }
            profile = read.0
            self.records = read.records
            guard history.balance <= read.0.balanceMax else { throw .impossible(Self.historyTag) }
        }
        if let bytes = state.nextIfPresent(Self.unfinishedTag) {
            unfinished = try UnfinishedPersonalization(stateBytes: bytes, Self.unfinishedTag)
        }
        try state.finish()
    }
}
