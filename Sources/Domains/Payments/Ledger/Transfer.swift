public import ISO4217

/// One movement from an account to another. It is never changed; a correction is another transfer.
public struct Transfer: Hashable, Sendable, Codable {
    public let id: TransferID
    public let debit: AccountID
    public let credit: AccountID
    /// In minor units, above zero.
    public let amount: Int64
    public let currency: Currency
    public let code: Code
    public let phase: Phase
    /// It and the next one of its batch are recorded together or not at all.
    public let isLinked: Bool
    /// What it is for, such as an order's name: at most ``referenceBytesMax`` bytes.
    public let reference: String

    public static let referenceBytesMax = 64
    /// A month.
    public static let timeoutSecondsMax: Int64 = 31 * 86_400

    /// Why money moves.
    public enum Code: Int, Hashable, Sendable, Codable, CaseIterable {
        /// Into the system from a bank.
        case funding = 1
        /// Out of the system to a bank.
        case withdrawal = 2
        /// An order made from a tag.
        case tagPayment = 3
        /// An order made from a published object.
        case objectPayment = 4
        /// A seller's share of a bill.
        case billShare = 5
        /// A card, answered by its issuer.
        case cardPayment = 6
        /// To somebody who shared a coupon.
        case reward = 7
        /// Back to a payer.
        case refund = 8
        /// Taken at a gate from an offline purse.
        case gatePassage = 9
        /// Against an earlier transfer that was wrong.
        case correction = 10
        /// Onto an offline purse, from a payer.
        case purseLoad = 11
    }

    /// Whether it moves money, reserves it, or settles what was reserved.
    public enum Phase: Hashable, Sendable, Codable {
        /// At once.
        case posted
        /// Reserved until it is posted or voided, or until the time is over; without a time, for good.
        case pending(timeoutSeconds: Int64?)
        /// Moves what a pending transfer reserved, or a part; the rest is free again.
        case post(TransferID)
        /// Frees what a pending transfer reserved.
        case void(TransferID)
    }

    public init(
        id: TransferID, debit: AccountID, credit: AccountID, amount: Int64, currency: Currency, code: Code,
        phase: Phase = .posted, isLinked: Bool = false, reference: String = ""
    ) {
        self.id = id
        self.debit = debit
        self.credit = credit
        self.amount = amount
        self.currency = currency
        self.code = code
        self.phase = phase
        self.isLinked = isLinked
        self.reference = reference
    }

    public var money: Money { Money(minorUnits: amount, currency: currency) }
}

/// A transfer as the ledger has it: with its place among all, and when it came.
public struct RecordedTransfer: Hashable, Sendable, Codable {
    /// Counts all transfers of the ledger, from 1.
    public let number: Int64
    /// Seconds since 1970.
    public let at: Int64
    public let transfer: Transfer

    public init(number: Int64, at: Int64, transfer: Transfer) {
        self.number = number
        self.at = at
        self.transfer = transfer
    }
}

/// What became of what a pending transfer reserves.
public struct PendingTransfer: Hashable, Sendable, Codable {
    public let id: TransferID
    public let expiresAt: Int64?
    public var state: State

    public enum State: String, Hashable, Sendable, Codable {
        case pending
        case posted
        case voided
        case expired
    }

    public init(id: TransferID, expiresAt: Int64?, state: State = .pending) {
        self.id = id
        self.expiresAt = expiresAt
        self.state = state
    }

    /// What it is at a time, whether or not anybody has swept since.
    public func state(at now: Int64) -> State {
        guard state == .pending, let expiresAt, expiresAt <= now else { return state }
        return .expired
    }
}
