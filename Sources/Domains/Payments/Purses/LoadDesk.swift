public import ElectronicPurse
import ISO4217
import Instructions

/// Loads of purses from payers' accounts: the money is reserved before a card is told to load itself, and moves when the
/// card has said that it did.
///
/// The card answers for what became of an order whose answer was lost: when it is to be loaded again, its MAC1 covers its
/// counter of loads. The same number as before: it has not loaded itself; one more: it has.
public struct LoadDesk: Sendable {
    public let server: PaymentServer
    let payers: PayerDesk
    let purses: PurseDesk
    let clearing: ClearingDesk

    var store: any PaymentStore { server.store }
    private var keys: any PurseIssuerKeys { purses.keys }

    public init(_ server: PaymentServer, keys: any PurseIssuerKeys) {
        self.server = server
        payers = PayerDesk(server)
        purses = PurseDesk(server, keys: keys)
        clearing = ClearingDesk(server, keys: keys)
    }

    // MARK: - Making

    /// Makes an open load, for the payer to confirm and the card to begin.
    public func order(
        _ amount: Int64, onto card: PurseSerial, by payer: AccountID, _ request: RequestKey
    ) async throws(PaymentsError) -> LoadOrder {
        guard (1...Int64(PurseAmount.max)).contains(amount), let amount = UInt32(exactly: amount) else {
            throw .invalid(field: "amount", reason: "1 to \(PurseAmount.max)")
        }
        return try await server.journal.once(request) { now throws(PaymentsError) in
            let purse = try await purses.purse(card)
            guard purse.blockedAt == nil else { throw .conflict(reason: "the purse is blocked") }
            let account = try await payers.payer(payer).account
            let held = try await stored { () async throws(PaymentStoreError) in
                try await store.ledgerAccount(purse.account)
            }
            guard let held else { throw .internal(reason: "the purse \(card) has no account") }
            guard held.currency == account.currency else {
                throw .foreignCurrency(account.currency, due: held.currency)
            }
            let open = try await stored { () async throws(PaymentStoreError) in
                try await store.openLoadOrderCount(of: payer, at: now)
            }
            guard open < LoadOrder.openMax else { throw .tooMany(kind: "open loads", max: LoadOrder.openMax) }
            let order = LoadOrder(
                id: .random(server.random), card: card, payer: payer, purse: purse.account, amount: amount,
                currency: account.currency, madeAt: now)
            return (order.committed, [.loadOrder(order)])
        }
    }

    // MARK: - Looking

    /// - Throws: ``PaymentsError/notFound(kind:)``, also for another payer's.
    public func order(_ id: LoadOrderID, of payer: AccountID) async throws(PaymentsError) -> LoadOrder {
        let known = try await stored { () async throws(PaymentStoreError) in try await store.loadOrder(id) }
        guard let known, known.payer == payer else { throw .notFound(kind: "load") }
        return known.asOf(server.clock.now())
    }

    /// Newest first.
    public func orders(of payer: AccountID, limit: Int) async throws(PaymentsError) -> [LoadOrder] {
        let now = server.clock.now()
        return try await stored { () async throws(PaymentStoreError) in
            try await store.loadOrders(of: payer, limit: limit)
        }.map { $0.asOf(now) }
    }
}

// MARK: - At the card

extension LoadDesk {
    /// Orders a load that its payer has confirmed, from the card that is there; asked again, with the card begun anew, the
    /// same load is ordered again, unless the card has executed it.
    ///
    /// An earlier load that the card may have been told of is settled on the way.
    ///
    /// - Parameters:
    ///   - confirmation: a `PayerConfirmation` over ``LoadOrder/shown``; not needed again for a load that is ordered.
    ///   - pin: where the device has not verified its user.
    /// - Throws: what ``PayerDesk/verify(_:pin:of:as:)`` throws; ``PaymentsError/invalid(field:reason:)`` for a MAC1 that is
    ///   not the card's; ``PaymentsError/transferRefused(_:)``, which leaves the load open.
    public func credit(
        _ id: LoadOrderID, by payer: AccountID, confirmation: String?, pin: PaymentPIN?, _ contact: PurseContact
    ) async throws(PaymentsError) -> LoadStep {
        let order = try await order(id, of: payer)
        if order.state == .open {
            guard let confirmation else { throw .verificationRequired }
            try await payers.verify(
                confirmation, pin: pin, of: payer,
                as: Confirmable(
                    subject: .purseLoad, reference: id.rawValue, shown: Array(order.shown.utf8), total: order.money))
        }
        return try await server.converging { now throws(PaymentsError) in
            let order = try await self.order(id, of: payer)
            switch order.state {
            case .loaded: return (.loaded, [])
            case .expired: throw .expired(kind: "load")
            case .cancelled: throw .conflict(reason: "the load is cancelled")
            case .open, .ordered: break
            }
            let purse = try await purses.purse(order.card)
            let (begun, mac2) = try checked(contact, for: order, on: purse, at: now)
            var changes: [PaymentChange]
            var step = LoadStep.credit(begun.moment, mac2: mac2)
            if order.state == .ordered {
                switch try order.settled(by: contact.begun.onlineNumber) {
                case .executed:
                    step = .loaded
                    changes = order.loaded(at: now).1
                case .notExecuted: changes = [.loadOrder(order.ordered(begun))]
                }
            } else {
                guard purse.blockedAt == nil else { throw .conflict(reason: "the purse is blocked") }
                changes = try await settlement(ofEarlierThan: order, contact, at: now)
                changes += [.loadOrder(order.ordered(begun)), .transfers([order.reservation], at: now)]
            }
            return (step, changes + (try await clearing.settlements(by: contact, of: purse, at: now)))
        }
    }

