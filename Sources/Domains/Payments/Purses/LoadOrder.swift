public import ElectronicPurse
public import ISO4217

/// A load of a purse from a payer's account.
public struct LoadOrderID: PaymentIdentifier {
    public static let prefix = "lod_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A load of a purse from a payer's account, from the wish to what the card has done.
///
///     open ─▶ ordered ─▶ loaded | cancelled
///     open ─▶ cancelled | expired
///
/// While it is ordered the money is reserved, for as long as it takes: the card may have been told, and only the card says
/// whether it has loaded itself, by the counter of loads that its MAC1 covers or by its TAC.
public struct LoadOrder: RevisedRecord, Hashable, Codable {
    public let id: LoadOrderID
    public let card: PurseSerial
    public let payer: AccountID
    /// The purse's account.
    public let purse: AccountID
    public let load: PurseLoad
    public let currency: Currency
    public let madeAt: Int64
    /// Not confirmed by then, it is over.
    public let expiresAt: Int64
    public internal(set) var state: State
    /// The contact with the card that the last MAC2 was made for.
    public internal(set) var contact: Contact?
    public internal(set) var settledAt: Int64?
    public var revision: Int

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case open, ordered, loaded, cancelled, expired
    }

    /// What the card said when the load began.
    public struct Contact: Hashable, Sendable, Codable {
        public var balance: UInt32
        /// The card's counter of loads before it.
        public var onlineNumber: UInt16
        public var random: PurseRandom
        /// Of the load, in its MAC2 and its TAC.
        public var moment: PurseMoment
        /// Seconds since 1970.
        public var at: Int64
    }

    /// The terminal of loads: the payment server itself.
    public static let terminal: PurseTerminalNumber = {
        do { return try PurseTerminalNumber([0, 0, 0, 0, 0, 1]) } catch { preconditionFailure("six bytes") }
    }()

    public static let lifetimeSeconds: Int64 = 900
    /// Open ones of one payer.
    public static let openMax = 16

    public init(
        id: LoadOrderID, card: PurseSerial, payer: AccountID, purse: AccountID, amount: UInt32, currency: Currency,
        madeAt: Int64
    ) {
        self.id = id
        self.card = card
        self.payer = payer
        self.purse = purse
        load = PurseLoad(amount: amount, terminal: Self.terminal)
        self.currency = currency
        self.madeAt = madeAt
        expiresAt = madeAt + Self.lifetimeSeconds
        state = .open
        revision = 0
    }

    public var money: Money { Money(minorUnits: Int64(load.amount), currency: currency) }

    /// What it is at a time, whether or not anybody has written it down since.
    public func asOf(_ now: Int64) -> LoadOrder {
        guard state == .open, expiresAt <= now else { return self }
        var order = self
        order.state = .expired
        return order
    }

    /// What its payer is shown and confirms.
    public var shown: String { "load \(id) of \(money) onto the purse \(card)" }
}

extension LoadOrder {
    /// What reserves the money before the card is told. It does not expire: only the card settles it.
    var reservation: Transfer { transfer(.pending(timeoutSeconds: nil), "reserve") }

    private func transfer(_ phase: Transfer.Phase, _ step: String) -> Transfer {
        Transfer(
            id: TransferID(derivedFrom: "purse load \(id) \(step)"), debit: payer, credit: purse,
            amount: Int64(load.amount), currency: currency, code: .purseLoad, phase: phase, reference: id.rawValue)
    }

    /// The money is reserved in the same commit.
    func ordered(_ contact: Contact) -> LoadOrder {
        var order = self
        order.state = .ordered
        order.contact = contact
        return order
    }

    /// The card has loaded itself.
    func loaded(at now: Int64) -> (LoadOrder, [PaymentChange]) {
        settled(.loaded, by: transfer(.post(reservation.id), "post"), at: now)
    }

    /// The card has not loaded itself, and never will.
    func cancelled(at now: Int64) -> (LoadOrder, [PaymentChange]) {
        settled(.cancelled, by: state == .ordered ? transfer(.void(reservation.id), "void") : nil, at: now)
    }

    private func settled(_ state: State, by transfer: Transfer?, at now: Int64) -> (LoadOrder, [PaymentChange]) {
        var order = self
        order.state = state
        order.settledAt = now
        let entry = AuditEntry(
            at: now, actor: "payer \(payer)", action: "purse load \(state.rawValue)", subject: id.rawValue,
            detail: "\(money) onto \(card)")
        return (
            order.committed,
            [.loadOrder(order), .audit(entry)] + (transfer.map { [.transfers([$0], at: now)] } ?? [])
        )
    }

    /// What the card's counter of loads says of an ordered load.
    ///
    /// - Parameter onlineNumber: authenticated by the card.
    func settled(by onlineNumber: UInt16) throws(PaymentsError) -> LoadSettlement {
        guard state == .ordered, let contact else { throw .internal(reason: "the load \(id) was not ordered") }
        switch onlineNumber {
        case contact.onlineNumber: return .notExecuted
        case contact.onlineNumber &+ 1: return .executed
        default:
            throw .conflict(
                reason: "the card counts \(onlineNumber) loads, \(id) was ordered after \(contact.onlineNumber)")
        }
    }
}

/// Whether a card has executed a load.
enum LoadSettlement: Hashable, Sendable {
    case executed
    case notExecuted
}
