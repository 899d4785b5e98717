import CardCryptography
import EMV

extension CardIssuer {
    /// Money: a transaction whose token a wallet's token service answers for. The name of the transaction is its key: what
    /// is asked twice is done once (BIND-05).
    public func authorize(
        _ request: TokenAuthorizationRequest, _ requester: IssuerRequester
    ) async throws(IssuingError) -> AuthorizationAnswer {
        let name = TransactionName(wallet: try requester.wallet(), transaction: request.transaction)
        let digest = Digest.hash(framed(request.fields))
        let now = clock.now()
        return try await store.transact { records throws(IssuingError) in
            try checkAssertion(request, name.wallet, records)
            if let known = try answered(name, digest, records) { return known.answer }
            let answer = try decide(request, of: name.wallet, records, now)
            let transaction = PaymentTransaction(
                name: name, card: request.card, kind: .token, requestDigest: digest, amount: request.amount,
                currency: request.currency, merchant: request.merchant, answer: answer, answeredAt: now)
            try record(transaction, requester, records, now)
            return answer
        }
    }

    private func checkAssertion(
        _ request: TokenAuthorizationRequest, _ wallet: String, _ records: any IssuerRecords
    ) throws(IssuingError) {
        let (claims, _) = try reader().read(
            request.assertion, from: wallet, of: try records.wallets(), as: AuthorizationAssertionClaims.self)
        if let field = request.difference(from: claims) { throw .statement(.differs(field: field)) }
    }

    /// Takes the counter and the money, in the order: card, binding, counter, account.
    func decide(
        _ request: TokenAuthorizationRequest, of wallet: String, _ records: any IssuerTransaction, _ now: Int64
    ) throws(IssuingError) -> AuthorizationAnswer {
        guard let card = try records.card(request.card) else { return .declined(.invalidCardNumber) }
        if let refusal = stateRefusal(of: card, now) { return .declined(refusal) }
        let bindings = try records.bindings(of: card.reference)
        guard bindings.contains(where: { $0.secureElement == request.secureElement && $0.user.wallet == wallet }) else {
            return .declined(.notPermitted)
        }
        let last = try records.tokenCounter(request.token, of: card.reference) ?? 0
        guard request.transactionCounter > last else { return .declined(.securityViolation) }
        // Used up, whatever becomes of the transaction.
        try records.apply(
            .putTokenCounter(card: card.reference, token: request.token, counter: request.transactionCounter))
        return try debit(card, request.amount, request.currency, records)
    }

    // MARK: What all transactions have in common

    /// The transaction that was answered under this name already.
    ///
    /// - Throws: ``IssuingError/duplicate(reason:)`` when it was another one.
    func answered(
        _ name: TransactionName, _ digest: [UInt8], _ records: any IssuerRecords
    ) throws(IssuingError) -> PaymentTransaction? {
        guard let known = try records.transaction(name) else { return nil }
        guard known.kind == .reversedUnseen || known.requestDigest == digest else {
            throw .duplicate(reason: "the transaction \(name.transaction) was another one")
        }
        return known
    }

    func stateRefusal(of card: CardAccount, _ now: Int64) -> ActionCode? {
        switch card.state {
        case .blocked: .restrictedCard
        case .closed: .invalidCardNumber
        case .active: card.expiry < CardExpiry(at: now) ? .expiredCard : nil
        }
    }

    /// - Throws: ``IssuingError/wrongState(reason:)`` for a card that is blocked, closed or expired.
    func checkIsGood(_ card: CardAccount, _ now: Int64) throws(IssuingError) {
        guard stateRefusal(of: card, now) == nil else {
            throw .wrongState(reason: "the card is blocked, closed or expired")
        }
    }

    func debit(
        _ card: CardAccount, _ amount: Int64, _ currency: Int, _ records: any IssuerTransaction
    ) throws(IssuingError) -> AuthorizationAnswer {
        guard currency == card.funds.currency else { return .declined(.invalidTransaction) }
        guard card.funds.covers(amount) else { return .declined(.insufficientFunds) }
        var card = card
        card.funds.debit(amount)
        try records.apply(.updateCard(card))
        return .approved(code: OneTimePassword.random(random))
    }

    func record(
        _ transaction: PaymentTransaction, _ requester: IssuerRequester, _ records: any IssuerTransaction, _ now: Int64
    ) throws(IssuingError) {
        try records.apply(.putTransaction(transaction))
        let outcome =
            switch transaction.answer {
            case .approved: "approved"
            case .declined(let code): "declined \(code.rawValue)"
            }
        try records.apply(
            .audit(
                IssuerAuditEntry(
                    at: now, actor: requester.actor, action: "authorization", card: transaction.card,
                    detail: "\(transaction.name.transaction) \(transaction.kind.rawValue): \(outcome)")))
    }
}
