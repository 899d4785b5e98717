import EMV
import GlobalPlatform
import ISO7816

/// A payment Application: it is personalized with one card account, and its data decide how it works with a terminal.
/// EMV Book 3 §6.5.
///
/// Without a key for cryptograms it answers up to the reading of its records. With one it is of the quick style, where
/// GET PROCESSING OPTIONS answers the whole transaction, or of the style where GENERATE AC does.
struct PaymentApplication: StoredApplet {
    /// The Application Transaction Counter (tag 9F36), which never goes back, not even with a new personalization.
    var transactionCounter: UInt16 = 0
    /// The counter of the last transaction that the issuer answered (tag 9F13).
    var lastOnlineCounter: UInt16 = 0
    private(set) var profile: PaymentProfile?
    /// Of an Application that makes cryptograms.
    var log: TransactionLog?
    private(set) var unfinished: UnfinishedPersonalization?

    init() {}

    /// 6F { 84 AID, A5 { … } }, the template A5 empty before personalization.
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        BERTLV(
            .fileControlInformation,
            [
                BERTLV(.dedicatedFileName, application.bytes),
                BERTLV(.proprietaryTemplate, profile?.selectionData ?? []),
            ]
        ).bytes
    }

    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        do {
            return ResponseAPDU(.success, data: try answer(to: command, environment, &working))
        } catch {
            return ResponseAPDU(error.statusWord)
        }
    }

    private mutating func answer(
        to command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        switch command.appletInstruction {
        case 0x80A8: return try processingOptions(command, environment, &working)
        case 0x00B2: return try record(command)
        case 0x80CA: return try data(command)
        case 0x80AE:
            guard let profile, profile.style != .recordsOnly else { break }
            return try generateCryptogram(command, profile, environment, &working)
        case 0x0088:
            guard let profile, profile.cardKey != nil else { break }
            return try authenticate(command, profile, environment, working)
        default: break
        }
        throw Refusal(.instructionNotSupported)
    }

    var contactlessOffer: ContactlessOffer? { profile?.contactlessOffer }
}

// MARK: - Commands

extension PaymentApplication {
    /// GET PROCESSING OPTIONS: a transaction begins and is counted. EMV Book 3 §6.5.8.
    private mutating func processingOptions(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        guard command.parameters == 0x0000 else { throw Refusal(.incorrectParameters) }
        guard let profile else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let counter = try transactionCounter.nextTransaction()
        let values = try command.processingOptionsData(length: profile.processingOptionsDataLength)
        guard profile.style != .quick else {
            return try quickTransaction(
                TerminalRequest(profile.processingOptionsList, values: values), profile, environment)
        }
        transactionCounter = counter
        working.transaction = PaymentTransaction(processingOptionsData: values)
        return BERTLV(.responseTemplateFormat2, profile.processingOptions).bytes
    }

    /// READ RECORD, of the personalization and of the log.
    private func record(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        let (file, number) = try command.recordAddress()
        if let record = profile?.record(number, in: file) { return record }
        guard file == TransactionLog.shortFileIdentifier, let entry = log?.entry(number) else {
            throw Refusal(.recordNotFound)
        }
        return entry
    }

    /// GET DATA: the counter; of an Application with cryptograms 9F13, 9F17 and 9F4F too. EMV Book 3 §6.5.7.
    private func data(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.data.isEmpty else { throw Refusal(.wrongLength) }
        let tag = BERTag(UInt32(command.parameters))
        if tag == .applicationTransactionCounter { return BERTLV(tag, transactionCounter.bigEndianBytes).bytes }
        guard let profile, let log else { throw Refusal(.referencedDataNotFound) }
        switch tag {
        case .lastOnlineTransactionCounter: return BERTLV(tag, lastOnlineCounter.bigEndianBytes).bytes
        case .pinTryCounter: return BERTLV(tag, [profile.pinTries]).bytes
        case .logFormat: return BERTLV(tag, log.format.bytes).bytes
        default: throw Refusal(.referencedDataNotFound)
        }
    }
}

extension StatusWord {
    /// Record not found (ISO/IEC 7816-4 §5.6).
    static let recordNotFound = StatusWord(0x6A83)
}

// MARK: - Personalization

extension PaymentApplication {
    mutating func beginPersonalization() { unfinished = UnfinishedPersonalization() }

    /// The current profile stays in force until the last block has brought a whole new one. The log is the profile's.
    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        guard let unfinished else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let longer = try unfinished.adding(block)
        try PaymentProfile.check(longer.completeGroupings())
        if block.isLastBlock {
            let profile = try PaymentProfile(longer.allGroupings())
            self.profile = profile
            log = profile.style == .recordsOnly ? nil : TransactionLog(format: profile.logFormat)
            lastOnlineCounter = 0
            self.unfinished = nil
        } else {
            self.unfinished = longer
        }
    }
}

// MARK: - State

extension PaymentApplication {
    private static let counterTag: BERTag = 0xC1
    private static let profileTag: BERTag = 0xC2
    private static let unfinishedTag: BERTag = 0xC3
    private static let lastOnlineTag: BERTag = 0xC4
    private static let logTag: BERTag = 0xC6

    /// C1 transaction counter (2), C2 the profile's data groupings, C4 last online counter (2) when it is not 0, C6 the
    /// log when there are entries, C3 an unfinished personalization.
    var persistentState: [BERTLV] {
        [BERTLV(Self.counterTag, transactionCounter.bigEndianBytes)]
            + (profile.map { [BERTLV(Self.profileTag, $0.groupings.flatMap(\.bytes))] } ?? [])
            + (lastOnlineCounter == 0 ? [] : [BERTLV(Self.lastOnlineTag, lastOnlineCounter.bigEndianBytes)])
            + (log.map { $0.entries.isEmpty ? [] : [BERTLV(Self.logTag, $0.stateBytes)] } ?? [])
            + (unfinished.map { [BERTLV(Self.unfinishedTag, $0.stateBytes)] } ?? [])
    }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        var state = AppletStateReader(persistentState)
        transactionCounter = try Self.counter(try state.next(Self.counterTag), Self.counterTag)
        if let bytes = state.nextIfPresent(Self.profileTag) {
            guard let groupings = try? DataGrouping.sequence(bytes), let profile = try? PaymentProfile(groupings) else {
                throw .impossible(Self.profileTag)
            }
            self.profile = profile
            log = profile.style == .recordsOnly ? nil : TransactionLog(format: profile.logFormat)
        }
        if let bytes = state.nextIfPresent(Self.lastOnlineTag) {
            lastOnlineCounter = try Self.counter(bytes, Self.lastOnlineTag)
        }
        if let bytes = state.nextIfPresent(Self.logTag) {
            guard let log else { throw .impossible(Self.logTag) }
            self.log = try TransactionLog(format: log.format, stateBytes: bytes, Self.logTag)
        }
        if let bytes = state.nextIfPresent(Self.unfinishedTag) {
            unfinished = try UnfinishedPersonalization(stateBytes: bytes, Self.unfinishedTag)
        }
        try state.finish()
    }

    private static func counter(_ bytes: [UInt8], _ tag: BERTag) throws(AppletStateError) -> UInt16 {
        var reader = ByteReader(bytes)
        do {
            let counter = try reader.uint16("transaction counter")
            try reader.finish()
            return counter
        } catch {
            throw .layout(tag, error)
        }
    }
}
