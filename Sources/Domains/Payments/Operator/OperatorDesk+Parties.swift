public import CardCryptography

/// A party that was registered, and its access credential, which is told here and nowhere else.
public struct Registered<Party: Codable & Sendable>: Codable, Sendable {
    public var party: Party
    /// Hex digits: what the party's requests bear.
    public var secret: String
}

extension OperatorDesk {
    /// Registers a platform, with the key that it signs with.
    public func registerPlatform(
        _ name: PartyName, keyName: String? = nil, publicKey: ECPublicKey, rewardAccounts: [AccountID] = [],
        _ request: RequestKey
    ) async throws(PaymentsError) -> Registered<Platform> {
        let key = try SigningKey(name: keyName ?? name.value, holder: .platform(name), publicKey: publicKey)
        return try await server.journal.once(request) { now throws(PaymentsError) in
            let known = try await stored { () async throws(PaymentStoreError) in
                try await store.platforms(limit: server.policy.platformsMax)
            }
            if known.contains(where: { $0.name == name }) {
                throw .duplicate(reason: "the platform \(name) is registered")
            }
            guard known.count < server.policy.platformsMax else {
                throw .tooMany(kind: "platforms", max: server.policy.platformsMax)
            }
            try await checkIsNew(key)
            for account in rewardAccounts { try await checkRewardAccount(account) }
            let platform = Platform(name: name, rewardAccounts: rewardAccounts, registeredAt: now)
            return registered(platform.committed, .platform(platform), key, .platform(name), at: now)
        }
    }

    /// Registers a seller's terminal, with the key that it signs with.
    public func registerTerminal(
        _ name: PartyName, keyName: String? = nil, publicKey: ECPublicKey, payee: AccountID, _ request: RequestKey
    ) async throws(PaymentsError) -> Registered<Terminal> {
        let key = try SigningKey(name: keyName ?? name.value, holder: .terminal(name), publicKey: publicKey)
        return try await server.journal.once(request) { now throws(PaymentsError) in
            let (known, count) = try await stored { () async throws(PaymentStoreError) in
                (try await store.terminal(name), try await store.terminalCount())
            }
            guard known == nil else { throw .duplicate(reason: "the terminal \(name) is registered") }
            guard count < server.policy.terminalsMax else {
                throw .tooMany(kind: "terminals", max: server.policy.terminalsMax)
            }
            try await checkIsNew(key)
            guard [.merchant, .transit].contains(try await account(payee).kind) else {
                throw .invalid(field: "payee", reason: "no merchant's account, and none of a gate's owner")
            }
            let terminal = Terminal(name: name, payee: payee, registeredAt: now)
            return registered(terminal.committed, .terminal(terminal), key, .terminal(name), at: now)
        }
    }

    /// Takes in another key of a platform or terminal, before it signs with it.
    public func addKey(
        named name: String, _ publicKey: ECPublicKey, of holder: SigningKey.Holder, _ request: RequestKey
    ) async throws(PaymentsError) -> SigningKey {
        let key = try SigningKey(name: name, holder: holder, publicKey: publicKey)
        return try await server.journal.once(request) { now throws(PaymentsError) in
            let keys = try await stored { () async throws(PaymentStoreError) in try await store.signingKeys(of: holder)
            }
            guard !keys.isEmpty else { throw .notFound(kind: "party") }
            guard keys.count < SigningKey.keysMax else { throw .tooMany(kind: "keys", max: SigningKey.keysMax) }
            try await checkIsNew(key)
            let entry = AuditEntry(
                at: now, actor: Self.actor, action: "key added", subject: holder.name.value, detail: name)
            return (key, [.signingKey(key), .audit(entry)])
        }
    }

