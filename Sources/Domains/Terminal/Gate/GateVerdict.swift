public import ElectronicPurse
public import ISO7816

/// What comes of a card at the gate.
public enum GateVerdict: Hashable, Sendable {
    /// Paid once, and the gate has opened.
    case opened(GatePassage)
    /// The card was taken away: it is to be presented again. The gate stays shut; with `nil` nothing was at stake.
    case presentAgain(PendingPurchase?)
    /// Nothing was paid.
    case refused(GateRefusal)
    /// Whether it was paid has to be settled elsewhere.
    case unresolved(GreyRecord)
}

/// Why a card does not pass, with nothing paid.
public enum GateRefusal: Hashable, Sendable, CustomStringConvertible {
    /// None of the applications that the gate takes.
    case notAPurse
    /// Its data are not a purse's.
    case malformed
    case expired
    case insufficientBalance
    /// The card said no.
    case card(StatusWord)
    /// The security module said no: the card's keys are none of its.
    case securityModule(StatusWord)
    /// The gate holds as many unsettled purchases as it can.
    case gateFull

    public var description: String {
        switch self {
        case .notAPurse: "the card has no purse that this gate takes"
        case .malformed: "the card's purse does not answer as one"
        case .expired: "the card is not valid today"
        case .insufficientBalance: "the balance does not suffice"
        case .card(let status): "the card answered \(status)"
        case .securityModule(let status): "the security module answered \(status)"
        case .gateFull: "the gate has to report to its back office first"
        }
    }
}

/// Why a gate stands still. What was pending is so still.
public enum GateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It has to be opened again, with what its journal says then.
    case journal(GateJournalFailure)
    case securityModule(String)

    public var description: String {
        switch self {
        case .journal(let failure): "\(failure)"
        case .securityModule(let reason): "security module: \(reason)"
        }
    }
}

/// What came of a report to the back office.
public struct GateReporting: Hashable, Sendable {
    /// Reports that it has taken.
    public var taken = 0
    /// Grey records that it has settled: their cards may pass again.
    public var settled = 0
    /// Why it did not take the rest.
    public var failure: GateReportFailure?

    public init(taken: Int = 0, settled: Int = 0, failure: GateReportFailure? = nil) {
        self.taken = taken
        self.settled = settled
        self.failure = failure
    }
}
