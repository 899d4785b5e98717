public import ISO4217
public import SmartCardVerification

/// A challenge: one transaction of one terminal with one card.
public struct CardChallengeID: PaymentIdentifier {
    public static let prefix = "chl_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A challenge that a terminal has for a card, in one of the terminal's places: it holds for
/// ``SmartCardChallenge/lifetimeSecondsMax`` and is used once, whatever happens to the process meanwhile.
public struct CardChallenge: RevisedRecord, Hashable, Codable {
    public let terminal: PartyName
    /// 0 to ``placesMax`` - 1.
    public let place: Int
    public let id: CardChallengeID
    public let card: SmartCardIdentification
    /// The transaction's name at the terminal.
    public let transaction: String
    /// In minor units.
    public let amount: Int64
    public let currency: Currency
    public let nonce: [UInt8]
    public let issuedAt: Int64
    public var usedAt: Int64?
    public var revision: Int

    /// Challenges of one terminal that are alive at one time.
    public static let placesMax = 64
    /// Those of them for one card.
    public static let ofOneCardMax = 4

    public init(
        terminal: PartyName, place: Int, id: CardChallengeID, card: SmartCardIdentification, transaction: String,
        amount: Int64, currency: Currency, nonce: [UInt8], issuedAt: Int64, usedAt: Int64? = nil, revision: Int = 0
    ) {
        self.terminal = terminal
        self.place = place
        self.id = id
        self.card = card
        self.transaction = transaction
        self.amount = amount
        self.currency = currency
        self.nonce = nonce
        self.issuedAt = issuedAt
        self.usedAt = usedAt
        self.revision = revision
    }

    /// Seconds since 1970; from then on it is good for nothing.
    public var expiresAt: Int64 { issuedAt + SmartCardChallenge.lifetimeSecondsMax }

    public func isAlive(at now: Int64) -> Bool { usedAt == nil && (issuedAt..<expiresAt).contains(now) }
}

extension CardChallenge {
    /// Where a new challenge of a terminal for a card goes, and what is replaced there.
    ///
    /// - Throws: ``PaymentsError/tooMany(kind:max:)``.
    static func freePlace(
        among challenges: [CardChallenge], for card: SmartCardIdentification, at now: Int64
    ) throws(PaymentsError) -> (place: Int, revision: Int) {
        let alive = challenges.filter { $0.isAlive(at: now) }
        guard alive.count(where: { $0.card == card }) < ofOneCardMax else {
            throw .tooMany(kind: "challenges of a card", max: ofOneCardMax)
        }
        let taken = Set(alive.map(\.place))
        guard let place = (0..<placesMax).first(where: { !taken.contains($0) }) else {
            throw .tooMany(kind: "challenges of a terminal", max: placesMax)
        }
        return (place, challenges.first { $0.place == place }?.revision ?? 0)
    }
}
