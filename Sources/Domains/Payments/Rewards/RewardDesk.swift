import Instructions

/// Pays rewards at a platform's word, from the accounts whose owners have left rewards to it (RWD).
public struct RewardDesk: Sendable {
    public let server: PaymentServer

    public init(_ server: PaymentServer) { self.server = server }

    /// Moves the reward once for each `jti` of a platform, however often it is asked for.
    ///
    /// - Parameter instruction: a `RewardInstruction` in compact form.
    /// - Throws: ``PaymentsError/statementRefused(_:)``; ``PaymentsError/invalid(field:reason:)`` for an account that the
    ///   platform may not pay from, or that is nobody's to be rewarded; ``PaymentsError/transferRefused(_:)``;
    ///   ``PaymentsError/idempotencyConflict`` for a `jti` that was another reward.
    public func pay(_ instruction: String) async throws(PaymentsError) -> RecordedTransfer {
        let now = server.clock.now()
        let (claims, platform): (RewardInstruction, Platform) = try await server.statement(instruction, at: now)
        let (payer, payee) = (AccountID(unchecked: claims.payer), AccountID(unchecked: claims.payee))
        guard platform.rewardAccounts.contains(payer) else {
            throw .invalid(field: "payer", reason: "no account whose rewards are left to \(platform.name)")
        }
        let known = try await stored { () async throws(PaymentStoreError) in
            try await server.store.ledgerAccount(payee)
        }
        guard let known, known.kind == .payer || known.kind == .merchant else {
            throw .invalid(field: "payee", reason: "nobody's account")
        }
        let transfer = Transfer(
            id: TransferID(derivedFrom: "reward \(platform.name) \(claims.jti)"), debit: payer, credit: payee,
            amount: claims.amount, currency: claims.currency, code: .reward, reference: claims.reference)
        return try await server.recordOnce(transfer, by: "platform \(platform.name)", at: now)
    }
}

extension PaymentServer {
    /// Records a transfer that its name makes idempotent: asked for again, it is the one that is there.
    func recordOnce(
        _ transfer: Transfer, by actor: String, at now: Int64
    ) async throws(PaymentsError) -> RecordedTransfer {
        let entry = AuditEntry(
            at: now, actor: actor, action: "transfer", subject: transfer.id.hex,
            detail: "\(transfer.money) from \(transfer.debit) to \(transfer.credit)")
        do throws(PaymentStoreError) {
            try await store.commit([.transfers([transfer], at: now), .audit(entry)])
        } catch {
            if case .existsWithDifferent = error.refusal { throw .idempotencyConflict }
            throw PaymentsError(error)
        }
        let recorded = try await stored { () async throws(PaymentStoreError) in try await store.transfer(transfer.id) }
        guard let recorded else { throw .internal(reason: "the transfer \(transfer.id) is not there") }
        return recorded
    }
}
