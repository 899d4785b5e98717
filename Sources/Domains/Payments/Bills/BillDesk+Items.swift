import Instructions

/// What became of an item that was delivered.
public struct BillReceipt: Hashable, Sendable, Codable {
    public let bill: BillID
    public let terminal: String
    public let sequence: Int64
}

extension BillDesk {
    /// Puts an item on a bill, which the bill's own payer delivers and a registered terminal has signed for its seller.
    /// The same item is on it once, however often it comes.
    ///
    /// - Parameter compact: a signed ``BillItem``.
    public func add(
        _ compact: String, to id: BillID, by payer: AccountID
    ) async throws(PaymentsError) -> BillReceipt {
        let now = server.clock.now()
        let (claims, terminal) = try await server.statement(compact, ofTerminal: BillItem.self, at: now)
        guard claims.bill == id.rawValue else { throw .invalid(field: "bill", reason: "the item is for another bill") }
        guard claims.seller == terminal.payee.rawValue else {
            throw .invalid(field: "seller", reason: "the terminal sells for another account")
        }
        let receipt = BillReceipt(bill: id, terminal: claims.iss, sequence: claims.sequence)
        return try await server.converging { now throws(PaymentsError) in
            let bill = try await bill(id, of: payer)
            try await checkDevice(of: bill)
            guard let longer = try bill.adding(claims, at: now) else { return (receipt, []) }
            let used = try await stored { () async throws(PaymentStoreError) in
                try await store.billedItem(terminal: terminal.name, sequence: claims.sequence)
            }
            guard used == nil else {
                throw .duplicate(reason: "the terminal has used the sequence number for another item")
            }
            let item = BilledItem(
                terminal: terminal.name, sequence: claims.sequence, bill: id, statement: compact, arrivedAt: now)
            return (receipt, [.bill(longer), .billedItem(item)])
        }
    }

    /// Takes an item off a bill that is open, which the terminal has signed that sold it. Whoever delivers it: it says
    /// nothing but what its seller wants.
    ///
    /// - Parameter compact: a signed ``BillItemRemoval``.
    public func remove(_ compact: String) async throws(PaymentsError) -> BillReceipt {
        let (claims, terminal) = try await server.statement(
            compact, ofTerminal: BillItemRemoval.self, at: server.clock.now())
        guard let id = BillID(rawValue: claims.bill) else { throw .notFound(kind: "bill") }
        let receipt = BillReceipt(bill: id, terminal: claims.iss, sequence: claims.sequence)
        return try await server.converging { now throws(PaymentsError) in
            guard let bill = try await record(id) else { throw .notFound(kind: "bill") }
            guard let shorter = try bill.removing(claims, at: now) else { return (receipt, []) }
            let entry = AuditEntry(
                at: now, actor: "terminal \(terminal.name)", action: "item taken off", subject: id.rawValue,
                detail: "sequence \(claims.sequence)")
            return (receipt, [.bill(shorter), .audit(entry)])
        }
    }

    /// A bill is its device's: after another one has taken that one's place it can be given up, and nothing else.
    func checkDevice(of bill: Bill) async throws(PaymentsError) {
        guard try await payers.payer(bill.payer).payer.device.name == bill.device else {
            throw .conflict(reason: "the bill was opened by another device")
        }
    }
}
