import CardCryptography
import ISO4217
import ISO7816
import Instructions
import SmartCardVerification

extension RequestKey {
    /// A signed statement is its own key: the same words get the same answer.
    init(statement compact: String, scope: String) {
        let digest = Self.digest(of: [compact])
        self.init(scope: scope, key: digest.hex, digest: digest)
    }
}

extension SmartCardDesk {
    /// A challenge for the card that a terminal says was presented, for the transaction that it names.
    ///
    /// A card that nobody has enrolled gets one like any other: whether it is enrolled is not to be learned here.
    /// - Parameter compact: a signed ``CardChallengeRequest``; the same one gets the same challenge.
    public func challenge(_ compact: String) async throws(PaymentsError) -> CardChallenge {
        let request = RequestKey(statement: compact, scope: "card-challenge")
        if let known: CardChallenge = try await journal.answer(to: request) { return known }
        let (claims, terminal) = try await server.statement(
            compact, ofTerminal: CardChallengeRequest.self, at: server.clock.now())
        let card = try Self.card(claims.card)
        // What a card could not be asked about is refused here, where it is the terminal's own mistake.
        do {
            _ = try CardTransactionTerms(
                terminal: terminal.name.value, transaction: claims.jti, amount: claims.amount,
                currency: claims.currency.code)
        } catch {
            throw .invalid(field: error == .amount ? "amount" : "jti", reason: error.description)
        }
        return try await journal.once(request) { now throws(PaymentsError) in
            let challenges = try await challenges(of: terminal.name)
            let (place, revision) = try CardChallenge.freePlace(among: challenges, for: card, at: now)
            let challenge = CardChallenge(
                terminal: terminal.name, place: place, id: .random(server.random), card: card, transaction: claims.jti,
                amount: claims.amount, currency: claims.currency,
                nonce: server.random.bytes(SmartCardChallenge.nonceLength),
                issuedAt: now, revision: revision)
            return (challenge.committed, [.cardChallenge(challenge)])
        }
    }

    func challenges(of terminal: PartyName) async throws(PaymentsError) -> [CardChallenge] {
        try await stored { () async throws(PaymentStoreError) in try await store.cardChallenges(of: terminal) }
    }

    static func card(_ text: String) throws(PaymentsError) -> SmartCardIdentification {
        do { return try SmartCardIdentification(text: text) } catch {
            throw .invalid(field: "card", reason: error.description)
        }
    }
}
