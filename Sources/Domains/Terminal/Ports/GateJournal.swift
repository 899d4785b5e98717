/// What a gate must not forget: entries that it appends before it acts on them, in their order.
public protocol GateJournal: Sendable {
    /// Everything that was appended, or put in its place.
    func entries() async throws(GateJournalFailure) -> [[UInt8]]

    /// Returns when the entry would survive a power failure.
    func append(_ entry: [UInt8]) async throws(GateJournalFailure)

    /// All entries give way to these, or none does.
    func replace(with entries: [[UInt8]]) async throws(GateJournalFailure)
}

/// The journal could not be read or written: what stands in it is known when it is opened again.
public struct GateJournalFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { "gate journal: \(reason)" }
}