    /// The card's TAC: it has loaded itself. Asked again, it answers the same.
    public func prove(
        _ id: LoadOrderID, by payer: AccountID, tac: PurseMAC
    ) async throws(PaymentsError) -> LoadOrder {
        try await server.converging { now throws(PaymentsError) in
            let order = try await self.order(id, of: payer)
            if order.state == .loaded { return (order, []) }
            guard order.state == .ordered, let contact = order.contact else {
                throw .conflict(reason: "the load is \(order.state.rawValue)")
            }
            let codes = try keys.codes(
                of: order.load, onto: order.card, in: contact, keyVersion: try await purses.purse(order.card).keyVersion
            )
            guard codes.tac == tac else { throw .invalid(field: "tac", reason: "it is not the card's for this load") }
            return order.loaded(at: now)
        }
    }

    /// Gives a load up. One that the card may have been told of needs the card, which says whether it has loaded itself.
    ///
    /// - Parameter contact: the card begun with this load's amount.
    /// - Returns: the load, cancelled, or loaded when the card says so.
    public func cancel(
        _ id: LoadOrderID, by payer: AccountID, _ contact: PurseContact?
    ) async throws(PaymentsError) -> LoadOrder {
        try await server.converging { now throws(PaymentsError) in
            let order = try await self.order(id, of: payer)
            switch order.state {
            case .cancelled, .expired, .loaded: return (order, [])
            case .open: return order.cancelled(at: now)
            case .ordered:
                guard let contact else {
                    throw .conflict(reason: "the card may have been told of it: it has to be held there once more")
                }
                _ = try checked(contact, for: order, on: try await purses.purse(order.card), at: now)
                switch try order.settled(by: contact.begun.onlineNumber) {
                case .executed: return order.loaded(at: now)
                case .notExecuted: return order.cancelled(at: now)
                }
            }
        }
    }

    /// What the card says, and the MAC2 that loads it.
    ///
    /// - Throws: ``PaymentsError/invalid(field:reason:)`` for a MAC1 that is not the card's.
    private func checked(
        _ contact: PurseContact, for order: LoadOrder, on purse: Purse, at now: Int64
    ) throws(PaymentsError) -> (LoadOrder.Contact, mac2: PurseMAC) {
        let begun = LoadOrder.Contact(
            balance: contact.begun.balance, onlineNumber: contact.begun.onlineNumber, random: contact.begun.random,
            moment: order.contact?.moment ?? PurseMoment(now), at: now)
        let codes = try keys.codes(of: order.load, onto: order.card, in: begun, keyVersion: purse.keyVersion)
        guard codes.mac1 == contact.begun.mac1 else {
            throw .invalid(field: "mac1", reason: "it is not the card's for this load")
        }
        return (begun, codes.mac2)
    }

    /// Another load that the card may have been told of.
    private func settlement(
        ofEarlierThan order: LoadOrder, _ contact: PurseContact, at now: Int64
    ) async throws(PaymentsError) -> [PaymentChange] {
        let earlier = try await stored { () async throws(PaymentStoreError) in
            try await store.unsettledLoadOrder(of: order.card)
        }
        guard let earlier, earlier.id != order.id else { return [] }
        switch try earlier.settled(by: contact.begun.onlineNumber) {
        case .executed: return earlier.loaded(at: now).1
        case .notExecuted: return earlier.cancelled(at: now).1
        }
    }
}
