import GlobalPlatform
import ISO7816

/// A contactless payment Application: it is personalized with one card account and answers a terminal up to the
/// reading of its records. EMV Book 3 §6.5.
struct PaymentApplication: StoredApplet {
    /// The Application Transaction Counter (tag 9F36), which never goes back, not even with a new personalization.
    private(set) var transactionCounter: UInt16 = 0
    private(set) var profile: PaymentProfile?
    private(set) var unfinished: UnfinishedPersonalization?

    init() {}

    /// 6F { 84 AID, A5 { … } }, the template A5 empty before personalization.
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        BERTLV(0x6F, [BERTLV(0x84, application.bytes), BERTLV(0xA5, profile?.selectionData ?? [])]).bytes
    }

    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        do {
            return ResponseAPDU(.success, data: try answer(to: command))
        } catch {
            return ResponseAPDU(error.statusWord)
        }
    }

    private mutating func answer(to command: CommandAPDU) throws(Refusal) -> [UInt8] {
        switch command.appletInstruction {
        case 0x80A8: try processingOptions(command)
        case 0x00B2: try record(command)
        case 0x80CA: try data(command)
        default: throw Refusal(.instructionNotSupported)
        }
    }

    var contactlessOffer: ContactlessOffer? { profile?.contactlessOffer }
}

// MARK: - Commands

extension PaymentApplication {
    /// GET PROCESSING OPTIONS: a transaction begins and is counted. EMV Book 3 §6.5.8.
    private mutating func processingOptions(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.parameters == 0x0000 else { throw Refusal(.incorrectParameters) }
        guard let profile, transactionCounter < .max else { throw Refusal(.conditionsOfUseNotSatisfied) }
        guard let template = try? BERTLV(bytes: command.data), template.tag == 0x83 else {
            throw Refusal(.incorrectData)
        }
        guard template.value.count == profile.processingOptionsDataLength else { throw Refusal(.wrongLength) }
        transactionCounter += 1
        return BERTLV(0x77, profile.processingOptions).bytes
    }

    /// READ RECORD: P1 is the record number, P2 the SFI in b8–b4 and 100. EMV Book 3 §6.5.11.
    private func record(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.data.isEmpty else { throw Refusal(.wrongLength) }
        guard command.p2 & 0x07 == 0x04 else { throw Refusal(.incorrectParameters) }
        guard let record = profile?.record(command.p1, in: command.p2 >> 3) else { throw Refusal(.recordNotFound) }
        return record
    }

    /// GET DATA: the Application Transaction Counter is all that may be asked for. EMV Book 3 §6.5.7.
    private func data(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.data.isEmpty else { throw Refusal(.wrongLength) }
        guard command.parameters == 0x9F36 else { throw Refusal(.referencedDataNotFound) }
        return BERTLV(0x9F36, transactionCounterBytes).bytes
    }

    private var transactionCounterBytes: [UInt8] {
        [UInt8(transactionCounter >> 8), UInt8(transactionCounter & 0xFF)]
    }
}

extension StatusWord {
    /// Record not found (ISO/IEC 7816-4 §5.6).
    static let recordNotFound = StatusWord(0x6A83)
}

// MARK: - Personalization

extension PaymentApplication {
    mutating func beginPersonalization() { unfinished = UnfinishedPersonalization() }

    /// The current profile stays in force until the last block has brought a whole new one.
    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        guard let unfinished else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let longer = try unfinished.adding(block)
        try PaymentProfile.check(longer.completeGroupings())
        if block.isLastBlock {
            profile = try PaymentProfile(longer.allGroupings())
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

    /// C1 transaction counter (2), C2 the profile's data groupings, C3 an unfinished personalization.
    var persistentState: [BERTLV] {
        [BERTLV(Self.counterTag, transactionCounterBytes)]
            + (profile.map { [BERTLV(Self.profileTag, $0.groupings.flatMap(\.bytes))] } ?? [])
            + (unfinished.map { [BERTLV(Self.unfinishedTag, $0.stateBytes)] } ?? [])
    }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        var state = AppletStateReader(persistentState)
        var counter = ByteReader(try state.next(Self.counterTag))
        do {
            transactionCounter = try counter.uint16("transaction counter")
            try counter.finish()
        } catch {
            throw .layout(Self.counterTag, error)
        }
        if let bytes = state.nextIfPresent(Self.profileTag) {
            guard let groupings = try? DataGrouping.sequence(bytes), let profile = try? PaymentProfile(groupings) else {
                throw .impossible(Self.profileTag)
            }
            self.profile = profile
        }
        if let bytes = state.nextIfPresent(Self.unfinishedTag) {
            unfinished = try UnfinishedPersonalization(stateBytes: bytes, Self.unfinishedTag)
        }
        try state.finish()
    }
}
