public import ISO4217
import Instructions

extension OrderDesk {
    /// Makes an order of a platform's instruction (TAG-04): its payee, its currency and, where it says one, its amount.
    ///
    /// One instruction becomes one order: the same payer with the same amount gets that order again, whatever the key.
    ///
    /// - Parameters:
    ///   - instruction: a `PaymentInstruction` in compact form, as the platform signed it.
    ///   - amount: what the payer says; needed where the instruction leaves it open.
    /// - Throws: ``PaymentsError/statementRefused(_:)``, ``PaymentsError/instructionUsed``,
    ///   ``PaymentsError/amountFixed(_:)``, ``PaymentsError/amountRequired``, ``PaymentsError/foreignCurrency(_:due:)``,
    ///   ``PaymentsError/invalid(field:reason:)``, ``PaymentsError/conflict(reason:)``, ``PaymentsError/tooMany(kind:max:)``.
    public func makeOrder(
        of instruction: String, amount: Money?, by payer: AccountID, _ request: RequestKey
    ) async throws(PaymentsError) -> Order {
        try await server.journal.once(request) { now throws(PaymentsError) in
            let (claims, platform): (PaymentInstruction, Platform) = try await server.statement(instruction, at: now)
            try claims.check()
            let total = try claims.total(amount)
            let known = try await stored { () async throws(PaymentStoreError) in
                try await store.order(of: platform.name, instruction: claims.jti)
            }
            if let known {
                guard known.payer == payer, known.signedInstruction == instruction, known.money == total else {
                    throw .instructionUsed
                }
                return (known.asOf(now), [])
            }
            try await checkAccounts(of: claims, payer)
            let order = Order(
                id: .random(server.random), payer: payer, instruction: claims, signedInstruction: instruction,
                amount: total.minorUnits, createdAt: now)
            let entry = AuditEntry(
                at: now, actor: "payer \(payer)", action: "order made", subject: order.id.rawValue,
                detail: "\(claims.iss)/\(claims.jti): \(total) to \(claims.payee)")
            return (order.committed, [.order(order), .audit(entry)])
        }
    }

    private func checkAccounts(of claims: PaymentInstruction, _ payer: AccountID) async throws(PaymentsError) {
        let account = try await payers.payer(payer).account
        guard account.currency == claims.currency else {
            throw .foreignCurrency(account.currency, due: claims.currency)
        }
        guard account.closedAt == nil else { throw .conflict(reason: "the account \(payer) is closed") }
        let payee = try await stored { () async throws(PaymentStoreError) in
            try await store.ledgerAccount(AccountID(unchecked: claims.payee))
        }
        guard let payee, payee.kind == .merchant, payee.currency == claims.currency else {
            throw .invalid(field: "payee", reason: "no merchant's account in \(claims.currency)")
        }
        guard payee.closedAt == nil else { throw .conflict(reason: "the account \(payee.id) is closed") }
        let open = try await stored { () async throws(PaymentStoreError) in
            try await store.openOrderCount(of: payer, at: server.clock.now())
        }
        guard open < server.policy.openOrdersMax else {
            throw .tooMany(kind: "open orders", max: server.policy.openOrdersMax)
        }
    }
}

extension PaymentInstruction {
    static let nameLengths = 1...128

    func check() throws(PaymentsError) {
        guard Self.nameLengths.contains(jti.utf8.count) else {
            throw .invalid(field: "jti", reason: "1 to \(Self.nameLengths.upperBound) bytes")
        }
        if let amount, amount <= 0 { throw .invalid(field: "amount", reason: "above zero") }
    }

    /// What is to be paid: the instruction's amount, which cannot be changed, or the payer's where it is open (TAG-05).
    func total(_ said: Money?) throws(PaymentsError) -> Money {
        if let said, said.currency != currency { throw .foreignCurrency(said.currency, due: currency) }
        if let amount {
            let fixed = Money(minorUnits: amount, currency: currency)
            guard said == nil || said == fixed else { throw .amountFixed(fixed) }
            return fixed
        }
        guard let said else { throw .amountRequired }
        guard said.minorUnits > 0 else { throw .invalid(field: "amount", reason: "above zero") }
        return said
    }
}
