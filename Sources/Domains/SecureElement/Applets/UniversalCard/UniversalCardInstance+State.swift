import CardCryptography
import EMV
import GlobalPlatform
import ISO7816

extension UniversalCardInstance {
    private enum Tag {
        static let counter: BERTag = 0xC1
        static let universal: BERTag = 0xC2
        static let records: BERTag = 0xC4
        static let chosen: BERTag = 0xC5
        static let priority: BERTag = 0xC7
        static let log: BERTag = 0xC6
        static let unfinished: BERTag = 0xC3
    }

    /// C1 transaction counter (2), C2 the universal data's groupings, C4 the records' groupings, C5 the chosen card's
    /// reference (8), C7 the priority (1), C6 the log, C3 an unfinished personalization.
    var persistentState: [BERTLV] {
        let set = universal?.groupings.flatMap { DataGrouping($0.identifier, $0.data.revealed()).bytes }
        let puts = records.flatMap { DataGrouping(UniversalCardRecord.identifier, $0.bytes).bytes }
        return [BERTLV(Tag.counter, transactionCounter.bigEndianBytes)]
            + (set.map { [BERTLV(Tag.universal, $0), BERTLV(Tag.records, puts)] } ?? [])
            + (chosen.map { [BERTLV(Tag.chosen, $0.bytes)] } ?? [])
            + (priority.map { [BERTLV(Tag.priority, [$0])] } ?? [])
            + (log.entries.isEmpty ? [] : [BERTLV(Tag.log, log.stateBytes)])
            + (unfinished.map { [BERTLV(Tag.unfinished, $0.stateBytes)] } ?? [])
    }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        var state = AppletStateReader(persistentState)
        var counter = ByteReader(try state.next(Tag.counter))
        do {
            transactionCounter = try counter.uint16("transaction counter")
            try counter.finish()
        } catch {
            throw .layout(Tag.counter, error)
        }
        if let set = state.nextIfPresent(Tag.universal) {
            universal = try Self.universal(stored: set)
            records = try Self.records(stored: try state.next(Tag.records))
        }
        if let reference = state.nextIfPresent(Tag.chosen) {
            chosen = UniversalCardReference(reference)
            guard chosenRecord != nil else { throw .impossible(Tag.chosen) }
        }
        if let rank = state.nextIfPresent(Tag.priority) {
            guard rank.count == 1, (0x01...0x0F).contains(rank[0]) else { throw .impossible(Tag.priority) }
            priority = rank[0]
        }
        if let entries = state.nextIfPresent(Tag.log) {
            log = try TransactionLog(format: Self.logFormat, stateBytes: entries, Tag.log)
        }
        if let bytes = state.nextIfPresent(Tag.unfinished) {
            unfinished = try UnfinishedPersonalization(stateBytes: bytes, Tag.unfinished)
        }
        try state.finish()
    }

    private static func universal(stored bytes: [UInt8]) throws(AppletStateError) -> UniversalPersonalization {
        guard let groupings = try? DataGrouping.sequence(bytes),
            let universal = try? UniversalPersonalization(
                Dictionary(groupings.map { ($0.identifier, $0.data) }) { first, _ in first })
        else { throw .impossible(Tag.universal) }
        return universal
    }

    private static func records(stored bytes: [UInt8]) throws(AppletStateError) -> [UniversalCardRecord] {
        guard let groupings = try? DataGrouping.sequence(bytes), groupings.count <= recordsMax else {
            throw .impossible(Tag.records)
        }
        var records: [UniversalCardRecord] = []
        for grouping in groupings {
            guard grouping.identifier == UniversalCardRecord.identifier,
                let record = try? UniversalCardRecord(bytes: grouping.data),
                !records.contains(where: { $0.reference == record.reference })
            else { throw .impossible(Tag.records) }
            records.append(record)
        }
        return records
    }
}
