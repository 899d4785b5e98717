import GlobalPlatform
import ISO7816

/// The companion of a stored-value card: it keeps a balance and what became of it.
///
///     80 CA 9F79   balance (4), in minor units of the currency
///     80 CA 9F42   currency (2), ISO 4217 numeric in BCD
///     80 CA 9F36   transaction counter (2)
///     80 CA DF74   the log, the latest entry first: counter (2) | kind (1) | amount (4) | balance (4) each
///
/// DGI 0001 is currency (2) | limit (4) | balance (4).
struct StoredValueCompanion: StoredApplet {
    static let logEntriesMax = 10

    private(set) var purse: StoredValuePurse?
    private(set) var transactionCounter: UInt16 = 0
    /// The latest entry first.
    private(set) var log: [StoredValueLogEntry] = []
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
        guard let value = data(command.parameters) else { return ResponseAPDU(.referencedDataNotFound) }
        return ResponseAPDU(.success, data: BERTLV(BERTag(UInt32(command.parameters)), value).bytes)
    }

    private func data(_ tag: UInt16) -> [UInt8]? {
        switch tag {
        case 0x9F36: transactionCounter.bigEndianBytes
        case 0x9F42: purse?.currency.bigEndianBytes
        case 0x9F79: purse?.balance.bigEndianBytes
        case 0xDF74: log.flatMap(\.bytes)
        default: nil
        }
    }

    var contactlessOffer: ContactlessOffer? { nil }
}

// MARK: - Personalization

extension StoredValueCompanion {
    mutating func beginPersonalization() { unfinished = UnfinishedPersonalization() }

    /// The last block sets the balance, which is counted and logged like any other change of it.
    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        guard let unfinished, transactionCounter < .max else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let longer = try unfinished.adding(block)
        if block.isLastBlock {
            let purse = try Self.purse(in: longer.allGroupings())
            self.unfinished = nil
            self.purse = purse
            transactionCounter += 1
            let entry = StoredValueLogEntry(
                counter: transactionCounter, kind: .balanceSet, amount: purse.balance, balance: purse.balance)
            log = [entry] + log.prefix(Self.logEntriesMax - 1)
        } else {
            self.unfinished = longer
        }
    }

    private static func purse(in groupings: [DataGrouping]) throws(Refusal) -> StoredValuePurse {
        guard groupings.allSatisfy({ $0.identifier == 0x0001 }) else { throw Refusal(.referencedDataNotFound) }
        guard groupings.count == 1, let purse = try? StoredValuePurse(groupings[0].data) else {
            throw Refusal(.incorrectData)
        }
        return purse
    }
}

// MARK: - State

extension StoredValueCompanion {
    private static let purseTag: BERTag = 0xC1
    private static let historyTag: BERTag = 0xC2
    private static let unfinishedTag: BERTag = 0xC3

    /// C1 purse as DGI 0001, C2 transaction counter (2) | log entries (11 each), C3 an unfinished personalization.
    var persistentState: [BERTLV] {
        (purse.map { [BERTLV(Self.purseTag, $0.bytes)] } ?? [])
            + [BERTLV(Self.historyTag, transactionCounter.bigEndianBytes + log.flatMap(\.bytes))]
            + (unfinished.map { [BERTLV(Self.unfinishedTag, $0.stateBytes)] } ?? [])
    }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        var state = AppletStateReader(persistentState)
        if let bytes = state.nextIfPresent(Self.purseTag) {
            guard let purse = try? StoredValuePurse(bytes) else { throw .impossible(Self.purseTag) }
            self.purse = purse
        }
        var history = ByteReader(try state.next(Self.historyTag))
        do {
            transactionCounter = try history.uint16("transaction counter")
            while !history.isAtEnd {
                guard let entry = StoredValueLogEntry(try history.take(StoredValueLogEntry.length, "log entry")),
                    log.count < Self.logEntriesMax
                else { throw AppletStateError.impossible(Self.historyTag) }
                log.append(entry)
            }
        } catch let error as ByteLayoutError {
            throw .layout(Self.historyTag, error)
        } catch {
            throw .impossible(Self.historyTag)
        }
        if let bytes = state.nextIfPresent(Self.unfinishedTag) {
            unfinished = try UnfinishedPersonalization(stateBytes: bytes, Self.unfinishedTag)
        }
        try state.finish()
    }
}
