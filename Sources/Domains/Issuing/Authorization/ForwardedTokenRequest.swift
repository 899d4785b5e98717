import CardCryptography

/// Money, asked for by an acquirer with a token service's word: which card, secure element, token and counter it is about
/// stands in the assertion alone.
public struct ForwardedTokenRequest: Hashable, Sendable {
    /// The acquirer's name of the transaction.
    public var transaction: String
    public var function: TokenFunction
    /// In minor units, above 0.
    public var amount: Int64
    /// ISO 4217, numeric.
    public var currency: Int
    /// ``AuthorizationAssertionClaims``, signed by a wallet's token service, in compact form.
    public var assertion: String

    /// - Throws: ``IssuingError/invalid(field:reason:)``.
    public init(
        transaction: String, function: TokenFunction, amount: Int64, currency: Int, assertion: String
    ) throws(IssuingError) {
        try PaymentTransaction.checkName(transaction, field: "transaction")
        guard (1...Funds.amountMax).contains(amount) else {
            throw .invalid(field: "amount", reason: "1 to \(Funds.amountMax) minor units")
        }
        self.transaction = transaction
        self.function = function
        self.amount = amount
        self.currency = currency
        self.assertion = assertion
    }

    /// What a wallet would ask with the same assertion.
    ///
    /// - Throws: ``IssuingError/statement(_:)`` when the acquirer says another thing than the assertion.
    func request(_ claims: AuthorizationAssertionClaims) throws(IssuingError) -> TokenAuthorizationRequest {
        guard let card = CardAccountReference(rawValue: claims.card) else { throw .statement(.claims) }
        let request = try TokenAuthorizationRequest(
            transaction: claims.transaction, card: card, secureElement: claims.secureElement, function: function,
            token: claims.token, transactionCounter: claims.transactionCounter, amount: amount, currency: currency,
            merchant: claims.merchant, assertion: assertion)
        if let field = request.difference(from: claims) { throw .statement(.differs(field: field)) }
        return request
    }
}

extension CardIssuer {
    /// Money: a transaction that an acquirer brings with a token service's word. The rules are those
    /// for a wallet that asks itself: signature, amount, binding, counter, account. The acquirer's name of the transaction is
    /// its key, and the counter is used up once: the same word under another name is declined.
    ///
    /// - Parameter isShown: whether the merchant of the assertion is the one that the acquirer shows.
    public func authorize(
        _ request: ForwardedTokenRequest, _ requester: IssuerRequester,
        merchant isShown: @escaping @Sendable (String) -> Bool
    ) async throws(IssuingError) -> AuthorizationAnswer {
        let name = TransactionName(wallet: try requester.transactionNamer(), transaction: request.transaction)
        let now = clock.now()
        return try await store.transact { records throws(IssuingError) in
            let (claims, signer) = try reader().readAtAnyTime(
                request.assertion, from: nil, of: try records.wallets(), as: AuthorizationAssertionClaims.self)
            let asked = try request.request(claims)
            guard isShown(asked.merchant) else { throw .statement(.differs(field: "merchant")) }
            let digest = Digest.hash(framed(["forwarded", signer.name, request.transaction] + asked.fields))
            if let known = try answered(name, digest, records) { return known.answer }
            try reader().checkTimes(of: claims)
            let answer = try decide(asked, of: signer.name, records, now)
            let transaction = PaymentTransaction(
                name: name, card: asked.card, kind: .token, requestDigest: digest, amount: asked.amount,
                currency: asked.currency, merchant: asked.merchant, answer: answer, answeredAt: now)
            try record(transaction, requester, records, now)
            return answer
        }
    }
}
