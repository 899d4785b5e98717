public import CardCryptography
import EMV
public import ISO7816

/// A terminal's side of one contactless transaction: which command comes next, and what came of it in the end.
///
///     var conversation = try PaymentConversation(transaction, profile, at: now, random: random)
///     var step = conversation.begin()
///     while case .transmit(let command) = step { step = conversation.received(try await card.transmit(command)) }
///
/// SELECT PPSE, the application of the highest priority that both know, GET PROCESSING OPTIONS, the records of the file
/// locator. A card of the quick style has answered by then; another one is asked with GENERATE AC.
/// EMV Contactless Book B §3.3, Book C-2, Book C-3.
public struct PaymentConversation: Sendable {
    public enum Step: Sendable {
        case transmit(CommandAPDU)
        case finished(AuthorizationData)
        case failed(TerminalError)
    }

    private enum Phase: Sendable {
        case directory
        case application
        case options(SelectedApplication)
        case records(SelectedApplication, [RecordToRead])
        case cryptogram(SelectedApplication)
        case over
    }

    /// Records that a card may have read, at most.
    public static let recordsMax = 64

    private let transaction: TerminalData
    private let profile: TerminalProfile
    private let terminal: [BERTag: [UInt8]]
    private var phase = Phase.directory
    private var candidates: [PaymentDirectory.Entry] = []
    private var card = CardData()

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - random: where the unpredictable number comes from.
    /// - Throws: ``TerminalError/transaction(_:)``.
    public init(
        _ transaction: TerminalData, _ profile: TerminalProfile, at now: Int64, random: any RandomSource
    ) throws(TerminalError) {
        self.transaction = transaction
        self.profile = profile
        terminal = try TransactionObjects(transaction, profile, at: now, random: random).values
    }

    /// The first command.
    public mutating func begin() -> Step {
        phase = .directory
        return .transmit(.selectPaymentApplication(PaymentDirectory.name))
    }

    /// The card's answer to the last command.
    public mutating func received(_ response: ResponseAPDU) -> Step {
        do throws(TerminalError) {
            return try next(response)
        } catch {
            phase = .over
            return .failed(error)
        }
    }
}

// MARK: - Stages

extension PaymentConversation {
    private mutating func next(_ response: ResponseAPDU) throws(TerminalError) -> Step {
        switch phase {
        case .directory: return try directory(response)
        case .application: return try application(response)
        case .options(let application): return try options(response, application)
        case .records(let application, let waiting): return try record(response, application, waiting)
        case .cryptogram(let application):
            try add(response, .generateCryptogram, CardAnswer.generatedCryptogram)
            return try finish(application)
        case .over: throw .transaction("the conversation is over")
        }
    }

    private mutating func directory(_ response: ResponseAPDU) throws(TerminalError) -> Step {
        guard response.statusWord != .fileNotFound else { throw .noApplication }
        guard response.statusWord == .success else { throw .refused(.selectDirectory, response.statusWord) }
        let directory: PaymentDirectory
        do { directory = try PaymentDirectory(answer: response.data) } catch {
            throw .malformed(.selectDirectory, error)
        }
        candidates = directory.byPriority.filter { profile.accepts($0.application) }
        return try selectNext()
    }

    /// The candidate of the highest priority that is left. EMV Contactless Book B §3.3.2.
    private mutating func selectNext() throws(TerminalError) -> Step {
        guard !candidates.isEmpty else { throw .noApplication }
        phase = .application
        card = CardData()
        return .transmit(.selectPaymentApplication(candidates.removeFirst().application))
    }

    private mutating func application(_ response: ResponseAPDU) throws(TerminalError) -> Step {
        guard response.statusWord == .success else { return try selectNext() }
        let selected: SelectedApplication
        do { selected = try SelectedApplication(answer: response.data) } catch {
            throw .malformed(.selectApplication, error)
        }
        phase = .options(selected)
        return .transmit(selected.getProcessingOptions(terminal))
    }

    /// `6985` is the card's way to send the terminal to its next application. EMV Contactless Book C-3 §2.4.2.
    private mutating func options(
        _ response: ResponseAPDU, _ application: SelectedApplication
    ) throws(TerminalError) -> Step {
        if response.statusWord == .conditionsOfUseNotSatisfied, !candidates.isEmpty { return try selectNext() }
        try add(response, .processingOptions, CardAnswer.processingOptions)
        let records: [RecordToRead]
        do {
            _ = try card.interchangeProfile()
            records = try card.recordsToRead()
        } catch {
            throw .malformed(.processingOptions, error)
        }
        guard records.count <= Self.recordsMax else { throw .malformed(.processingOptions, .tooMany) }
        return try read(records, application)
    }

    private mutating func record(
        _ response: ResponseAPDU, _ application: SelectedApplication, _ waiting: [RecordToRead]
    ) throws(TerminalError) -> Step {
        guard response.statusWord == .success else { throw .refused(.readRecord, response.statusWord) }
        // Files above 10 are the application's own: their records need not be templates (EMV Book 3 §5.3.2.2).
        if waiting[0].file <= 10 {
            do { try card.addRecord(response.data) } catch { throw .malformed(.readRecord, error) }
        }
        return try read(Array(waiting.dropFirst()), application)
    }

    private mutating func read(
        _ records: [RecordToRead], _ application: SelectedApplication
    ) throws(TerminalError) -> Step {
        if let record = records.first {
            phase = .records(application, records)
            return .transmit(record.command)
        }
        // The quick style brought the cryptogram with the processing options.
        guard card[.applicationCryptogram] == nil else { return try finish(application) }
        return try generate(application)
    }

    /// GENERATE AC for an ARQC, with what CDOL1 asks for. EMV Book 3 §6.5.5.
    private mutating func generate(_ application: SelectedApplication) throws(TerminalError) -> Step {
        let list: DataObjectList
        do {
            guard let bytes = card[.cardRiskManagementList1] else {
                throw CardAnswerError.missing(.cardRiskManagementList1)
            }
            list = try DataObjectList(bytes: bytes)
        } catch let error as DataObjectListError {
            throw .malformed(.readRecord, .list(error))
        } catch {
            throw .malformed(.readRecord, .missing(.cardRiskManagementList1))
        }
        phase = .cryptogram(application)
        let values = list.values(from: card.objects.merging(terminal) { _, terminal in terminal })
        return .transmit(
            CommandAPDU(0x80, 0xAE, CryptogramType.online.rawValue, 0x00, data: values, expectedLength: 256))
    }

    private mutating func finish(_ application: SelectedApplication) throws(TerminalError) -> Step {
        phase = .over
        let data: AuthorizationData
        do {
            data = try AuthorizationData(
                .contactless, application: application.application, label: application.label, card: card,
                terminal: terminal, transaction: transaction)
        } catch {
            throw .malformed(.generateCryptogram, error)
        }
        guard data.type != .decline else { throw .declined }
        return .finished(data)
    }

    private mutating func add(
        _ response: ResponseAPDU, _ stage: TerminalError.Stage, _ format1: [(tag: BERTag, length: Int?)]
    ) throws(TerminalError) {
        guard response.statusWord == .success else { throw .refused(stage, response.statusWord) }
        do {
            try card.add(try CardAnswer.objects(in: response.data, format1: format1))
        } catch {
            throw .malformed(stage, error)
        }
    }
}
