/// What a payment server does without being asked: ends what has expired, tells the platforms, forgets what is over.
public struct PaymentUpkeep: Sendable {
    public let orders: OrderDesk
    public let outbox: OutboxPump
    /// `nil` where no line goes to an issuer.
    public let issuerPayments: IssuerPaymentDesk?

    /// Reservations freed in one transaction.
    static let reservationsMax = 500

    public init(orders: OrderDesk, outbox: OutboxPump, issuerPayments: IssuerPaymentDesk? = nil) {
        self.orders = orders
        self.outbox = outbox
        self.issuerPayments = issuerPayments
    }

    private var server: PaymentServer { orders.server }

    /// Everything that should happen within seconds. Where platforms may be slow, ``settle()`` and the outbox are kept up
    /// beside each other.
    public func run() async throws(PaymentsError) -> PaymentUpkeepReport {
        var report = try await settle()
        report.deliveredResults = try await outbox.deliverDue()
        return report
    }

    /// What should happen within seconds, and waits for nobody but the issuers of cards.
    public func settle() async throws(PaymentsError) -> PaymentUpkeepReport {
        var report = PaymentUpkeepReport()
        report.expiredOrders = try await orders.expireOverdue()
        report.overdueBills = try await BillDesk(server).settleOverdue()
        while true {
            let now = server.clock.now()
            let freed = try await stored { () async throws(PaymentStoreError) in
                try await server.store.expirePendingTransfers(at: now, limit: Self.reservationsMax)
            }
            report.expiredReservations += freed
            if freed < Self.reservationsMax { break }
        }
        report.acceptedReversals = try await issuerPayments?.settle() ?? 0
        return report
    }

    /// Forgets answers, closed orders and trail lines that are older; transfers are never forgotten.
    ///
    /// - Parameter days: one at least, for a repeated request is to find its answer.
    public func forget(olderThanDays days: Int) async throws(PaymentsError) {
        let time = server.clock.now() - Int64(max(days, 1)) * 86_400
        try await stored { () async throws(PaymentStoreError) in try await server.store.commit([.forget(before: time)])
        }
    }
}

/// What was done.
public struct PaymentUpkeepReport: Hashable, Sendable {
    public var expiredOrders = 0
    /// Closed or ended by time.
    public var overdueBills = 0
    public var expiredReservations = 0
    /// By the issuers of cards.
    public var acceptedReversals = 0
    public var deliveredResults = 0

    public init() {}
}
