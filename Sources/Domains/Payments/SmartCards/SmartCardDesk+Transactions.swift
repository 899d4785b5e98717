import CardCryptography
import ISO4217
import Instructions
import JOSE
import SmartCardVerification

extension SmartCardDesk {
    /// Verifies a card in two stages and does its transaction, once.
    ///
    /// - Parameter compact: a signed ``CardTransaction``. The same transaction is answered alike, however often it comes.
    /// - Throws: ``PaymentsError/statementRefused(_:)`` for what no registered terminal has signed, and
    ///   ``PaymentsError/duplicate(reason:)`` for a name that the terminal has used for another transaction. Whatever is
    ///   wrong with the card is ``CardPaymentOutcome/refused``.
    public func process(_ compact: String) async throws(PaymentsError) -> CardPaymentOutcome {
        let request = RequestKey(statement: compact, scope: "card-transaction")
        if let known: CardPaymentOutcome = try await journal.answer(to: request) { return known }
        let (claims, terminal) = try await server.statement(
            compact, ofTerminal: CardTransaction.self, at: server.clock.now())
        do {
            return try await journal.once(request) { now throws(PaymentsError) in
                try await decide(claims, at: terminal, declining: nil, now)
            }
        } catch .transferRefused(let refusal) {
            return try await journal.once(request) { now throws(PaymentsError) in
                try await decide(claims, at: terminal, declining: refusal, now)
            }
        }
    }

    /// - Parameter refusal: why the ledger has refused the transfer, when it has.
    private func decide(
        _ claims: CardTransaction, at terminal: Terminal, declining refusal: TransferRefusal?, _ now: Int64
    ) async throws(PaymentsError) -> (CardPaymentOutcome, [PaymentChange]) {
        // Before the payment: whoever finds the challenge used, by this transaction handed in beside, finds the payment too.
        let challenges = try await challenges(of: terminal.name)
        let known = try await stored { () async throws(PaymentStoreError) in
            try await store.cardPayment(terminal: terminal.name, transaction: claims.jti)
        }
        if let known {
            guard known.card.text == claims.card, known.amount == claims.amount, known.currency == claims.currency
            else { throw .duplicate(reason: "the terminal has used the transaction's name for another one") }
            return (known.outcome, [])
        }
        let judgement = try await judge(claims, at: terminal, among: challenges, now)
        var outcome = CardPaymentOutcome.refused
        var changes = judgement.changes
        var detail = judgement.refusal ?? "verified"
        if judgement.refusal == nil, let account = judgement.account {
            let transfer = Transfer(
                id: CardPayment.transferID(terminal: terminal.name, transaction: claims.jti), debit: account,
                credit: terminal.payee, amount: claims.amount, currency: claims.currency, code: .cardPayment,
                reference: claims.challenge)
            if let refusal {
                outcome = .declined
                detail = "declined: \(refusal)"
            } else {
                outcome = .approved(transfer: transfer.id)
                changes.append(.transfers([transfer], at: now))
            }
        }
        if judgement.isDecided, let card = try? SmartCardIdentification(text: claims.card) {
            changes.append(
                .cardPayment(
                    CardPayment(
                        terminal: terminal.name, transaction: claims.jti, card: card, amount: claims.amount,
                        currency: claims.currency, outcome: outcome, decidedAt: now)))
        }
        let entry = AuditEntry(
            at: now, actor: "terminal \(terminal.name)", action: "card transaction", subject: claims.card,
            detail: detail)
        return (outcome, changes + [.audit(entry)])
    }
}

/// What the verification of a card has come to.
private struct Judgement {
    /// For the audit trail; `nil` when both verifications passed.
    var refusal: String?
    /// Whose card it is, when it is verified.
    var account: AccountID?
    var changes: [PaymentChange] = []
    /// The transaction's challenge is used up: there is no second decision.
    var isDecided = false
}

/// Whether a card is asked for its key at all.
private enum Standing {
    case asked(SmartCard, AccountCardData, CardFailures)
    case unknown
    case blocked
    /// The terminal is locked out of it.
    case locked

    /// For the audit trail.
    var refusal: String? {
        switch self {
        case .asked: nil
        case .unknown: "the card is unknown"
        case .blocked: "the card is blocked"
        case .locked: "the terminal is locked out of the card"
        }
    }
}

