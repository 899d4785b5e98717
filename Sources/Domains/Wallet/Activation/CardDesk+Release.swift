extension CardDesk {
    /// Takes back what could not be completed: tokens that never paid, and with them the credential, the binding and the
    /// card, as far as nothing else needs them (UPD-07). A function that was active before stays active.
    func release(
        _ credential: Credential, _ card: Card, subscriber: String, _ request: UserRequest
    ) async throws(WalletError) {
        // What has been committed since it was read.
        guard
            var current = try await stored({ () async throws(WalletStoreError) in
                try await store.credential(credential.id)
            })
        else { return }
        let now = clock.now()
        var changes: [WalletChange] = []
        for token in try await tokens(of: current) where token.phase == .inactive {
            changes.append(.token(token.deleted(by: .wallet, at: now, reason: "not loaded")))
            current.tokens[token.function] = nil
        }
        current.updatedAt = now
        if current.tokens.isEmpty {
            current.state = .removed
        }
        changes.append(.credential(current))
        changes.append(audit(request, "card released", "\(card.reference)", "\(credential.id)"))
        try await commit(changes)
        guard current.state == .removed else { return }
        if current.issuerBinding != nil { try? await unbind(card, current) }
        try await forget(cardWithoutCredentials: card, request)
    }

    /// A card that is on no device leaves the wallet, and its number with it.
    func forget(cardWithoutCredentials card: Card, _ request: UserRequest) async throws(WalletError) {
        let credentials = try await stored { () async throws(WalletStoreError) in
            try await store.credentials(of: card.reference)
        }
        guard !credentials.contains(where: { $0.state != .removed }),
            let current = try await stored({ () async throws(WalletStoreError) in
                try await store.card(card.reference)
            }), current.state != .removed
        else { return }
        try await commit([
            .card(current.removed(at: clock.now())), audit(request, "card forgotten", "\(card.reference)"),
        ])
    }
}
