import CardCryptography
import ElectronicPurse
import ISO7816
import Synchronization
import Terminal

/// A gate with its security module, journal and barrier, whose power can fail at any write.
struct GateWorld: ~Copyable {
    static let now: Int64 = 1_795_780_800
    static let terminal: PurseTerminalNumber = {
        do { return try PurseTerminalNumber(hex: "A10000000001") } catch { preconditionFailure("six bytes") }
    }()

    var gate: GateTerminal
    let module: ModuleChannel
    let barrier = CountingBarrier()
    private(set) var journal: MemoryJournal
    private let profile: GateProfile
    /// Seconds since 1970; every presentation takes two of them.
    var time = GateWorld.now

    init(_ profile: GateProfile = GateProfile(), failing failure: MemoryJournal.Failure? = nil) async throws {
        self.profile = profile
        module = ModuleChannel(PurchaseSAM(terminal: Self.terminal, key: PersonalizedPurse.issuerKeys.purchase))
        journal = MemoryJournal([], failing: failure)
        gate = try await GateTerminal(profile, securityModule: module, journal: journal, barrier: barrier)
    }

    /// The terminal was without power: what was written is all there is.
    mutating func restart(failing failure: MemoryJournal.Failure? = nil) async throws {
        try module.restart()
        journal = MemoryJournal(journal.written, failing: failure)
        gate = try await GateTerminal(profile, securityModule: module, journal: journal, barrier: barrier)
    }

    mutating func tap(
        _ card: PurseCard, _ fare: GateFare = GateFare(200), _ removal: PurseCard.Removal? = nil
    ) async throws -> GateVerdict {
        card.present(removal)
        time += 2
        return try await gate.present(card, fare: fare, at: time)
    }
}

final class MemoryJournal: GateJournal, Sendable {
    /// The one write that the power fails at.
    struct Failure: Hashable, Sendable, CustomStringConvertible {
        /// Counted from 0.
        var write: Int
        /// The entry is there all the same.
        var isWritten: Bool

        var description: String { "power fails at write \(write), \(isWritten ? "after" : "before") it" }
    }

    private struct State {
        var entries: [[UInt8]]
        var failure: Failure?
        var writes = 0
        var isDead = false
    }

    private let state: Mutex<State>

    init(_ entries: [[UInt8]], failing failure: Failure? = nil) {
        state = Mutex(State(entries: entries, failure: failure))
    }

    var written: [[UInt8]] { state.withLock(\.entries) }
    var writes: Int { state.withLock(\.writes) }
    var hasFailed: Bool { state.withLock(\.isDead) }

    func entries() throws(GateJournalFailure) -> [[UInt8]] { written }

    func append(_ entry: [UInt8]) throws(GateJournalFailure) { try write { $0.append(entry) } }

    func replace(with entries: [[UInt8]]) throws(GateJournalFailure) { try write { $0 = entries } }

    private func write(_ change: (inout [[UInt8]]) -> Void) throws(GateJournalFailure) {
        let isDead = state.withLock { state in
            guard !state.isDead else { return true }
            state.isDead = state.failure?.write == state.writes
            state.writes += 1
            if !state.isDead || state.failure?.isWritten == true { change(&state.entries) }
            return state.isDead
        }
        guard !isDead else { throw GateJournalFailure(reason: "the power is gone") }
    }
}

final class ModuleChannel: CardChannel, Sendable {
    private let state: Mutex<(module: PurchaseSAM, isSilent: Bool)>

    init(_ module: PurchaseSAM) { state = Mutex((module, false)) }

    var module: PurchaseSAM { state.withLock(\.module) }

    func silence(_ isSilent: Bool) { state.withLock { $0.isSilent = isSilent } }

    func restart() throws {
        try state.withLock { state in
            state.module = try PurchaseSAM(persistentState: state.module.persistentState)
        }
    }

    /// Another module, with the number of the same terminal.
    func replace(_ module: PurchaseSAM) { state.withLock { $0.module = module } }

    func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        let answer = state.withLock { $0.isSilent ? nil : $0.module.process(command) }
        guard let answer else { throw CardUnreachable(mayHaveBeenExecuted: false, reason: "no module") }
        return answer
    }

    func reset() throws(CardUnreachable) { state.withLock { $0.module.reset() } }
}

final class CountingBarrier: GateBarrier, Sendable {
    private let opened = Mutex(0)

    var openings: Int { opened.withLock { $0 } }

    func open() { opened.withLock { $0 += 1 } }
}

final class Office: GateReports, Sendable {
    private let state = Mutex<(taken: [GateReport], isClosed: Bool)>(([], false))
    private let known = Mutex<GreyOutcome?>(nil)

    /// What it has found out about every grey record.
    func know(_ outcome: GreyOutcome) { known.withLock { $0 = outcome } }

    func outcome(of record: GreyRecord) -> GreyOutcome? { known.withLock { $0 } }

    var taken: [GateReport] { state.withLock(\.taken) }

    func close(_ isClosed: Bool) { state.withLock { $0.isClosed = isClosed } }

    func take(_ report: GateReport) throws(GateReportFailure) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.taken.append(report) }
            return state.isClosed
        }
        if isClosed { throw GateReportFailure(reason: "closed") }
    }
}
