/// The payment server as a terminal asks it for smart cards: `/pay/v1`.
public protocol SmartCardServer: Sendable {
    /// A challenge for a card and a transaction.
    ///
    /// - Parameter request: a signed `CardChallengeRequest`.
    func challenge(_ request: String) async throws(SmartCardServerError) -> IssuedCardChallenge

    /// Has a transaction verified and done. What is handed in twice is done once.
    ///
    /// - Parameter transaction: a signed `CardTransaction`.
    func process(_ transaction: String) async throws(SmartCardServerError) -> CardTransactionAnswer
}

/// What a card is to be asked.
public struct IssuedCardChallenge: Hashable, Sendable, Codable {
    /// By which the answer names it.
    public var name: String
    /// 16 bytes that were never used before.
    public var nonce: [UInt8]
    /// Seconds since 1970, by the server's clock.
    public var expiresAt: Int64

    public init(name: String, nonce: [UInt8], expiresAt: Int64) {
        self.name = name
        self.nonce = nonce
        self.expiresAt = expiresAt
    }
}

/// What became of a card's transaction.
public enum CardTransactionAnswer: Hashable, Sendable, Codable {
    /// The money has moved, by this transfer.
    case approved(transfer: String)
    /// The card is its owner's; the account does not allow the transaction.
    case declined
    /// The card is not accepted; why is not said.
    case refused
}

/// Why there is no answer.
public enum SmartCardServerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The request was not looked at; `code` as in problem documents.
    case refused(code: String, detail: String)
    /// Whether it was done is unknown: hand the same in again.
    case unsettled(detail: String)

    public var description: String {
        switch self {
        case .refused(let code, let detail): "\(code): \(detail)"
        case .unsettled(let detail): "not settled yet: \(detail)"
        }
    }
}
