public import ElectronicPurse
import ISO4217

/// A purchase that a gate has reported, and what became of the money.
///
///     paid                         its TAC is the card's: the person passed, and the terminal's owner has the money
///     held ─▶ paid                 it passed on a log's word, and what is learned of the card agrees
///     held ─▶ debited              grey, and the card was debited: the money is owed back to the person
///     held ─▶ notDebited           nothing moves
public struct GatePurchase: RevisedRecord, Hashable, Codable {
    /// As the gate told it.
    public let report: GateReport
    public let terminal: PartyName
    /// The terminal's owner.
    public let payee: AccountID
    public let reportedAt: Int64
    /// The purse's account, once the purse is known here.
    public internal(set) var purse: AccountID?
    public internal(set) var state: State
    /// Why nobody knows; kept with what it was settled as.
    public internal(set) var doubt: Doubt?
    /// The money is reserved on the purse's account.
    public internal(set) var isReserved: Bool
    /// Money was taken and nobody let through, and there is no account to pay it back to.
    public internal(set) var isOwed: Bool
    public internal(set) var settledAt: Int64?
    public var revision: Int

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case held, paid, debited, notDebited
    }

    public enum Doubt: String, Hashable, Sendable, Codable, CaseIterable {
        /// The card is no purse of this issuer's.
        case unknownPurse
        /// The terminal's owner is paid in another currency.
        case foreignCurrency
        /// The TAC is not the card's for this purchase.
        case notProved
        /// The gate could not find out, and what is known here does not tell.
        case grey
    }

    init(_ report: GateReport, by terminal: PartyName, payee: AccountID, at now: Int64) {
        self.report = report
        self.terminal = terminal
        self.payee = payee
        reportedAt = now
        state = .held
        isReserved = false
        isOwed = false
        revision = 0
    }

    public var amount: Int64 { Int64(report.purchase.amount) }

    /// The record as one that nobody knows about: what is learned of the card settles it.
    var open: GreyRecord {
        switch report {
        case .grey(let record): return record
        case .paid(let passage):
            let (balance, overflow) = passage.balanceAfter.addingReportingOverflow(passage.purchase.amount)
            let pending = PendingPurchase(
                card: passage.card, purchase: passage.purchase, balanceBefore: overflow ? .max : balance,
                offlineNumber: passage.offlineNumber &- 1, random: .none, mac1: .none, since: passage.at)
            // The gate has seen it in the log, or has only the TAC.
            let log = passage.evidence == .record ? [pending.expectedRecord] : []
            return GreyRecord(pending, .notProved, log: log, tac: passage.tac, at: passage.at)
        }
    }

    /// For what other purchases of the card are settled by: this one, if the card has proved it.
    var proof: CardEvidence.ReportedPurchase? {
        guard case .paid(let passage) = report, state == .paid, let tac = passage.tac else { return nil }
        return .init(passage.purchase, offlineNumber: passage.offlineNumber, tac: tac)
    }

    /// What the gate has read of the card's log.
    var log: [PurseLogRecord] {
        guard case .grey(let record) = report else { return [] }
        return record.log
    }
}

extension PurseRandom {
    /// Nobody needs it any more.
    fileprivate static let none: PurseRandom = {
        do { return try PurseRandom([0, 0, 0, 0]) } catch { preconditionFailure("four bytes") }
    }()
}

extension PurseMAC {
    /// Nobody needs it any more.
    fileprivate static let none: PurseMAC = {
        do { return try PurseMAC([0, 0, 0, 0]) } catch { preconditionFailure("four bytes") }
    }()
}
