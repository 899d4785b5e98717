public import CardCryptography
import TurnTaking

extension AccountDesk {
    /// The session that a secret opens.
    ///
    /// - Throws: ``WalletError/unauthenticated`` for one that is unknown, over, idle or revoked.
    public func session(bearing secret: SecretBytes) async throws(WalletError) -> Session {
        let now = clock.now()
        let known = try await stored { () async throws(WalletStoreError) in
            try await store.session(digest: Self.digest(of: secret))
        }
        guard let session = known, session.isInForce(at: now, policy) else { throw .unauthenticated }
        guard now - session.lastUsedAt >= policy.touchSeconds else { return session }
        var touched = session
        touched.lastUsedAt = now
        do {
            try await store.commit([.session(touched)])
            return touched.committed
        } catch .conflict {
            // Another request of the session has written it down, or it has just ended; the next one finds out.
            return session
        } catch {
            throw WalletError(error)
        }
    }

    /// The password once more, before something that moves a card.
    ///
    /// - Throws: ``WalletError/credentialsRefused``, counted as at a login; ``WalletError/lockedOut(seconds:)``.
    public func authenticateAgain(
        _ session: Session, password: SecretBytes, from address: NetworkAddress
    ) async throws(WalletError) -> Session {
        let known = try await stored { () async throws(WalletStoreError) in try await store.account(session.user) }
        guard let login = known?.login else { throw .unauthenticated }
        return try await turns.take(login) { () async throws(WalletError) in
            let account = try await account(named: login, password, from: address)
            return try await freshened(session.id, account)
        }
    }

    private func freshened(_ id: SessionID, _ account: Account) async throws(WalletError) -> Session {
        let now = clock.now()
        let known = try await stored { () async throws(WalletStoreError) in try await store.session(id) }
        guard var session = known, session.isInForce(at: now, policy) else { throw .unauthenticated }
        session.authenticatedAt = now
        session.lastUsedAt = now
        var changes: [WalletChange] = [.session(session)]
        if account.failures != .none {
            var account = account
            account.failures = .none
            changes.append(.account(account))
        }
        let all = changes
        try await stored { () async throws(WalletStoreError) in try await store.commit(all) }
        return session.committed
    }

    /// - Throws: ``WalletError/freshAuthenticationRequired`` unless the password was given in the last minutes.
    public func requireFreshAuthentication(_ session: Session) throws(WalletError) {
        guard clock.now() <= freshUntil(session) else { throw .freshAuthenticationRequired }
    }

    /// Until when cards may be moved.
    public func freshUntil(_ session: Session) -> Int64 { session.authenticatedAt + policy.freshSeconds }

    // MARK: - Lists and ends

    /// The user's sessions that are in force, oldest first.
    public func sessionsInForce(of user: UserID) async throws(WalletError) -> [Session] {
        let now = clock.now()
        return try await sessions(of: user).filter { $0.isInForce(at: now, policy) }
    }

    func sessions(of user: UserID) async throws(WalletError) -> [Session] {
        try await stored { () async throws(WalletStoreError) in try await store.sessions(of: user) }
    }

    /// The user's devices, oldest first.
    public func devices(of user: UserID) async throws(WalletError) -> [Device] {
        try await stored { () async throws(WalletStoreError) in try await store.devices(of: user) }
            .filter { $0.state == .active }
    }

    /// Ends one session of the user, which may be the one that asks. Ending what is over changes nothing.
    ///
    /// - Throws: ``WalletError/notFound(kind:)``, also for another user's.
    public func revoke(_ id: SessionID, of user: UserID) async throws(WalletError) {
        let known = try await stored { () async throws(WalletStoreError) in try await store.session(id) }
        guard let session = known, session.user == user else { throw .notFound(kind: "session") }
        _ = try await revoke([session], "session ended", of: user)
    }

    /// Ends all sessions of the user but one.
    ///
    /// - Returns: how many have ended.
    public func revokeAll(of user: UserID, except kept: SessionID?) async throws(WalletError) -> Int {
        let others = try await sessionsInForce(of: user).filter { $0.id != kept }
        return try await revoke(others, "sessions ended", of: user)
    }

    private func revoke(_ sessions: [Session], _ action: String, of user: UserID) async throws(WalletError) -> Int {
        let now = clock.now()
        let revoked = Self.revoked(sessions, at: now)
        guard !revoked.isEmpty else { return 0 }
        let entry = AuditEntry(
            at: now, actor: "user \(user)", action: action, user: user,
            subject: sessions.count == 1 ? sessions[0].id.rawValue : "")
        try await stored { () async throws(WalletStoreError) in try await store.commit(revoked + [.audit(entry)]) }
        return revoked.count
    }

    private static func revoked(_ sessions: [Session], at now: Int64) -> [WalletChange] {
        sessions.filter { $0.revokedAt == nil }.map {
            var session = $0
            session.revokedAt = now
            return .session(session)
        }
    }

    /// What removes a device and ends its sessions, to be committed together with the answer to the request. Its cards are
    /// unbound or moved first.
    ///
    /// - Returns: the changes, and how many sessions end.
    /// - Throws: ``WalletError/notFound(kind:)``; ``WalletError/conflict(reason:)`` while a card is on it.
    public func removal(
        of id: DeviceID, of user: UserID
    ) async throws(WalletError) -> (endedSessions: Int, changes: [WalletChange]) {
        let now = clock.now()
        let known = try await stored { () async throws(WalletStoreError) in try await store.device(id) }
        guard var device = known, device.user == user, device.state == .active else { throw .notFound(kind: "device") }
        let secureElement = device.secureElement
        let credentials = try await stored { () async throws(WalletStoreError) in
            try await store.credentials(on: secureElement)
        }
        // What only is to leave it pays no more; it leaves when the device comes back, or never.
        guard !credentials.contains(where: { $0.user == user && $0.state != .removed && $0.state != .removing }) else {
            throw .conflict(reason: "cards are on the device: unbind or move them first")
        }
        device.state = .removed
        let sessions = try await sessions(of: user).filter { $0.device == id && $0.isInForce(at: now, policy) }
        let entry = AuditEntry(
            at: now, actor: "user \(user)", action: "device removed", user: user, subject: id.rawValue)
        return (sessions.count, [.device(device), .audit(entry)] + Self.revoked(sessions, at: now))
    }
}
