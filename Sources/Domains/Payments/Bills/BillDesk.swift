import CardCryptography
public import ISO4217
import Instructions
import JOSE

/// Virtual bills: opened by a payer's device, filled by sellers' terminals through it, confirmed once and paid to all sellers
/// together.
///
/// No seller comes near the payer's account: what a terminal signs puts an item on a list, and money moves when the payer
/// has confirmed the list.
public struct BillDesk: Sendable {
    public let server: PaymentServer
    public let payers: PayerDesk

    var store: any PaymentStore { server.store }

    public init(_ server: PaymentServer) {
        self.server = server
        payers = PayerDesk(server)
    }
}

// MARK: - Opening

extension BillDesk {
    /// Activates a bill for a payer and the device that speaks for it now. There is one at a time.
    ///
    /// - Parameters:
    ///   - periodSeconds: within ``Bill/periodSeconds``.
    ///   - limit: the total goes no higher.
    /// - Throws: ``PaymentsError/conflict(reason:)`` while another bill of the payer's is open or waits for its confirmation.
    public func open(
        for payer: AccountID, periodSeconds: Int64, limit: Money?, _ request: RequestKey
    ) async throws(PaymentsError) -> Bill {
        guard Bill.periodSeconds.contains(periodSeconds) else {
            throw .invalid(
                field: "periodSeconds",
                reason: "\(Bill.periodSeconds.lowerBound) to \(Bill.periodSeconds.upperBound)")
        }
        return try await server.journal.once(request) { now throws(PaymentsError) in
            let (holder, account) = try await payers.payer(payer)
            guard account.closedAt == nil else { throw .conflict(reason: "the account is closed") }
            let totalMax = try Self.totalMax(limit, in: account.currency)
            let place = try await stored { () async throws(PaymentStoreError) in
                try await store.billPlace(of: payer)
            }
            var changes: [PaymentChange] = []
            if let place, let previous = try await record(place.bill) {
                guard previous.state(at: now).isFinal else {
                    throw .conflict(reason: "the bill \(previous.id) is not over")
                }
                if let over = previous.overdue(challenge: "", at: now) { changes += Self.changes(to: over, at: now) }
            }
            let bill = Bill(
                id: .random(server.random), payer: payer, device: holder.device.name, currency: account.currency,
                startsAt: now, endsAt: now + periodSeconds, totalMax: totalMax)
            changes += [
                .bill(bill),
                .billPlace(BillPlace(payer: payer, bill: bill.id, revision: place?.revision ?? 0)),
                .audit(Self.entry(bill, "bill opened", by: holder.actor, at: now)),
            ]
            return (bill.committed, changes)
        }
    }

    private static func totalMax(_ limit: Money?, in currency: Currency) throws(PaymentsError) -> Int64 {
        guard let limit else { return Bill.totalMaxLimit }
        guard limit.currency == currency else { throw .foreignCurrency(limit.currency, due: currency) }
        guard (1...Bill.totalMaxLimit).contains(limit.minorUnits) else {
            throw .invalid(field: "limit", reason: "1 to \(Bill.totalMaxLimit) minor units")
        }
        return limit.minorUnits
    }

    // MARK: - Looking

    /// - Throws: ``PaymentsError/notFound(kind:)``, also for another payer's.
    public func bill(_ id: BillID, of payer: AccountID) async throws(PaymentsError) -> Bill {
        guard let bill = try await record(id), bill.payer == payer else { throw .notFound(kind: "bill") }
        return bill
    }

    /// Newest first.
    public func bills(of payer: AccountID, limit: Int) async throws(PaymentsError) -> [Bill] {
        try await stored { () async throws(PaymentStoreError) in try await store.bills(of: payer, limit: limit) }
    }

    func record(_ id: BillID) async throws(PaymentsError) -> Bill? {
        try await stored { () async throws(PaymentStoreError) in try await store.bill(id) }
    }

    // MARK: - Time

    /// Writes down which bills time has closed, and which it has ended.
    ///
    /// - Returns: how many.
    public func settleOverdue(limit: Int = 1_000) async throws(PaymentsError) -> Int {
        let now = server.clock.now()
        let overdue = try await stored { () async throws(PaymentStoreError) in
            try await store.overdueBills(at: now, limit: limit)
        }
        var count = 0
        for bill in overdue {
            guard let changed = bill.overdue(challenge: freshChallenge(), at: now) else { continue }
            do throws(PaymentStoreError) {
                try await store.commit(Self.changes(to: changed, at: now))
                count += 1
            } catch {
                // Somebody has changed it meanwhile.
                guard case .conflict = error else { throw PaymentsError(error) }
            }
        }
        return count
    }

    static func changes(to bill: Bill, at now: Int64, by actor: String = "upkeep") -> [PaymentChange] {
        [.bill(bill), .audit(entry(bill, "bill \(bill.state.rawValue)", by: actor, at: now))]
    }

    static func entry(_ bill: Bill, _ action: String, by actor: String, at now: Int64) -> AuditEntry {
        AuditEntry(
            at: now, actor: actor, action: action, subject: bill.id.rawValue,
            detail: "\(bill.items.count) items, since \(bill.since)")
    }

    /// `jti` of a confirmation: 128 bits.
    func freshChallenge() -> String { Base64URL.encode(server.random.bytes(16)) }
}
