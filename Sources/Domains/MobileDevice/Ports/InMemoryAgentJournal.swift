/// A journal for a handset that is thrown away with its process: nothing survives it.
public actor InMemoryAgentJournal: AgentJournal {
    private var kept: [AgentJournalRecord] = []

    public init() {}

    public func records() -> [AgentJournalRecord] { kept }

    public func append(_ records: [AgentJournalRecord]) throws(AgentJournalFailure) {
        kept = try AgentJournalState.compacted(kept + records)
    }
}
