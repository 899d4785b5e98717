extension TokenService {
    /// Times that a change is tried again after somebody else has changed the token.
    static let attemptsMax = 4

    /// A token of the user.
    ///
    /// - Throws: ``WalletError/notFound(kind:)``, also for another user's.
    public func token(_ reference: TokenReference, of user: UserID) async throws(WalletError) -> Token {
        let known = try await stored { () async throws(WalletStoreError) in try await store.token(reference) }
        guard let token = known, token.user == user else { throw .notFound(kind: "token") }
        return token
    }

    /// From the commit on the token does not pay, whether or not its device hears of it.
    ///
    /// - Returns: the token as it is stored now.
    public func suspend(
        _ reference: TokenReference, by actor: TokenActor, reason: String
    ) async throws(WalletError) -> Token {
        try await change(reference, "token suspended", by: actor, reason) { token, now throws(TokenTransitionError) in
            try token.suspended(by: actor, at: now, reason: reason)
        }
    }

    /// - Throws: ``WalletError/conflict(reason:)`` for anybody who has not suspended it.
    public func resume(
        _ reference: TokenReference, by actor: TokenActor, reason: String
    ) async throws(WalletError) -> Token {
        try await change(reference, "token resumed", by: actor, reason) { token, now throws(TokenTransitionError) in
            try token.resumed(by: actor, at: now, reason: reason)
        }
    }

    /// The end of the token; its number is never given out again.
    public func delete(
        _ reference: TokenReference, by actor: TokenActor, reason: String
    ) async throws(WalletError) -> Token {
        try await change(reference, "token deleted", by: actor, reason) { token, now in
            token.deleted(by: actor, at: now, reason: reason)
        }
    }

    private func change(
        _ reference: TokenReference, _ action: String, by actor: TokenActor, _ reason: String,
        _ transition: (Token, Int64) throws(TokenTransitionError) -> Token
    ) async throws(WalletError) -> Token {
        for _ in 0..<Self.attemptsMax {
            let known = try await stored { () async throws(WalletStoreError) in try await store.token(reference) }
            guard let token = known else { throw .notFound(kind: "token") }
            let now = clock.now()
            let changed: Token
            do { changed = try transition(token, now) } catch { throw .conflict(reason: "\(error)") }
            if changed == token { return token }
            do {
                try await store.commit([.token(changed), Self.audit(changed, action, by: actor, reason, at: now)])
                return changed.committed
            } catch .conflict {
                continue
            } catch {
                throw WalletError(error)
            }
        }
        throw .unsettled(reason: "the token is being changed by others")
    }

    private static func audit(
        _ token: Token, _ action: String, by actor: TokenActor, _ reason: String, at now: Int64
    ) -> WalletChange {
        .audit(
            AuditEntry(
                at: now, actor: actor == .user ? "user \(token.user)" : actor.rawValue, action: action,
                user: token.user, subject: token.reference.rawValue,
                detail: String(decoding: reason.utf8.prefix(TokenEvent.reasonBytesMax), as: UTF8.self)))
    }
}
