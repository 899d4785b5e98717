import Instructions

/// Orders: made of a platform's instruction, paid when the payer confirms. The transfer server of XFER and the order server
/// of TAG.
///
/// What moves is what the platform has signed, from whom the payer's device has signed for, once: an instruction becomes
/// one order, an order one transfer.
public struct OrderDesk: Sendable {
    public let server: PaymentServer
    public let payers: PayerDesk

    var store: any PaymentStore { server.store }

    public init(_ server: PaymentServer) {
        self.server = server
        payers = PayerDesk(server)
    }

    // MARK: - Looking

    /// - Throws: ``PaymentsError/notFound(kind:)``, also for another payer's.
    public func order(_ id: OrderID, of payer: AccountID) async throws(PaymentsError) -> Order {
        let known = try await stored { () async throws(PaymentStoreError) in try await store.order(id) }
        guard let known, known.payer == payer else { throw .notFound(kind: "order") }
        return known.asOf(server.clock.now())
    }

    /// What became of an instruction, for the platform that signed it.
    public func order(of platform: PartyName, instruction: String) async throws(PaymentsError) -> Order {
        let known = try await stored { () async throws(PaymentStoreError) in
            try await store.order(of: platform, instruction: instruction)
        }
        guard let known else { throw .notFound(kind: "order") }
        return known.asOf(server.clock.now())
    }

    /// Newest first.
    public func orders(of payer: AccountID, limit: Int) async throws(PaymentsError) -> [Order] {
        let now = server.clock.now()
        return try await stored { () async throws(PaymentStoreError) in
            try await store.orders(of: payer, limit: limit)
        }.map { $0.asOf(now) }
    }

    // MARK: - Paying

    /// The operation instruction: pays an order that its payer has confirmed.
    ///
    /// The order is the key of the request: asked again, it answers that the order is paid, and nothing moves again.
    ///
    /// - Parameters:
    ///   - confirmation: a `PayerConfirmation` in compact form, over the instruction as the platform signed it.
    ///   - pin: where the device has not verified its user.
    /// - Throws: what ``PayerDesk/verify(_:pin:of:as:)`` throws; ``PaymentsError/expired(kind:)``;
    ///   ``PaymentsError/transferRefused(_:)``, which leaves the order open; ``PaymentsError/conflict(reason:)``.
    public func pay(
        _ id: OrderID, by payer: AccountID, confirmation: String, pin: PaymentPIN?
    ) async throws(PaymentsError) -> Order {
        let order = try await order(id, of: payer)
        if order.state == .paid { return order }
        try order.checkIsOpen(at: server.clock.now())
        try await payers.verify(
            confirmation, pin: pin, of: payer,
            as: Confirmable(
                subject: .order, reference: id.rawValue, shown: Array(order.signedInstruction.utf8), total: order.money)
        )
        return try await server.converging { now throws(PaymentsError) in
            let order = try await self.order(id, of: payer)
            if order.state == .paid { return (order, []) }
            try order.checkIsOpen(at: now)
            let (paid, changes) = try order.settled(as: .paid, at: now, by: "payer \(payer)")
            return (paid, changes + [.transfers([order.transfer], at: now)])
        }
    }

    /// The payer does not pay it. Declining again changes nothing.
    public func decline(
        _ id: OrderID, by payer: AccountID, _ request: RequestKey
    ) async throws(PaymentsError) -> Order {
        try await server.journal.once(request) { now throws(PaymentsError) in
            try await self.order(id, of: payer).closed(as: .declined, at: now, by: "payer \(payer)")
        }
    }

    /// The platform takes its instruction back, as long as it is not paid.
    public func cancel(
        instruction: String, by platform: PartyName, _ request: RequestKey
    ) async throws(PaymentsError) -> Order {
        try await server.journal.once(request) { now throws(PaymentsError) in
            try await self.order(of: platform, instruction: instruction)
                .closed(as: .cancelled, at: now, by: "platform \(platform)")
        }
    }

    /// Writes down which orders have expired, and tells their platforms.
    ///
    /// - Returns: how many.
    public func expireOverdue(limit: Int = 1_000) async throws(PaymentsError) -> Int {
        let now = server.clock.now()
        let overdue = try await stored { () async throws(PaymentStoreError) in
            try await store.overdueOrders(at: now, limit: limit)
        }
        var count = 0
        for order in overdue {
            let (_, changes) = try order.settled(as: .expired, at: now, by: "upkeep")
            do throws(PaymentStoreError) {
                try await store.commit(changes)
                count += 1
            } catch {
                // Somebody has settled it meanwhile.
                guard case .conflict = error else { throw PaymentsError(error) }
            }
        }
        return count
    }
}
