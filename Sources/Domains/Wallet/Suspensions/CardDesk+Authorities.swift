import CardCryptography
import TurnTaking

extension CardDesk {
    /// Stops cards, lets them go on, or ends their tokens, for an issuer or against fraud: in force with the commit, whatever
    /// devices hear of it; secure elements follow by the wallet's upkeep.
    ///
    /// A card that somebody else has suspended too stays suspended; resuming what one has not suspended changes nothing.
    ///
    /// - Parameter key: the same gets the same answer.
    /// - Throws: ``WalletError/notFound(kind:)``; ``WalletError/unsettled(reason:)`` when others change the same cards at
    ///   the same time.
    public func change(
        _ change: CardChange, _ selection: CardSelection, by authority: CardAuthority, reason: String, key: RequestKey
    ) async throws(WalletError) -> CardChangeReport {
        try await journal.once(key) { _ async throws(WalletError) in
            let cards = try await cards(selection)
            guard !cards.isEmpty else { throw .notFound(kind: selection.kind) }
            var report = CardChangeReport(cards: [])
            for card in cards {
                let changed = try await turns.take(card.user) { () async throws(WalletError) in
                    try await self.changed(card.reference, change, by: authority, TokenEvent.cut(reason))
                }
                if let changed { report.cards.append(changed) }
            }
            return (report, [])
        }
    }

    private func cards(_ selection: CardSelection) async throws(WalletError) -> [Card] {
        let found: [Card] = try await stored { () async throws(WalletStoreError) in
            switch selection {
            case .card(let reference): [try await store.card(reference)].compactMap { $0 }
            case .user(let user): try await store.cards(of: user)
            case .issuerCard(let issuer, let reference):
                try await store.cards(of: issuer, issuerCardReference: reference)
            }
        }
        return found.filter { $0.state != .removed }
    }

    /// One commit for one card: what is so already is left.
    private func changed(
        _ reference: CardReference, _ change: CardChange, by authority: CardAuthority, _ reason: String
    ) async throws(WalletError) -> CardChangeReport.ChangedCard? {
        let (known, all) = try await stored { () async throws(WalletStoreError) in
            (try await store.card(reference), try await store.credentials(of: reference))
        }
        guard let card = known, card.state != .removed else { return nil }
        let (now, actor) = (clock.now(), authority.actor)
        let live = all.filter(\.state.isLive)
        var next = card
        switch change {
        case .suspend: next = card.suspended(by: actor, at: now)
        case .resume: next = card.resumed(by: actor, at: now)
        case .delete where all.allSatisfy({ $0.state == .removed }): next = card.removed(at: now)
        case .delete: break
        }
        var (changes, tokenCount): ([WalletChange], Int) = (next == card ? [] : [.card(next)], 0)
        for credential in live {
            let (own, changed) = try await self.changes(of: credential, change, by: actor, reason, at: now)
            tokenCount += own
            changes += changed
        }
        if !changes.isEmpty {
            changes.append(
                .audit(
                    AuditEntry(
                        at: now, actor: authority.name, action: "card \(change.rawValue)", user: card.user,
                        subject: card.reference.rawValue, detail: reason)))
            let all = changes
            try await commit(all)
        }
        return .init(
            card: reference, suspendedBy: next.suspenders.sorted { $0.rawValue < $1.rawValue }, tokens: tokenCount)
    }

    /// - Returns: how many tokens of it are left, and what is to be committed.
    private func changes(
        of credential: Credential, _ change: CardChange, by actor: TokenActor, _ reason: String, at now: Int64
    ) async throws(WalletError) -> (Int, [WalletChange]) {
        let own = try await tokens(of: credential)
        let next = try own.map { token throws(WalletError) in
            try changed { () throws(TokenTransitionError) in
                switch change {
                case .suspend: try token.suspended(by: actor, at: now, reason: reason)
                case .resume where token.suspenders.contains(actor):
                    try token.resumed(by: actor, at: now, reason: reason)
                case .resume: token
                case .delete: token.deleted(by: actor, at: now, reason: reason)
                }
            }
        }
        var changes: [WalletChange] = zip(own, next).filter { $0 != $1 }.map { .token($1) }
        guard !changes.isEmpty || change == .delete else { return (own.count, []) }
        var credential = credential
        if change == .delete { credential.state = .removing } else { credential.isOutOfStep = true }
        credential.updatedAt = now
        changes.append(.credential(credential))
        return (change == .delete ? 0 : own.count, changes)
    }
}

extension CardSelection {
    /// What is not found.
    fileprivate var kind: String {
        switch self {
        case .card, .issuerCard: "card"
        case .user: "user"
        }
    }
}
