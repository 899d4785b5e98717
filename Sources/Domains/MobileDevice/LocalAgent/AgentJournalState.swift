public import SERAM

/// What the records of an agent's journal amount to.
public struct AgentJournalState: Equatable, Sendable {
    /// The highest order number ever begun, 0 when there was none.
    public private(set) var lastOrderNumber = 0
    /// The order that the server has not acknowledged the report of.
    public private(set) var entry: Entry?

    /// One order on its way.
    public struct Entry: Equatable, Sendable {
        public let order: RemoteManagementOrder
        /// Per list begun, per APDU sent: the response, or ``HexAPDU/notAvailable`` while there is none.
        public fileprivate(set) var responses: [[HexAPDU]] = []
        /// The report, once nothing more will be executed.
        public fileprivate(set) var report: RemoteManagementReport?
    }

    public init() {}

    /// Replays records, oldest first.
    ///
    /// - Throws: ``AgentJournalFailure`` naming the first record that cannot follow those before it.
    public init(_ records: [AgentJournalRecord]) throws(AgentJournalFailure) {
        for (index, record) in records.enumerated() {
            guard apply(record) else {
                throw AgentJournalFailure(reason: "record \(index) (\(record.kind)) does not follow from those before")
            }
        }
    }

    /// Takes one record in; `false`, and nothing changed, when it cannot stand here.
    public mutating func apply(_ record: AgentJournalRecord) -> Bool {
        switch record {
        case .baseline(let number):
            guard entry == nil, number >= lastOrderNumber else { return false }
            lastOrderNumber = number
        case .received(let order):
            guard entry == nil, order.orderNumber ?? .max > lastOrderNumber else { return false }
            entry = Entry(order: order)
            lastOrderNumber = order.orderNumber ?? lastOrderNumber
        case .sent(let list, let apdu):
            guard var begun = entry, begun.report == nil, begun.send(list: list, apdu: apdu) else { return false }
            entry = begun
        case .answered(let list, let apdu, let response):
            guard let begun = entry, begun.report == nil, response.isAvailable, list == begun.responses.count - 1,
                apdu == begun.responses[list].count - 1, !begun.responses[list][apdu].isAvailable
            else { return false }
            entry?.responses[list][apdu] = response
        case .concluded(let report):
            guard let begun = entry, begun.report == nil else { return false }
            entry?.report = report
        case .acknowledged:
            guard entry?.report != nil else { return false }
            entry = nil
        }
        return true
    }

    /// The fewest records with the same meaning: everything before the last acknowledgement becomes a baseline.
    public static func compacted(_ records: [AgentJournalRecord]) throws(AgentJournalFailure) -> [AgentJournalRecord] {
        guard let last = records.lastIndex(of: .acknowledged) else { return records }
        let settled = try AgentJournalState(Array(records[...last]))
        return [.baseline(lastOrderNumber: settled.lastOrderNumber)] + records[(last + 1)...]
    }
}

extension AgentJournalState.Entry {
    /// Opens the slot of an APDU; lists may be skipped or empty, APDUs may not.
    fileprivate mutating func send(list: Int, apdu: Int) -> Bool {
        let lists = order.secureElementCommands
        guard lists.indices.contains(list), lists[list].listOfCAPDU.indices.contains(apdu),
            list >= responses.count - 1, apdu == (list < responses.count ? responses[list].count : 0)
        else { return false }
        while responses.count <= list { responses.append([]) }
        responses[list].append(.notAvailable)
        return true
    }
}

extension AgentJournalRecord {
    /// The record's name, without its content.
    var kind: String {
        switch self {
        case .baseline: "baseline"
        case .received: "received"
        case .sent: "sent"
        case .answered: "answered"
        case .concluded: "concluded"
        case .acknowledged: "acknowledged"
        }
    }
}
