import CardCryptography
public import ElectronicPurse
public import ISO4217

/// Purses and the security modules that debit them: what their issuer hands out, and to whom.
public struct PurseDesk: Sendable {
    public let server: PaymentServer
    let keys: any PurseIssuerKeys

    var store: any PaymentStore { server.store }

    /// 20 years.
    static let validSeconds: Int64 = 20 * 365 * 86_400
    /// Before the random part of a number that nobody has chosen.
    static let numberPrefix = "30031040"

    public init(_ server: PaymentServer, keys: any PurseIssuerKeys) {
        self.server = server
        self.keys = keys
    }

    // MARK: - Cards

    /// Opens the account of a new purse.
    ///
    /// - Parameters:
    ///   - number: 19 digits; without it a fresh one is drawn.
    ///   - owner: a payer, in the purse's currency.
    public func issue(
        number: String?, currency: Currency, owner: AccountID?, _ request: RequestKey
    ) async throws(PaymentsError) -> Purse {
        if let owner { try await check(owner: owner, currency) }
        return try await server.journal.once(request) { now throws(PaymentsError) in
            let data = try applicationData(number ?? drawnNumber(), at: now)
            let (known, count) = try await stored { () async throws(PaymentStoreError) in
                (try await store.purse(data.serial), try await store.purseCount())
            }
            guard known == nil else { throw .duplicate(reason: "the last 16 digits of the number are another purse's") }
            guard count < server.policy.pursesMax else { throw .tooMany(kind: "purses", max: server.policy.pursesMax) }
            // A card has been debited, whatever its issuer knows of it: the account says so.
            let account = LedgerAccount(
                id: .random(server.random), kind: .purse, currency: currency, overdraft: .unbounded,
                label: "Purse \(data.number)", createdAt: now)
            let purse = Purse(
                data: data, account: account.id, owner: owner, keyVersion: try keys.currentPurseKeyVersion(),
                issuedAt: now)
            let entry = AuditEntry(
                at: now, actor: OperatorDesk.actor, action: "purse issued", subject: "\(purse.serial)",
                detail: account.id.rawValue)
            return (purse.committed, [.openAccount(account), .purse(purse), .audit(entry)])
        }
    }

    /// What makes an instance on a secure element this purse: for the secure channel that personalizes it.
    public func personalization(of card: PurseSerial) async throws(PaymentsError) -> PursePersonalization {
        let purse = try await purse(card)
        guard purse.blockedAt == nil else { throw .conflict(reason: "the purse is blocked") }
        try await record("purse personalized", "\(card)")
        return try keys.personalization(of: purse)
    }

    /// Stops a purse from being loaded, or lets it be loaded again.
    public func setBlocked(
        _ isBlocked: Bool, _ card: PurseSerial, _ request: RequestKey
    ) async throws(PaymentsError) -> Purse {
        try await server.journal.once(request) { now throws(PaymentsError) in
            var purse = try await self.purse(card)
            guard (purse.blockedAt != nil) != isBlocked else { return (purse, []) }
            purse.blockedAt = isBlocked ? now : nil
            let entry = AuditEntry(
                at: now, actor: OperatorDesk.actor, action: isBlocked ? "purse blocked" : "purse unblocked",
                subject: "\(card)")
            return (purse.committed, [.purse(purse), .audit(entry)])
        }
    }

    /// - Throws: ``PaymentsError/notFound(kind:)``.
    public func purse(_ card: PurseSerial) async throws(PaymentsError) -> Purse {
        let known = try await stored { () async throws(PaymentStoreError) in try await store.purse(card) }
        guard let known else { throw .notFound(kind: "purse") }
        return known
    }

    /// By card: a page of all there are.
    public func purses(after card: PurseSerial? = nil, limit: Int) async throws(PaymentsError) -> [Purse] {
        try await stored { () async throws(PaymentStoreError) in try await store.purses(after: card, limit: limit) }
    }

    // MARK: - Security modules

    /// Gives a terminal a security module: what is taken with it is the terminal's. Asked again, the same module is made.
    ///
    /// - Returns: the key of all cards' purchases, for the module, and its version.
    /// - Throws: ``PaymentsError/duplicate(reason:)`` for the number of another terminal's module.
    public func equip(
        _ terminal: PartyName, with number: PurseTerminalNumber
    ) async throws(PaymentsError) -> (key: PurseKey, version: Int) {
        let version = try keys.currentPurseKeyVersion()
        try await server.converging { now throws(PaymentsError) -> (Void, [PaymentChange]) in
            let entry = AuditEntry(
                at: now, actor: OperatorDesk.actor, action: "security module made", subject: terminal.value,
                detail: "\(number)")
            let (holder, known, modules) = try await stored { () async throws(PaymentStoreError) in
                (
                    try await store.terminal(terminal), try await store.purseTerminal(number),
                    try await store.purseTerminals(of: terminal)
                )
            }
            guard holder != nil else { throw .notFound(kind: "terminal") }
            if let known {
                guard known.terminal == terminal else {
                    throw .duplicate(reason: "the number \(number) is another terminal's")
                }
                return ((), [.audit(entry)])
            }
            guard modules.count < PurseTerminal.ofOneTerminalMax else {
                throw .tooMany(kind: "security modules of a terminal", max: PurseTerminal.ofOneTerminalMax)
            }
            let module = PurseTerminal(number: number, terminal: terminal, equippedAt: now)
            return ((), [.purseTerminal(module), .audit(entry)])
        }
        return (try keys.purchaseKey(version: version), version)
    }

    // MARK: - What lies below

    private func record(_ action: String, _ subject: String) async throws(PaymentsError) {
        let entry = AuditEntry(at: server.clock.now(), actor: OperatorDesk.actor, action: action, subject: subject)
        try await stored { () async throws(PaymentStoreError) in try await store.commit([.audit(entry)]) }
    }

    private func check(owner: AccountID, _ currency: Currency) async throws(PaymentsError) {
        let account = try await stored { () async throws(PaymentStoreError) in try await store.ledgerAccount(owner) }
        guard let account, account.kind == .payer else { throw .notFound(kind: "owner's account") }
        guard account.currency == currency else { throw .foreignCurrency(account.currency, due: currency) }
    }

    private func drawnNumber() -> String {
        Self.numberPrefix + server.random.bytes(19 - Self.numberPrefix.count).map { "\($0 % 10)" }.joined()
    }

    private func applicationData(_ number: String, at now: Int64) throws(PaymentsError) -> PurseApplicationData {
        do {
            return try PurseApplicationData(
                number: number, start: PurseMoment(now).date, expiry: PurseMoment(now + Self.validSeconds).date)
        } catch {
            throw .invalid(field: "number", reason: "19 digits")
        }
    }
}
