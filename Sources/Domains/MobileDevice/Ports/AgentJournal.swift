public import SERAM

/// The durable memory of a local agent: at most one order, and the highest order number it has ever begun.
///
/// `append` returns when the records would survive a power failure. Of several records a prefix may survive.
/// An implementation may forget everything that an acknowledgement makes unnecessary.
public protocol AgentJournal: Sendable {
    /// The records that were made durable, oldest first.
    func records() async throws(AgentJournalFailure) -> [AgentJournalRecord]

    /// Makes records durable, in order.
    func append(_ records: [AgentJournalRecord]) async throws(AgentJournalFailure)
}

/// One durable step of a local agent.
public enum AgentJournalRecord: Hashable, Sendable, Codable {
    /// What is left of settled orders.
    case baseline(lastOrderNumber: Int)
    /// The intent: this order is begun. Nothing of it has been sent.
    case received(RemoteManagementOrder)
    /// The APDU is about to be sent.
    case sent(list: Int, apdu: Int)
    /// The card answered the APDU.
    case answered(list: Int, apdu: Int, response: HexAPDU)
    /// Nothing more will be executed for the order: this report goes to the server until it is acknowledged.
    case concluded(RemoteManagementReport)
    /// The server has the report.
    case acknowledged
}

/// The journal could not be read or written; the agent must not go on.
public struct AgentJournalFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { "the agent's journal failed: \(reason)" }
}