extension SmartCardDesk {
    private func judge(
        _ claims: CardTransaction, at terminal: Terminal, among challenges: [CardChallenge], _ now: Int64
    ) async throws(PaymentsError) -> Judgement {
        guard let identification = try? SmartCardIdentification(text: claims.card),
            let file = Base64URL.decode(claims.encryptedData).flatMap({ try? EncryptedCardData(bytes: $0) }),
            let response = Base64URL.decode(claims.response).flatMap({ try? SmartCardResponse($0) })
        else { return Judgement(refusal: "the card's answers are malformed") }
        guard var challenge = challenges.first(where: { $0.id.rawValue == claims.challenge }) else {
            return Judgement(refusal: "the challenge is not the terminal's, or long used")
        }
        guard challenge.isAlive(at: now) else { return Judgement(refusal: "the challenge is used or has expired") }
        guard challenge.card == identification, challenge.transaction == claims.jti, challenge.amount == claims.amount,
            challenge.currency == claims.currency
        else { return Judgement(refusal: "the challenge is for another transaction") }
        challenge.usedAt = now
        var judgement = Judgement(changes: [.cardChallenge(challenge)], isDecided: true)

        let question = try Self.question(challenge)
        let standing = try await standing(of: identification, at: terminal, now)
        guard case .asked(let card, let stored, var failures) = standing else {
            judgement.refusal = standing.refusal
            // As much work as for a clone: the time tells nobody whether there is such a card.
            try workInVain(response, of: identification, to: question)
            return judgement
        }
        judgement.refusal = try verify(response, file, of: card, stored, to: question)
        if judgement.refusal == nil {
            judgement.account = card.account
            guard failures.count > 0 else { return judgement }
            failures.succeed()
        } else {
            failures.fail(at: now)
        }
        judgement.changes.append(.cardFailures(failures))
        return judgement
    }

    private func standing(
        of identification: SmartCardIdentification, at terminal: Terminal, _ now: Int64
    ) async throws(PaymentsError) -> Standing {
        guard let card = try await smartCard(identification), let stored = try await cardData(of: card) else {
            return .unknown
        }
        guard card.blockedAt == nil else { return .blocked }
        let failures = try await failures(of: card, at: terminal)
        return failures.isLocked(at: now) ? .locked : .asked(card, stored, failures)
    }

    /// What the card was asked.
    private static func question(_ challenge: CardChallenge) throws(PaymentsError) -> SmartCardChallenge {
        do {
            return try SmartCardChallenge(
                nonce: challenge.nonce,
                terms: CardTransactionTerms(
                    terminal: challenge.terminal.value, transaction: challenge.transaction, amount: challenge.amount,
                    currency: challenge.currency.code))
        } catch {
            throw .internal(reason: "a challenge that cannot be: \(error)")
        }
    }

    /// - Returns: why the card is not verified.
    private func verify(
        _ response: SmartCardResponse, _ file: EncryptedCardData, of card: SmartCard, _ stored: AccountCardData,
        to question: SmartCardChallenge
    ) throws(PaymentsError) -> String? {
        let verification = TwoStageVerification(
            keys: cardKeys, trace: trace, card: card.identification, keyVersion: stored.keyVersion)
        guard let possession = try verification.possession(provenBy: response, to: question) else {
            return "first verification: the card does not have its key"
        }
        guard try possession.hasData(file, equalTo: opened(stored)) else {
            return "second verification: the card's data is not the account's"
        }
        return nil
    }

    /// The first verification's work for a card that is not asked, with the key that one of this name would have. What it
    /// comes to is not looked at.
    private func workInVain(
        _ response: SmartCardResponse, of identification: SmartCardIdentification, to question: SmartCardChallenge
    ) throws(PaymentsError) {
        let expected = try cardKeys.expectedResponse(
            of: identification, to: question, keyVersion: cardKeys.currentCardKeyVersion())
        _ = response == expected
    }

    private func failures(of card: SmartCard, at terminal: Terminal) async throws(PaymentsError) -> CardFailures {
        let known = try await stored { () async throws(PaymentStoreError) in
            try await store.cardFailures(of: card.identification, at: terminal.name)
        }
        return known ?? CardFailures(card: card.identification, terminal: terminal.name)
    }
}
