/// The way to the payment server for what became of an instruction.
public protocol InstructionInquiry: Sendable {
    /// - Throws: ``MerchantsError/unfinished(reason:)`` when there is no answer.
    func standing(of instruction: InstructionID) async throws(MerchantsError) -> InstructionStanding
}

/// What the payment server says of an instruction that it is asked after.
public enum InstructionStanding: Hashable, Sendable {
    /// No order was made of it; of one that has expired none is made any more.
    case unknown
    /// Its payer may pay it yet.
    case open
    /// A `PaymentResult` in compact form, as the payment server would have sent it.
    case settled(result: String)
}
