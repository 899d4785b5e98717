/// What a transfer of a batch has come to.
public enum TransferResult: Hashable, Sendable {
    /// It is in the ledger now.
    case recorded
    /// It was in the ledger before, every field the same: the same outcome, and nothing moved again.
    case exists
    case refused(TransferRefusal)

    public var refusal: TransferRefusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }
}

/// Why a transfer is not recorded.
public enum TransferRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// One of its chain was refused, so none is recorded.
    case linkedTransferFailed
    /// The last of a batch links to nothing.
    case linkedChainOpen
    /// The name was used for a transfer with another value of this field.
    case existsWithDifferent(Field)
    case amountZero
    case amountNegative
    case sameAccount
    case timeoutOutOfRange
    case referenceTooLong
    case unknownAccount(AccountID)
    case accountClosed(AccountID)
    /// The account has another currency than the transfer.
    case foreignCurrency(AccountID)
    /// The debited account does not hold as much, reservations and overdraft counted.
    case exceedsCredits(AccountID)
    /// The credited account is one of what others owe, and they do not owe as much.
    case exceedsDebits(AccountID)
    /// A sum would leave 64 bits.
    case overflow(AccountID)
    case pendingUnknown
    /// The transfer that is to be posted or voided reserved nothing.
    case notPending
    case pendingAlreadyPosted
    case pendingAlreadyVoided
    case pendingExpired
    /// The pending transfer has another value of this field.
    case pendingHasDifferent(Field)
    case exceedsPendingAmount

    public enum Field: String, Hashable, Sendable {
        case debit, credit, amount, currency, code, phase, linked, reference
    }

    public var description: String {
        switch self {
        case .linkedTransferFailed: "a transfer that it is linked with is refused"
        case .linkedChainOpen: "it is linked with a next transfer, and there is none"
        case .existsWithDifferent(let field): "the name was used for a transfer with another \(field.rawValue)"
        case .amountZero: "the amount is zero"
        case .amountNegative: "the amount is below zero"
        case .sameAccount: "both accounts are the same"
        case .timeoutOutOfRange: "a reservation holds for 1 to \(Transfer.timeoutSecondsMax) seconds"
        case .referenceTooLong: "the reference has more than \(Transfer.referenceBytesMax) bytes"
        case .unknownAccount(let account): "there is no account \(account)"
        case .accountClosed(let account): "the account \(account) is closed"
        case .foreignCurrency(let account): "the account \(account) has another currency"
        case .exceedsCredits(let account), .exceedsDebits(let account):
            "the account \(account) does not hold as much"
        case .overflow(let account): "the sums of the account \(account) would become too large"
        case .pendingUnknown: "there is no such reservation"
        case .notPending: "the transfer reserved nothing"
        case .pendingAlreadyPosted: "the reservation has been used"
        case .pendingAlreadyVoided: "the reservation has been given up"
        case .pendingExpired: "the reservation has expired"
        case .pendingHasDifferent(let field): "the reservation has another \(field.rawValue)"
        case .exceedsPendingAmount: "less was reserved"
        }
    }
}
