public import ISO4217

/// What the payment server's operator does: opens accounts, books money that comes and goes, sees the whole ledger.
public struct OperatorDesk: Sendable {
    public let server: PaymentServer

    static let actor = "operator"

    var store: any PaymentStore { server.store }

    public init(_ server: PaymentServer) { self.server = server }

    // MARK: - Accounts

    /// Opens an account that is nobody's device's.
    ///
    /// - Parameter overdraftLimit: in minor units; without one, banks and the server itself have no bound, the others none
    ///   at all.
    public func openAccount(
        _ kind: LedgerAccount.Kind, currency: Currency, label: String, overdraftLimit: Int64? = nil,
        _ request: RequestKey
    ) async throws(PaymentsError) -> LedgerAccount {
        try LedgerAccount.check(label: label)
        guard kind != .payer else { throw .invalid(field: "kind", reason: "payers open their accounts themselves") }
        guard kind != .purse else {
            throw .invalid(field: "kind", reason: "a purse's account is opened with the purse")
        }
        let overdraft = try Self.overdraft(of: kind, overdraftLimit)
        return try await server.journal.once(request) { now throws(PaymentsError) in
            let account = LedgerAccount(
                id: .random(server.random), kind: kind, currency: currency, overdraft: overdraft, label: label,
                createdAt: now)
            let entry = AuditEntry(
                at: now, actor: Self.actor, action: "account opened", subject: account.id.rawValue,
                detail: "\(kind.rawValue) in \(currency)")
            return (account, [.openAccount(account), .audit(entry)])
        }
    }

    private static func overdraft(
        of kind: LedgerAccount.Kind, _ limit: Int64?
    ) throws(PaymentsError) -> OverdraftRule {
        switch limit {
        case nil: kind == .issuerSettlement || kind == .equity ? .unbounded : .none
        case 0: .none
        case let limit? where limit > 0: .limit(limit)
        default: throw .invalid(field: "overdraftLimit", reason: "zero or more")
        }
    }

    /// Nothing moves over it any more. Closing again changes nothing.
    ///
    /// - Throws: ``PaymentsError/conflict(reason:)`` while there is money on it; ``PaymentsError/notFound(kind:)``.
    public func closeAccount(_ id: AccountID) async throws(PaymentsError) -> LedgerAccount {
        let now = server.clock.now()
        let entry = AuditEntry(at: now, actor: Self.actor, action: "account closed", subject: id.rawValue)
        do throws(PaymentStoreError) {
            try await store.commit([.closeAccount(id, at: now), .audit(entry)])
        } catch {
            if case .missing = error { throw .notFound(kind: "account") }
            throw PaymentsError(error)
        }
        return try await account(id)
    }

    /// - Throws: ``PaymentsError/notFound(kind:)``.
    public func account(_ id: AccountID) async throws(PaymentsError) -> LedgerAccount {
        let known = try await stored { () async throws(PaymentStoreError) in try await store.ledgerAccount(id) }
        guard let known else { throw .notFound(kind: "account") }
        return known
    }

    // MARK: - Money

    /// Books money that came over a bank: from its account to another.
    public func fund(
        _ account: AccountID, _ amount: Money, from bank: AccountID, reference: String, _ request: RequestKey
    ) async throws(PaymentsError) -> RecordedTransfer {
        try await book(.funding, amount, from: bank, to: account, reference, request)
    }

    /// Books money that left over a bank: from an account to the bank's.
    public func withdraw(
        _ amount: Money, from account: AccountID, to bank: AccountID, reference: String, _ request: RequestKey
    ) async throws(PaymentsError) -> RecordedTransfer {
        try await book(.withdrawal, amount, from: account, to: bank, reference, request)
    }

    /// The request's key names the transfer, so the ledger itself knows it again.
    private func book(
        _ code: Transfer.Code, _ amount: Money, from debit: AccountID, to credit: AccountID, _ reference: String,
        _ request: RequestKey
    ) async throws(PaymentsError) -> RecordedTransfer {
        let transfer = Transfer(
            id: TransferID(derivedFrom: "request \(request.scope)/\(request.key)"), debit: debit, credit: credit,
            amount: amount.minorUnits, currency: amount.currency, code: code, reference: reference)
        return try await server.recordOnce(transfer, by: Self.actor, at: server.clock.now())
    }

    // MARK: - Looking

    /// By name: a page of all there are.
    public func accounts(after id: AccountID? = nil, limit: Int) async throws(PaymentsError) -> [LedgerAccount] {
        try await stored { () async throws(PaymentStoreError) in try await store.ledgerAccounts(after: id, limit: limit)
        }
    }

    /// In the ledger's order: a page of all there are.
    public func transfers(after number: Int64 = 0, limit: Int) async throws(PaymentsError) -> [RecordedTransfer] {
        try await stored { () async throws(PaymentStoreError) in try await store.transfers(after: number, limit: limit)
        }
    }

    /// All accounts at one moment.
    public func snapshot() async throws(PaymentsError) -> LedgerSnapshot {
        try await stored { () async throws(PaymentStoreError) in try await store.ledgerSnapshot() }
    }

    /// Newest first.
    public func auditEntries(limit: Int) async throws(PaymentsError) -> [AuditEntry] {
        try await stored { () async throws(PaymentStoreError) in try await store.auditEntries(limit: limit) }
    }
}
