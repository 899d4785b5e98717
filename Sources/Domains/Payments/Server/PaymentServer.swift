public import CardCryptography
import Instructions

/// What every desk of a payment server works with: its name, its store, its keys, the time.
public struct PaymentServer: Sendable {
    /// `aud` of what it is sent, `iss` of what it signs.
    public let name: PartyName
    public let store: any PaymentStore
    public let keys: any PaymentKeys
    public let clock: any PaymentClock
    public let random: any RandomSource
    public let policy: PaymentPolicy
    /// Keeps the answers of requests that carry a key.
    public let journal: RequestJournal
    let pins: PINWork

    public init(
        name: PartyName, store: any PaymentStore, keys: any PaymentKeys, clock: any PaymentClock,
        random: any RandomSource = SystemRandomSource(), policy: PaymentPolicy = .standard
    ) {
        self.name = name
        self.store = store
        self.keys = keys
        self.clock = clock
        self.random = random
        self.policy = policy
        journal = RequestJournal(store: store, keys: keys, clock: clock)
        pins = PINWork(cost: policy.pinCost, random: random)
    }

    /// Does what is one commit, anew when somebody else has changed a record that it read; what is refused is not tried
    /// again.
    ///
    /// - Parameter attempt: reads, decides, and returns the answer with the changes that make it true; without changes
    ///   nothing is committed.
    public func converging<Answer>(
        _ attempt: (_ now: Int64) async throws(PaymentsError) -> (Answer, [PaymentChange])
    ) async throws(PaymentsError) -> Answer {
        var attempts = 0
        while true {
            let (answer, changes) = try await attempt(clock.now())
            if changes.isEmpty { return answer }
            do throws(PaymentStoreError) {
                try await store.commit(changes)
                return answer
            } catch {
                attempts += 1
                guard error.isOfAnotherRequest, attempts < RequestJournal.attemptsMax else {
                    throw PaymentsError(error)
                }
            }
        }
    }

    func reader(at now: Int64) -> StatementReader { StatementReader(audience: name.value, now: now) }
}

/// The bounds of a payment server.
public struct PaymentPolicy: Sendable {
    /// Work for one PIN. The vault's tag keeps PINs from being guessed; this slows down whoever has the vault too.
    public var pinCost: Scrypt.Cost
    /// Wrong PINs in a row before none is looked at for a while.
    public var pinTriesMax: Int
    public var pinLockSeconds: Int64
    public var payersMax: Int
    public var platformsMax: Int
    public var terminalsMax: Int
    public var pursesMax: Int
    /// Open orders of one payer.
    public var openOrdersMax: Int
    /// How long a result is offered to a platform that does not answer.
    public var deliverySeconds: Int64

    public static let standard = PaymentPolicy()

    public init(
        pinCost: Scrypt.Cost = Scrypt.Cost(n: 1 << 14, r: 8, p: 1), pinTriesMax: Int = 5,
        pinLockSeconds: Int64 = 15 * 60, payersMax: Int = 1_000_000, platformsMax: Int = 100,
        terminalsMax: Int = 100_000, pursesMax: Int = 1_000_000, openOrdersMax: Int = 100,
        deliverySeconds: Int64 = 7 * 86_400
    ) {
        self.pinCost = pinCost
        self.pinTriesMax = pinTriesMax
        self.pinLockSeconds = pinLockSeconds
        self.payersMax = payersMax
        self.platformsMax = platformsMax
        self.terminalsMax = terminalsMax
        self.pursesMax = pursesMax
        self.openOrdersMax = openOrdersMax
        self.deliverySeconds = deliverySeconds
    }
}
