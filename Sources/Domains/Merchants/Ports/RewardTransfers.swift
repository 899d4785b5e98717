public import ISO4217

/// The way to the payment server for rewards.
public protocol RewardTransfers: Sendable {
    /// Moves a reward once, however often it is asked for under its name.
    ///
    /// - Throws: ``MerchantsError/unfinished(reason:)`` when it is not known what became of it.
    func transfer(_ transfer: RewardTransfer) async throws(MerchantsError) -> RewardTransferAnswer
}

/// A reward on its way from a merchant's reward account to a user's account.
public struct RewardTransfer: Hashable, Sendable, Codable {
    /// 32 hexadecimal digits: follows from the reward, and is the same for every attempt.
    public var id: String
    public var payer: String
    public var payee: String
    public var amount: Money
    /// The reward's name.
    public var reward: RewardID
    /// ``RewardInstruction``, signed by the platform: what the payment server goes by.
    public var instruction: String

    public init(
        id: String, payer: String, payee: String, amount: Money, reward: RewardID, instruction: String
    ) {
        self.id = id
        self.payer = payer
        self.payee = payee
        self.amount = amount
        self.reward = reward
        self.instruction = instruction
    }
}

/// What the payment server says of a reward.
public enum RewardTransferAnswer: Hashable, Sendable {
    case moved
    /// Nothing has moved under this name; asked for again it may.
    case refused(reason: String)
}
