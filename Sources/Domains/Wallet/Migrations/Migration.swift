/// The moving of cards from one device to another, card by card (MIGR).
public struct Migration: RevisedRecord, Hashable, Codable {
    public enum State: String, Sendable, Codable { case running, finished }

    public var id: MigrationID
    public var user: UserID
    public var from: DeviceID
    public var to: DeviceID
    public var cards: [CardProgress]
    public var state: State
    public var createdAt: Int64
    public var updatedAt: Int64
    public var revision: Int

    public init(
        id: MigrationID, user: UserID, from: DeviceID, to: DeviceID, cards: [CardProgress], state: State = .running,
        createdAt: Int64, updatedAt: Int64, revision: Int = 0
    ) {
        self.id = id
        self.user = user
        self.from = from
        self.to = to
        self.cards = cards
        self.state = state
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }

    /// How far one card has come.
    public struct CardProgress: Hashable, Sendable, Codable {
        public enum Step: String, Sendable, Codable {
            case waiting
            /// The new credential is given out and is being bound and loaded; the old one pays.
            case loading
            /// The new one pays and the old one does not, from one commit on.
            case moved
            /// The old secure element has forgotten the card too.
            case cleared
            /// The card stays where it was.
            case failed
        }

        public var card: CardReference
        public var old: CredentialID
        public var new: CredentialID?
        public var step: Step
        /// Why it failed, as a problem code.
        public var problem: String?

        public init(
            card: CardReference, old: CredentialID, new: CredentialID? = nil, step: Step = .waiting,
            problem: String? = nil
        ) {
            self.card = card
            self.old = old
            self.new = new
            self.step = step
            self.problem = problem
        }
    }
}
