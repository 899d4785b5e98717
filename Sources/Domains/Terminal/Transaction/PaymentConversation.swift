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
    private var signedRecords: [CardAuthentication.Record] = []
    /// The values that were sent for PDOL and CDOL1.
    private var exchanged: [UInt8] = []
    private var asksForSignature = false

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
        case .cryptogram(let application): return try cryptogram(response, application)
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
        signedRecords = []
        return .transmit(.selectPaymentApplication(candidates.removeFirst().application))
    }

    private mutating func application(_ response: ResponseAPDU) throws(TerminalError) -> Step {
        guard response.statusWord == .success else { return try selectNext() }
        let selected: SelectedApplication
        do { selected = try SelectedApplication(answer: response.data) } catch {
            throw .malformed(.selectApplication, error)
        }
        phase = .options(selected)
        exchanged = selected.processingOptionsList.values(from: terminal)
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
        if waiting[0].isSigned {
            signedRecords.append(.init(file: waiting[0].file, number: waiting[0].number, bytes: response.data))
        }
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
        guard card[.applicationCryptogram] == nil else {
            return try finish(
                application, try authentication(of: application).verify(try profileOfCard(), terminal: terminal))
        }
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
        exchanged += values
        let hasKey = try authentication(of: application).hasAuthorityKey
        asksForSignature = try profileOfCard().contains(.combinedDataAuthentication) && hasKey
        let p1 = CryptogramType.online.rawValue | (asksForSignature ? Self.withSignature : 0x00)
        return .transmit(CommandAPDU(0x80, 0xAE, p1, 0x00, data: values, expectedLength: 256))
    }

    /// P1 of GENERATE AC: the cryptogram is signed (CDA).
    private static let withSignature: UInt8 = 0x10

    /// With CDA the cryptogram stands in the signature only; a card that declines does not sign (EMV Book 2 §6.6).
    private mutating func cryptogram(
        _ response: ResponseAPDU, _ application: SelectedApplication
    ) throws(TerminalError) -> Step {
        let answer = try add(response, .generateCryptogram, CardAnswer.generatedCryptogram)
        guard asksForSignature, answer[.cryptogramInformationData] != [CryptogramType.decline.rawValue] else {
            return try finish(
                application, try authentication(of: application).verify(try profileOfCard(), terminal: terminal))
        }
        guard answer[.signedDynamicApplicationData] != nil else { throw .notGenuine("the cryptogram is not signed") }
        let cryptogram = try authentication(of: application).signedCryptogram(
            in: answer, exchanged: exchanged, unpredictableNumber: terminal[.unpredictableNumber] ?? [])
        do {
            try card.add([BERTLV(.applicationCryptogram, cryptogram)])
        } catch {
            throw .malformed(.generateCryptogram, error)
        }
        return try finish(application, .successful)
    }

    private func profileOfCard() throws(TerminalError) -> ApplicationInterchangeProfile {
        do { return try card.interchangeProfile() } catch { throw .malformed(.processingOptions, error) }
    }

    private func authentication(of application: SelectedApplication) throws(TerminalError) -> CardAuthentication {
        guard let date = terminal[.transactionDate], let month = CardExpiry(packed: date) else {
            throw .transaction("the date is none")
        }
        return CardAuthentication(
            application: application.application, card: card, records: signedRecords,
            chain: OfflineAuthenticationChain(authorities: profile.authorities, month: month))
    }

    private mutating func finish(
        _ application: SelectedApplication, _ authentication: AuthorizationData.OfflineAuthentication
    ) throws(TerminalError) -> Step {
        phase = .over
        let data: AuthorizationData
        do {
            data = try AuthorizationData(
                .contactless, application: application.application, label: application.label, card: card,
                terminal: terminal, transaction: transaction, authentication: authentication)
        } catch {
            throw .malformed(.generateCryptogram, error)
        }
        guard data.type != .decline else { throw .declined }
        return .finished(data)
    }

    @discardableResult
    private mutating func add(
        _ response: ResponseAPDU, _ stage: TerminalError.Stage, _ format1: [(tag: BERTag, length: Int?)]
    ) throws(TerminalError) -> [BERTLV] {
        guard response.statusWord == .success else { throw .refused(stage, response.statusWord) }
        do throws(CardAnswerError) {
            let objects = try CardAnswer.objects(in: response.data, format1: format1)
            try card.add(objects)
            return objects
        } catch {
            throw .malformed(stage, error)
        }
    }
}
