import CardLink
import ISO7816
import MobileDevice
import SERAM
import SecureElement
import Synchronization

/// One interruption: who, at which APDU, in which phase of it.
struct Cut: Hashable, Sendable, CustomStringConvertible {
    enum Victim: String, CaseIterable, Sendable { case server, agent, card }
    enum Phase: String, CaseIterable, Sendable { case beforeSend, sentNotAnswered, answeredNotCommitted }

    var victim: Victim
    var phase: Phase
    /// Counted over the life of the handset, from 0.
    var apdu: Int

    var description: String { "\(victim.rawValue) \(phase.rawValue) at APDU \(apdu)" }
}

/// Strikes once, when its APDU comes.
final class Guillotine: Sendable {
    private struct State {
        var cut: Cut?
        var apdus = 0
        /// The agent's process is gone: whatever it still tries fails.
        var agentIsDead = false
    }

    private let state: Mutex<State>
    private let killServer: @Sendable () async -> Void

    init(_ cut: Cut?, killServer: @escaping @Sendable () async -> Void) {
        state = Mutex(State(cut: cut))
        self.killServer = killServer
    }

    var apdus: Int { state.withLock(\.apdus) }
    var hasStruck: Bool { state.withLock { $0.cut == nil } }
    var agentIsDead: Bool { state.withLock(\.agentIsDead) }

    func reviveAgent() { state.withLock { $0.agentIsDead = false } }

    /// The cut that strikes the APDU which is about to be sent.
    func nextAPDU() -> Cut? {
        state.withLock { state in
            defer { state.apdus += 1 }
            guard let cut = state.cut, cut.apdu == state.apdus else { return nil }
            if cut.phase != .answeredNotCommitted || cut.victim == .card { state.cut = nil }
            return cut
        }
    }

    /// The cut that strikes now that the last APDU's answer is in the agent's journal.
    func afterAnswer() -> Cut? {
        state.withLock { state in
            guard let cut = state.cut, cut.phase == .answeredNotCommitted, cut.victim != .card,
                cut.apdu == state.apdus - 1
            else { return nil }
            state.cut = nil
            return cut
        }
    }

    func strikeServer() async { await killServer() }
    func strikeAgent() { state.withLock { $0.agentIsDead = true } }
}

/// The card as the agent reaches it, with the guillotine above.
struct CutChannel: CardChannel {
    let card: InProcessCard<SecureElement>
    let guillotine: Guillotine

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        guard !guillotine.agentIsDead else { throw Self.gone }
        guard let cut = guillotine.nextAPDU() else { return try await card.transmit(command) }
        switch (cut.victim, cut.phase) {
        case (.server, .beforeSend):
            await guillotine.strikeServer()
            return try await card.transmit(command)
        case (.server, _):
            let response = try await card.transmit(command)
            if cut.phase == .sentNotAnswered { await guillotine.strikeServer() }
            return response
        case (.agent, .beforeSend):
            guillotine.strikeAgent()
            throw Self.gone
        case (.agent, .sentNotAnswered):
            _ = try await card.transmit(command)
            guillotine.strikeAgent()
            throw Self.gone
        case (.agent, .answeredNotCommitted):
            return try await card.transmit(command)
        case (.card, .beforeSend):
            await card.cutPower(PowerCut(.beforeExecution))
            return try await card.transmit(command)
        case (.card, .sentNotAnswered):
            await card.cutPower(PowerCut(.afterCommit))
            return try await card.transmit(command)
        case (.card, .answeredNotCommitted):
            let response = try await card.transmit(command)
            try await card.reset()
            return response
        }
    }

    func reset() async throws(CardUnreachable) {
        guard !guillotine.agentIsDead else { throw Self.gone }
        try await card.reset()
    }

    private static let gone = CardUnreachable(mayHaveBeenExecuted: true, reason: "the agent was killed")
}

/// The agent's durable journal, with the guillotine above.
struct CutJournal: AgentJournal {
    let journal: any AgentJournal
    let guillotine: Guillotine

    func records() async throws(AgentJournalFailure) -> [AgentJournalRecord] {
        guard !guillotine.agentIsDead else { throw AgentJournalFailure(reason: "the agent was killed") }
        return try await journal.records()
    }

    func append(_ records: [AgentJournalRecord]) async throws(AgentJournalFailure) {
        guard !guillotine.agentIsDead else { throw AgentJournalFailure(reason: "the agent was killed") }
        try await journal.append(records)
        guard records.contains(where: \.isAnswer), let cut = guillotine.afterAnswer() else { return }
        switch cut.victim {
        case .server:
            await guillotine.strikeServer()
        case .agent, .card:
            guillotine.strikeAgent()
            throw AgentJournalFailure(reason: "the agent was killed")
        }
    }
}

extension AgentJournalRecord {
    fileprivate var isAnswer: Bool { if case .answered = self { true } else { false } }
}
