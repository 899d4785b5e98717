/// What a wallet does without being asked: settles payments whose issuer was silent, takes cards out of secure elements
/// that have come back, seals card numbers anew under the newest key, forgets what is over.
public struct WalletUpkeep: Sendable {
    let payments: PaymentDesk
    let cards: CardDesk
    let vault: any CardNumberVault

    /// Cards that are read at once.
    static let pageCards = 100

    public init(payments: PaymentDesk, cards: CardDesk, vault: any CardNumberVault) {
        self.payments = payments
        self.cards = cards
        self.vault = vault
    }

    /// What waits for somebody outside: every minute.
    public func settle() async throws(WalletError) -> UpkeepReport {
        let settled = try await payments.settleAll()
        let cleared = try await cards.clearRemoved()
        return UpkeepReport(
            settledPayments: settled, clearedCards: cleared, cardsInStep: try await cards.bringInStep(),
            resealedCards: 0)
    }

    /// What can wait: every day.
    ///
    /// - Parameter days: how long what is over is kept; 0 keeps it.
    public func run(keepingDays days: Int) async throws(WalletError) -> UpkeepReport {
        var report = try await settle()
        report.resealedCards = try await resealCards()
        guard days > 0 else { return report }
        let time = payments.clock.now() - Int64(days) * 86_400
        try await stored { () async throws(WalletStoreError) in
            try await payments.store.commit([.forget(before: time)])
        }
        return report
    }

    /// A card that is changed meanwhile is left to the next time.
    private func resealCards() async throws(WalletError) -> Int {
        var (last, count): (CardReference?, Int) = (nil, 0)
        while true {
            let after = last
            let page = try await stored { () async throws(WalletStoreError) in
                try await payments.store.cards(after: after, limit: Self.pageCards)
            }
            for card in page where !card.sealedNumber.isEmpty {
                if try await isResealed(card) { count += 1 }
            }
            guard page.count == Self.pageCards, let end = page.last else { return count }
            last = end.reference
        }
    }

    private func isResealed(_ card: Card) async throws(WalletError) -> Bool {
        let sealed = try await kept { () async throws(WalletVaultError) in
            try await vault.resealed(card.sealedNumber, of: card.reference)
        }
        guard let sealed else { return false }
        var card = card
        card.sealedNumber = sealed
        do {
            try await payments.store.commit([.card(card)])
            return true
        } catch .conflict {
            return false
        } catch {
            throw WalletError(error)
        }
    }
}

/// What was done.
public struct UpkeepReport: Hashable, Sendable {
    public var settledPayments: Int
    /// Credentials that have left their secure elements.
    public var clearedCards: Int
    /// Credentials of which secure elements hold again what they should.
    public var cardsInStep: Int
    public var resealedCards: Int

    public init(settledPayments: Int, clearedCards: Int, cardsInStep: Int, resealedCards: Int) {
        self.settledPayments = settledPayments
        self.clearedCards = clearedCards
        self.cardsInStep = cardsInStep
        self.resealedCards = resealedCards
    }
}
