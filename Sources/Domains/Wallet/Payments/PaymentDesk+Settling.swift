extension PaymentDesk {
    /// Payments that one call of ``settleAll()`` looks at, a share of at most ``unsettledMax``.
    static let settledAtOnceMax = 100
    static let unsettledMax = 1_000

    /// Asks the issuers again for payments whose outcome is not known, after a restart or an issuer's silence, and for the
    /// money of those that were given up.
    ///
    /// - Returns: how many are settled now.
    public func settleAll() async throws(WalletError) -> Int {
        let records = try await stored { () async throws(WalletStoreError) in
            try await store.unsettledPayments(limit: Self.unsettledMax)
        }.share(of: Self.settledAtOnceMax, from: tokens.random)
        var count = 0
        for record in records {
            do throws(WalletError) {
                if record.outcome != nil {
                    _ = try await reversed(record)
                } else if isTooLate(record) {
                    _ = try await reversed(try await abandoned(record))
                } else {
                    _ = try await settled(record)
                }
                count += 1
            } catch .unsettled {
                continue
            }
        }
        return count
    }

    /// Asks the issuer, under a key that follows from the transaction, and writes its answer down.
    ///
    /// - Parameter isFirstAsked: whether the issuer cannot have heard of the payment before. Only then its refusal to be
    ///   asked means that no money was taken.
    func settled(
        _ record: PaymentRecord, isFirstAsked: Bool = false
    ) async throws(WalletError) -> PaymentAnswer {
        guard let reference = record.token, let counter = record.counter else {
            throw .internal(reason: "payment \(record.transaction) has neither outcome nor token")
        }
        let (token, card) = try await tokenAndCard(reference)
        guard let issuer = issuers[card.issuer]?.connection else {
            throw .unsettled(reason: "there is no way to the issuer \(card.issuer)")
        }
        let request = IssuerAuthorizationRequest(
            transaction: record.issuerTransaction, begunAt: record.createdAt,
            issuerCardReference: card.issuerCardReference, secureElement: token.secureElement,
            function: record.function, token: reference,
            transactionCounter: counter, amount: record.amount, currency: record.currency,
            merchant: record.merchant, assertion: try await assertion(of: record, token, card, counter: counter))
        let outcome: PaymentRecord.Outcome
        let detail: String
        do throws(IssuerConnectionError) {
            switch try await issuer.authorize(request, key: "payment/\(record.acquirer)/\(record.transaction)") {
            case .approved(let code): (outcome, detail) = (.approved(code: code), "approved")
            case .declined(let code):
                (outcome, detail) = (.declined(actionCode: code), "declined by the issuer: \(code)")
            }
        } catch {
            switch error {
            case .unsettled(let reason): throw .unsettled(reason: reason)
            case .refused(let code, _) where !isFirstAsked:
                throw .unsettled(reason: "the issuer does not say what became of the payment: \(code)")
            case .refused(let code, _):
                (outcome, detail) = (
                    .declined(actionCode: PaymentRefusal.actionCode), "the issuer refused the request: \(code)"
                )
            }
        }
        return try await concluded(record, outcome, detail)
    }

    private func concluded(
        _ record: PaymentRecord, _ outcome: PaymentRecord.Outcome, _ detail: String
    ) async throws(WalletError) -> PaymentAnswer {
        let now = clock.now()
        var record = record
        record.outcome = outcome
        record.updatedAt = now
        let entry = entry(of: record, "payment", detail, at: now)
        do {
            try await store.commit([.payment(record), .audit(entry)])
            return PaymentAnswer(outcome)
        } catch .conflict {
            // Somebody else has asked at the same time, and the issuer gives one answer.
            return try await concludedElsewhere(record)
        } catch {
            throw WalletError(error)
        }
    }

    func concludedElsewhere(_ record: PaymentRecord) async throws(WalletError) -> PaymentAnswer {
        let known = try await stored { () async throws(WalletStoreError) in
            try await store.payment(of: record.acquirer, transaction: record.transaction)
        }
        guard let outcome = known?.outcome else { throw .unsettled(reason: "the payment is being settled") }
        return PaymentAnswer(outcome)
    }

    func tokenAndCard(_ reference: TokenReference) async throws(WalletError) -> (Token, Card) {
        try await stored { () async throws(WalletStoreError) in
            guard let token = try await store.token(reference) else {
                throw .missing(kind: "token", key: reference.rawValue)
            }
            guard let card = try await store.card(token.card) else {
                throw .missing(kind: "card", key: token.card.rawValue)
            }
            return (token, card)
        }
    }

    private func assertion(
        of record: PaymentRecord, _ token: Token, _ card: Card, counter: Int
    ) async throws(WalletError) -> String {
        let now = clock.now()
        let claims = AuthorizationAssertion(
            iss: walletName, aud: card.issuer.value, transaction: record.issuerTransaction,
            card: card.issuerCardReference, secureElement: token.secureElement.value,
            function: record.function.rawValue, token: token.reference.rawValue, transactionCounter: counter,
            amount: record.amount, currency: record.currency, merchant: record.merchant, iat: now,
            exp: now + AuthorizationAssertion.lifetimeSeconds)
        return try await kept { () async throws(WalletVaultError) in
            try await tokens.vault.sign(claims, type: AuthorizationAssertion.type)
        }
    }
}