    /// An account's owner leaves rewards to a platform.
    public func leaveRewards(
        of account: AccountID, to name: PartyName, _ request: RequestKey
    ) async throws(PaymentsError) -> Platform {
        try await server.journal.once(request) { now throws(PaymentsError) in
            try await checkRewardAccount(account)
            return try await changed(name, "rewards left to it", at: now) { platform throws(PaymentsError) in
                guard !platform.rewardAccounts.contains(account) else { return }
                guard platform.rewardAccounts.count < Platform.rewardAccountsMax else {
                    throw .tooMany(kind: "reward accounts", max: Platform.rewardAccountsMax)
                }
                platform.rewardAccounts.append(account)
            }
        }
    }

    /// Nothing new of a platform is believed from now on, or again.
    public func suspendPlatform(
        _ name: PartyName, _ isSuspended: Bool, _ request: RequestKey
    ) async throws(PaymentsError) -> Platform {
        try await server.journal.once(request) { now throws(PaymentsError) in
            try await changed(name, isSuspended ? "suspended" : "resumed", at: now) { platform throws(PaymentsError) in
                platform.suspendedAt = isSuspended ? platform.suspendedAt ?? now : nil
            }
        }
    }

    /// Nothing new of a terminal is believed from now on, or again.
    public func suspendTerminal(
        _ name: PartyName, _ isSuspended: Bool, _ request: RequestKey
    ) async throws(PaymentsError) -> Terminal {
        try await server.journal.once(request) { now throws(PaymentsError) in
            let known = try await stored { () async throws(PaymentStoreError) in try await store.terminal(name) }
            guard var terminal = known else { throw .notFound(kind: "terminal") }
            terminal.suspendedAt = isSuspended ? terminal.suspendedAt ?? now : nil
            let entry = AuditEntry(
                at: now, actor: Self.actor, action: isSuspended ? "suspended" : "resumed", subject: name.value)
            return (terminal.committed, [.terminal(terminal), .audit(entry)])
        }
    }

    /// By name.
    public func platforms(limit: Int) async throws(PaymentsError) -> [Platform] {
        try await stored { () async throws(PaymentStoreError) in try await store.platforms(limit: limit) }
    }

    /// By name: a page of all there are.
    public func terminals(after name: PartyName? = nil, limit: Int) async throws(PaymentsError) -> [Terminal] {
        try await stored { () async throws(PaymentStoreError) in try await store.terminals(after: name, limit: limit) }
    }

    // MARK: - What lies below

    private func registered<Party>(
        _ party: Party, _ change: PaymentChange, _ key: SigningKey, _ holder: CredentialHolder, at now: Int64
    ) -> (Registered<Party>, [PaymentChange]) {
        let (secret, credential) = AccessCredential.make(for: holder, at: now, server.random)
        let entry = AuditEntry(
            at: now, actor: Self.actor, action: "registered", subject: "\(holder)", detail: "key \(key.name)")
        return (
            Registered(party: party, secret: String(decoding: secret.revealed(), as: UTF8.self)),
            [change, .signingKey(key), .credential(credential), .audit(entry)]
        )
    }

    private func changed(
        _ name: PartyName, _ action: String, at now: Int64, _ mutate: (inout Platform) throws(PaymentsError) -> Void
    ) async throws(PaymentsError) -> (Platform, [PaymentChange]) {
        let known = try await stored { () async throws(PaymentStoreError) in try await store.platform(name) }
        guard var platform = known else { throw .notFound(kind: "platform") }
        try mutate(&platform)
        let entry = AuditEntry(at: now, actor: Self.actor, action: action, subject: name.value)
        return (platform.committed, [.platform(platform), .audit(entry)])
    }

    private func checkIsNew(_ key: SigningKey) async throws(PaymentsError) {
        let known = try await stored { () async throws(PaymentStoreError) in
            try await store.signingKey(named: key.name)
        }
        guard known == nil else { throw .duplicate(reason: "a key named \(key.name) is registered") }
    }

    private func checkRewardAccount(_ id: AccountID) async throws(PaymentsError) {
        guard try await account(id).kind == .reward else {
            throw .invalid(field: "rewardAccount", reason: "no account that rewards are paid from")
        }
    }
}
