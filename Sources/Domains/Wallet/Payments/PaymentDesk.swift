import EMV
import ISO7816
import TurnTaking

/// Authorizes payments with tokens: what an acquirer asks for is held against token, domain, counter and cryptogram before
/// the issuer is asked for the money.
///
/// The counter is used up and the payment written down in one commit before the issuer hears of it, and the outcome after:
/// whatever happens between, the same transaction gets one answer. A payment that stays without the issuer's word for too
/// long is given up, and what the issuer may have taken is reversed.
public struct PaymentDesk: Sendable {
    /// What the tokens of payments are held against.
    public let tokens: TokenService
    let issuers: IssuerDirectory
    /// The wallet's name: `iss` of its statements.
    let walletName: String
    /// How long a payment may stay without the issuer's word before it is given up.
    let openSecondsMax: Int64
    private let turns = Turns<TokenNumber, WalletError>()

    var store: any WalletStore { tokens.store }
    var clock: any WalletClock { tokens.clock }

    public init(
        tokens: TokenService, issuers: IssuerDirectory, walletName: String, openSecondsMax: Int64 = 120
    ) {
        self.tokens = tokens
        self.issuers = issuers
        self.walletName = walletName
        self.openSecondsMax = openSecondsMax
    }

    /// The answer to a transaction, which never changes.
    ///
    /// - Throws: ``WalletError/invalid(field:reason:)``; ``WalletError/idempotencyConflict`` for a transaction that was
    ///   another before; ``WalletError/unsettled(reason:)`` when the issuer has not answered: ask again.
    public func authorize(_ request: PaymentRequest) async throws(WalletError) -> PaymentAnswer {
        let input = try request.cryptogramInput()
        return try await turns.take(request.token) { () async throws(WalletError) in
            try await authorizeInTurn(request, input)
        }
    }

    private func authorizeInTurn(
        _ request: PaymentRequest, _ input: CryptogramInput
    ) async throws(WalletError) -> PaymentAnswer {
        let known = try await stored { () async throws(WalletStoreError) in
            try await store.payment(of: request.acquirer, transaction: request.transaction)
        }
        if let known {
            guard known.requestDigest == request.digest || known.isReversedUnseen else { throw .idempotencyConflict }
            if let outcome = known.outcome { return PaymentAnswer(outcome) }
            return try await isTooLate(known) ? givenUp(known) : settled(known)
        }
        let token = try await stored { () async throws(WalletStoreError) in try await store.token(request.token) }
        guard let token else { return try await refuse(request, nil, .unknownToken) }
        if let refusal = try await refusal(of: request, input, token) {
            return try await refuse(request, token, refusal)
        }
        let record = try await begun(request, token, counter: Int(input.transactionCounter))
        return try await settled(record, isFirstAsked: true)
    }

    // MARK: - Checks

    private func refusal(
        of request: PaymentRequest, _ input: CryptogramInput, _ token: Token
    ) async throws(WalletError) -> PaymentRefusal? {
        let (credential, card) = try await stored { () async throws(WalletStoreError) in
            (try await store.credential(token.credential), try await store.card(token.card))
        }
        guard let credential, let card else {
            throw .internal(reason: "the credential or the card of \(token.reference) is missing")
        }
        let checks = PaymentChecks(token: token, credential: credential, card: card, now: clock.now())
        do {
            try checks.check(request, input)
        } catch {
            return error
        }
        let key = TokenKeyName(
            number: token.number, sequenceNumber: token.sequenceNumber, secureElement: token.secureElement,
            type: token.type, share: credential.mode == .universalIdentifier ? nil : credential.id)
        let isGenuine = try await kept { () async throws(WalletVaultError) in
            try await tokens.vault.isCryptogram(request.cryptogram, over: input, by: key)
        }
        return isGenuine ? nil : .wrongCryptogram
    }

    // MARK: - Records

    private func refuse(
        _ request: PaymentRequest, _ token: Token?, _ refusal: PaymentRefusal
    ) async throws(WalletError) -> PaymentAnswer {
        let now = clock.now()
        var record = record(of: request, token, at: now)
        record.outcome = .declined(actionCode: PaymentRefusal.actionCode)
        let entry = entry(of: record, "payment refused", refusal.rawValue, at: now)
        try await write([.payment(record), .audit(entry)])
        return .declined(actionCode: PaymentRefusal.actionCode)
    }

    /// The intent: the counter is used up, and what the issuer will be asked is written down.
    private func begun(
        _ request: PaymentRequest, _ token: Token, counter: Int
    ) async throws(WalletError) -> PaymentRecord {
        var (token, record) = (token, record(of: request, token, at: clock.now()))
        token.lastCounter = counter
        record.counter = counter
        try await write([.token(token), .payment(record)])
        return record.committed
    }

    private func write(_ changes: [WalletChange]) async throws(WalletError) {
        do {
            try await store.commit(changes)
        } catch .duplicate {
            throw .unsettled(reason: "the transaction is being handled already")
        } catch {
            throw WalletError(error)
        }
    }

    private func record(of request: PaymentRequest, _ token: Token?, at now: Int64) -> PaymentRecord {
        PaymentRecord(
            acquirer: request.acquirer, transaction: request.transaction, requestDigest: request.digest,
            token: token?.reference, user: token?.user, amount: request.amount, currency: request.currency,
            function: request.function, merchant: request.merchant, createdAt: now, updatedAt: now)
    }

    func entry(of record: PaymentRecord, _ action: String, _ detail: String, at now: Int64) -> AuditEntry {
        AuditEntry(
            at: now, actor: "acquirer \(record.acquirer)", action: action, user: record.user,
            subject: record.token?.rawValue ?? "", detail: "\(record.transaction): \(detail)")
    }
}
