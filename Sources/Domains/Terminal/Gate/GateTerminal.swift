public import ElectronicPurse
public import ISO7816

/// A fare gate: it debits purses, and finds out what became of a debit whose answer it did not read.
///
///     var gate = try await GateTerminal(profile, securityModule: sam, journal: journal, barrier: barrier)
///     let verdict = try await gate.present(card, fare: GateFare(200), at: now)
///
/// Nothing is ordered before the journal has it. A gate that is opened on the same journal goes on where the one before it
/// stopped, at any point. One owner presents one card after the other.
public struct GateTerminal: ~Copyable, Sendable {
    public let profile: GateProfile
    /// Of the security module.
    public let terminal: PurseTerminalNumber
    public private(set) var state = GateState()
    let securityModule: any CardChannel
    private let journal: any GateJournal
    private let barrier: any GateBarrier
    private var failure: GateJournalFailure?
    private var entries = 0

    /// Entries after which the journal is made shorter.
    static let entriesMax = 512

    /// Opens a gate with what its journal holds.
    ///
    /// - Parameter securityModule: the PSAM of this terminal.
    public init(
        _ profile: GateProfile, securityModule: any CardChannel, journal: any GateJournal, barrier: any GateBarrier
    ) async throws(GateError) {
        self.profile = profile
        self.securityModule = securityModule
        self.journal = journal
        self.barrier = barrier
        do {
            for bytes in try await journal.entries() {
                state.apply(try GateEntry(bytes))
                entries += 1
            }
        } catch { throw .journal(error) }
        let answer = try await Self.ask(securityModule, PurchaseSAM.readTerminalNumber)
        guard answer.statusWord == .success, let number = try? PurseTerminalNumber(answer.data) else {
            throw .securityModule("it does not say its terminal's number: \(answer.statusWord)")
        }
        terminal = number
    }

    /// A card is in the field.
    ///
    /// - Parameters:
    ///   - fare: what the passage costs, unless the card has to finish an earlier one.
    ///   - now: seconds since 1970.
    public mutating func present(
        _ card: any CardChannel, fare: GateFare, at now: Int64
    ) async throws(GateError) -> GateVerdict {
        try await expire(at: now)
        let presented: PresentedPurse
        do {
            presented = try await PresentedPurse(card, profile, on: PurseMoment(now))
        } catch {
            switch error {
            case .gone: return .presentAgain(nil)
            case .refused(let refusal): return .refused(refusal)
            }
        }
        if let passage = state.waiting[presented.serial] { return try await open(for: passage) }
        if let grey = state.grey[presented.serial] { return .unresolved(grey) }
        if let pending = state.pending[presented.serial] {
            return try await recover(pending, from: presented, at: now)
        }
        guard presented.isValid else { return .refused(.expired) }
        guard state.hasRoom else { return .refused(.gateFull) }
        return try await purchase(fare, with: presented, at: now)
    }

    /// Time has passed: purchases whose card did not come again become grey records.
    @discardableResult
    public mutating func expire(at now: Int64) async throws(GateError) -> [GreyRecord] {
        if let failure { throw .journal(failure) }
        var records: [GreyRecord] = []
        for pending in state.pending.values.sorted(by: { $0.since < $1.since }) where isOver(pending.since, now) {
            let record = GreyRecord(pending, .windowOver, at: now)
            try await write(.grey(record))
            records.append(record)
        }
        for passage in state.waiting.values where isOver(passage.at, now) {
            try await write(.passed(passage.card))
        }
        return records
    }

    private func isOver(_ since: Int64, _ now: Int64) -> Bool { now > since + profile.windowSeconds }

    /// Brings to the back office what it has not taken yet, and asks what became of the cards that are grey.
    ///
    /// An office that cannot be reached, or takes no more, is asked again the next time.
    @discardableResult
    public mutating func report(to office: any GateReports) async throws(GateError) -> GateReporting {
        if let failure { throw .journal(failure) }
        var done = GateReporting()
        for report in state.unreported {
            do { try await office.take(report) } catch {
                done.failure = error
                return done
            }
            try await write(.reported(report.terminalSerial))
            done.taken += 1
        }
        for (card, record) in state.grey.sorted(by: { $0.value.at < $1.value.at }) {
            let outcome: GreyOutcome?
            do { outcome = try await office.outcome(of: record) } catch {
                done.failure = error
                return done
            }
            guard let outcome, outcome != .unknown else { continue }
            try await write(.settled(card, outcome))
            done.settled += 1
        }
        return done
    }

    /// The back office has settled a grey record: the card may pass again.
    ///
    /// - Returns: whether there was such a record.
    public mutating func settle(_ card: PurseSerial, as outcome: GreyOutcome) async throws(GateError) -> Bool {
        if let failure { throw .journal(failure) }
        guard state.grey[card] != nil else { return false }
        try await write(.settled(card, outcome))
        return true
    }
}

// MARK: - Steps

extension GateTerminal {
    /// Before anything follows from it.
    mutating func write(_ entry: GateEntry) async throws(GateError) {
        do {
            if entries >= Self.entriesMax {
                try await journal.replace(with: [GateEntry.state(state).bytes, entry.bytes])
                entries = 2
            } else {
                try await journal.append(entry.bytes)
                entries += 1
            }
        } catch {
            failure = error
            throw .journal(error)
        }
        state.apply(entry)
    }

    /// The passage stands in the journal as paid.
    mutating func open(for passage: GatePassage) async throws(GateError) -> GateVerdict {
        await barrier.open()
        try await write(.passed(passage.card))
        return .opened(passage)
    }

    static func ask(_ module: any CardChannel, _ command: CommandAPDU) async throws(GateError) -> ResponseAPDU {
        do { return try await module.transmit(command) } catch { throw .securityModule(error.reason) }
    }
}
