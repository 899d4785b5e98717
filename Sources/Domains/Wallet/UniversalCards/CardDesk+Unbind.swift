extension CardDesk {
    /// Takes a card off the device of the request: its tokens end at once, its record leaves the secure element as soon as
    /// it can be reached, and the issuer forgets the triple (UCI-07, UPD-08).
    ///
    /// - Returns: whether the secure element has forgotten it already.
    public func unbind(_ card: CardReference, _ request: UserRequest) async throws(WalletError) -> Bool {
        try requireFreshAuthentication(request)
        return try await once(request, "unbind") { _ async throws(WalletError) in
            let credentials = try await credentials(on: request.device.secureElement, of: request.user)
                .filter { $0.card == card }
            guard let card = try await stored({ () async throws(WalletStoreError) in try await store.card(card) }),
                card.user == request.user, !credentials.isEmpty
            else { throw .notFound(kind: "card") }
            if let live = credentials.first(where: \.state.isLive) {
                try await end(live, by: .user, reason: "unbound", request)
            }
            var isCleared = true
            for credential in try await credentialsToRemove(on: request.device, of: request.user)
            where credential.card == card.reference {
                let isGone = await self.isCleared(credential, subscriber: request.device.subscriber, request)
                isCleared = isCleared && isGone
            }
            return isCleared
        }
    }

    /// The tokens of a credential end, and it is to leave the secure element: one commit.
    func end(
        _ credential: Credential, by actor: TokenActor, reason: String, _ request: UserRequest
    ) async throws(WalletError) {
        let now = clock.now()
        var ending = credential
        ending.state = .removing
        ending.updatedAt = now
        let ended = try await tokens(of: credential).map { $0.deleted(by: actor, at: now, reason: reason) }
        try await commit(
            [.credential(ending), audit(request, "card ended", "\(credential.card)", "\(credential.id): \(reason)")]
                + ended.map { .token($0) })
    }

    /// Finishes a credential that is on its way out: record deleted, issuer told, done; with the last one of a card its
    /// number leaves the wallet.
    ///
    /// - Parameter isBoundAgain: whether the same card is about to be bound to the same secure element: then the issuer
    ///   keeps the triple, and the wallet the card.
    func clear(
        _ credential: Credential, subscriber: String, isBoundAgain: Bool = false, _ request: UserRequest
    ) async throws(WalletError) {
        try await unload(credential, subscriber: subscriber)
        let (known, all) = try await stored { () async throws(WalletStoreError) in
            (try await store.card(credential.card), try await store.credentials(of: credential.card))
        }
        let others = all.filter { $0.id != credential.id && $0.state != .removed }
        if credential.issuerBinding != nil, !isBoundAgain, let card = known,
            !others.contains(where: { $0.secureElement == credential.secureElement && $0.state.isLive })
        {
            do throws(WalletError) {
                try await unbind(card, credential)
            } catch .issuerRefused {
                // An issuer that no longer knows the card has forgotten the triple, too.
            }
        }
        var removed = credential
        removed.state = .removed
        removed.updatedAt = clock.now()
        let ended = try await tokens(of: credential).map { $0.deleted(by: .wallet, at: removed.updatedAt) }
        var changes = [
            .credential(removed), audit(request, "card cleared", "\(credential.card)", "\(credential.id)"),
        ]
        if let card = known, card.state != .removed, others.isEmpty, !isBoundAgain {
            changes += [
                .card(card.removed(at: removed.updatedAt)), audit(request, "card forgotten", "\(card.reference)"),
            ]
        }
        try await commit(changes + ended.map { .token($0) })
    }

    /// Whether the secure element can be reached, and has forgotten the credential, before a person's patience ends.
    func isCleared(
        _ credential: Credential, subscriber: String, _ request: UserRequest
    ) async -> Bool {
        await inPatience {
            do {
                try await clear(credential, subscriber: subscriber, request)
                return true
            } catch {
                return false
            }
        }
    }

    func credentialsToRemove(on device: Device, of user: UserID) async throws(WalletError) -> [Credential] {
        try await credentials(on: device.secureElement, of: user).filter { $0.state == .removing }
    }

    /// Before anything that moves or removes a card.
    func requireFreshAuthentication(_ request: UserRequest) throws(WalletError) {
        guard clock.now() - request.authenticatedAt <= policy.freshSeconds else { throw .freshAuthenticationRequired }
    }
}
