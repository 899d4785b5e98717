public import ISO4217
public import Instructions

/// What one payer may pay of one instruction: who, to whom, what for, how much and until when (TAG-04).
public struct Order: RevisedRecord, Hashable, Codable {
    public var id: OrderID
    /// First account.
    public var payer: AccountID
    /// What the platform said: second account, currency, description and all.
    public var instruction: PaymentInstruction
    /// The platform's own words, which the confirmation is about.
    public var signedInstruction: String
    /// In minor units: the instruction's, or the payer's where that leaves it open (TAG-05).
    public var amount: Int64
    public var createdAt: Int64
    public var state: State
    /// When it became what it is.
    public var settledAt: Int64?
    public var revision: Int

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case open
        /// The money has moved.
        case paid
        /// The payer said no.
        case declined
        /// Its time passed while it was open.
        case expired
        /// The platform took it back.
        case cancelled
    }

    public init(
        id: OrderID, payer: AccountID, instruction: PaymentInstruction, signedInstruction: String, amount: Int64,
        createdAt: Int64, state: State = .open, settledAt: Int64? = nil, revision: Int = 0
    ) {
        self.id = id
        self.payer = payer
        self.instruction = instruction
        self.signedInstruction = signedInstruction
        self.amount = amount
        self.createdAt = createdAt
        self.state = state
        self.settledAt = settledAt
        self.revision = revision
    }

    public var money: Money { Money(minorUnits: amount, currency: instruction.currency) }
    /// Second account.
    public var payee: AccountID { AccountID(unchecked: instruction.payee) }
    /// Seconds since 1970; from then on it is not paid.
    public var expiresAt: Int64 { instruction.exp }

    /// What it is at a time, whether or not anybody has written it down since.
    public func state(at now: Int64) -> State { state == .open && expiresAt <= now ? .expired : state }

    /// The one transfer that pays it: who pays again asks for the same.
    public var transferID: TransferID { TransferID(derivedFrom: "order \(id)") }
}
