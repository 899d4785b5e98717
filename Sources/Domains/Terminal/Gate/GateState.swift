public import ElectronicPurse
import Foundation

/// One line of a gate's journal: what it is about to do, or what it has decided.
enum GateEntry: Hashable, Sendable, Codable {
    /// The debit is ordered next. It takes the place of one that is known not to have been executed.
    case debit(PendingPurchase, replacing: UInt32?)
    /// The card was taken away before it had answered.
    case lost(PurseSerial)
    case paid(GatePassage)
    /// The person was let through, or the time for it is over.
    case passed(PurseSerial)
    /// The card was not debited, and will not be for this purchase.
    case notDebited(PurseSerial, terminalSerial: UInt32)
    case grey(GreyRecord)
    /// The back office has taken the report.
    case reported(UInt32)
    /// The back office has settled the grey record of a card.
    case settled(PurseSerial, GreyOutcome)
    /// All entries before it, together.
    case state(GateState)

    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let json = try? encoder.encode(self) else { preconditionFailure("an entry is strings and numbers") }
        return Array(json)
    }

    init(_ bytes: [UInt8]) throws(GateJournalFailure) {
        do { self = try JSONDecoder().decode(GateEntry.self, from: Data(bytes)) } catch {
            throw GateJournalFailure(reason: "an entry is not one: \(error)")
        }
    }
}

/// What a gate knows: the sum of its journal's entries.
public struct GateState: Hashable, Sendable, Codable {
    /// Debits that were ordered and have not been found out about.
    public private(set) var pending: [PurseSerial: PendingPurchase] = [:]
    /// Paid, and not let through yet.
    public private(set) var waiting: [PurseSerial: GatePassage] = [:]
    /// Unsettled: these cards are for the staff.
    public private(set) var grey: [PurseSerial: GreyRecord] = [:]
    /// What the back office has not taken, the oldest first.
    public private(set) var unreported: [GateReport] = []

    static let pendingMax = 64
    static let greyMax = 256
    static let unreportedMax = 4_096

    init() {}

    /// Whether another purchase may begin.
    var hasRoom: Bool {
        pending.count < Self.pendingMax && grey.count + pending.count < Self.greyMax
            && unreported.count + pending.count < Self.unreportedMax
    }

    mutating func apply(_ entry: GateEntry) {
        switch entry {
        case .debit(let purchase, _): pending[purchase.card] = purchase
        case .lost(let card): pending[card]?.losses += 1
        case .paid(let passage):
            pending[passage.card] = nil
            waiting[passage.card] = passage
            unreported.append(.paid(passage))
        case .passed(let card): waiting[card] = nil
        case .notDebited(let card, _): pending[card] = nil
        case .grey(let record):
            pending[record.pending.card] = nil
            grey[record.pending.card] = record
            unreported.append(.grey(record))
        case .reported(let serial): unreported.removeAll { $0.terminalSerial == serial }
        case .settled(let card, _): grey[card] = nil
        case .state(let state): self = state
        }
    }
}
