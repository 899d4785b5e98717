public import Instructions

/// A payment instruction that the platform has signed, and what became of it.
public struct IssuedInstruction: Hashable, Sendable, Codable {
    public var id: InstructionID
    public var merchant: MerchantID
    public var statement: PaymentInstruction
    /// The statement in compact form.
    public var signed: String
    /// A keyed digest of what was asked.
    public var requestDigest: [UInt8]
    /// The merchant's own name of the place, for a tag.
    public var terminal: String?
    /// Who asked for an object, and for how many.
    public var order: ObjectOrder?
    public var state: State
    /// The payment server's word.
    public var result: Result?

    /// As far as the platform knows.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case open, paid, declined, expired
        /// Nothing was heard of it for long; what was reserved for it is free again.
        case lapsed
    }

    /// What an order of an object reserves.
    public struct ObjectOrder: Hashable, Sendable, Codable {
        public var user: PlatformUserID
        public var object: TargetObjectID
        public var quantity: Int64
        /// Whether the stock was lowered for it, and is lowered still.
        public var isReserved: Bool
        /// Paid when there was nothing left any more: the merchant owes the object.
        public var isShort: Bool

        public init(
            user: PlatformUserID, object: TargetObjectID, quantity: Int64, isReserved: Bool, isShort: Bool = false
        ) {
            self.user = user
            self.object = object
            self.quantity = quantity
            self.isReserved = isReserved
            self.isShort = isShort
        }
    }

    /// The result as the payment server signed it.
    public struct Result: Hashable, Sendable, Codable {
        /// The payment server's order.
        public var order: String
        public var amount: Int64?
        public var at: Int64

        public init(order: String, amount: Int64?, at: Int64) {
            self.order = order
            self.amount = amount
            self.at = at
        }
    }

    public init(
        id: InstructionID, merchant: MerchantID, statement: PaymentInstruction, signed: String,
        requestDigest: [UInt8], terminal: String? = nil, order: ObjectOrder? = nil, state: State = .open,
        result: Result? = nil
    ) {
        self.id = id
        self.merchant = merchant
        self.statement = statement
        self.signed = signed
        self.requestDigest = requestDigest
        self.terminal = terminal
        self.order = order
        self.state = state
        self.result = result
    }
}
