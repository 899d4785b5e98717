/// Some of a user's tokens: of a card, on a device, of a function, or of all that are named.
public struct TokenSelection: Hashable, Sendable {
    public var card: CardReference?
    public var device: DeviceID?
    public var function: PaymentFunction?
    public var token: TokenReference?

    public init(card: CardReference? = nil, device: DeviceID? = nil, function: PaymentFunction? = nil) {
        self.card = card
        self.device = device
        self.function = function
    }

    public init(token: TokenReference) { self.token = token }

    /// Everything on a device: it is lost.
    var isWholeDevice: Bool { device != nil && card == nil && function == nil }
}

extension CardDesk {
    /// Stops tokens at once, whether or not their devices can be reached: of a lost device, of a card, of one function.
    ///
    /// What is stopped leaves the secure element as soon as that can be reached. The sessions of a device that is stopped
    /// as a whole end, unless it asks itself: nothing new is bound to it without the password.
    ///
    /// - Returns: the tokens that were named, as they are now.
    public func suspend(
        _ selection: TokenSelection, reason: String, _ request: UserRequest
    ) async throws(WalletError) -> [Token] {
        try await once(request, "suspend") { _ async throws(WalletError) in
            let found = try await found(selection, request)
            let ends = try await endedSessions(selection, request)
            return try await changed(found, "tokens suspended", reason, ends, request) {
                token, now throws(TokenTransitionError) in
                try token.suspended(by: .user, at: now, reason: reason)
            }
        }
    }

    /// Takes the user's own suspensions back; those of others stay. It takes the password.
    public func resume(
        _ selection: TokenSelection, reason: String, _ request: UserRequest
    ) async throws(WalletError) -> [Token] {
        try requireFreshAuthentication(request)
        return try await once(request, "resume") { isRepetition async throws(WalletError) in
            let found = try await found(selection, request)
            guard isRepetition || found.contains(where: { $0.tokens.contains { $0.suspenders.contains(.user) } }) else {
                throw .conflict(reason: "\(TokenTransitionError.notSuspended(by: .user))")
            }
            return try await changed(found, "tokens resumed", reason, [], request) {
                token, now throws(TokenTransitionError) in
                token.suspenders.contains(.user) ? try token.resumed(by: .user, at: now, reason: reason) : token
            }
        }
    }

    /// Tokens of one credential.
    private struct Found {
        var credential: Credential
        var tokens: [Token]
    }

    private func found(_ selection: TokenSelection, _ request: UserRequest) async throws(WalletError) -> [Found] {
        try await checkIsOwn(selection, request)
        let credentials = try await stored { () async throws(WalletStoreError) in
            try await store.credentials(of: request.user)
        }.filter {
            $0.state.isLive && $0.card == selection.card ?? $0.card && $0.device == selection.device ?? $0.device
        }
        var found: [Found] = []
        for credential in credentials {
            let tokens = try await tokens(of: credential).filter {
                $0.function == selection.function ?? $0.function && $0.reference == selection.token ?? $0.reference
            }
            if !tokens.isEmpty { found.append(Found(credential: credential, tokens: tokens)) }
        }
        guard !found.isEmpty else { throw .notFound(kind: "token") }
        return found
    }

    /// Another's are not known.
    private func checkIsOwn(_ selection: TokenSelection, _ request: UserRequest) async throws(WalletError) {
        guard selection.card != nil || selection.device != nil || selection.token != nil else {
            throw .invalid(field: "card", reason: "name a card, a device, or both")
        }
        let (card, device) = try await stored { () async throws(WalletStoreError) in
            (
                try await selection.card.asyncFlatMap { id throws(WalletStoreError) in try await store.card(id) },
                try await selection.device.asyncFlatMap { id throws(WalletStoreError) in try await store.device(id) }
            )
        }
        guard selection.card == nil || card?.user == request.user else { throw .notFound(kind: "card") }
        guard selection.device == nil || device?.user == request.user else { throw .notFound(kind: "deviceId") }
    }

    private func endedSessions(
        _ selection: TokenSelection, _ request: UserRequest
    ) async throws(WalletError) -> [WalletChange] {
        guard selection.isWholeDevice, let device = selection.device, device != request.device.id else { return [] }
        let now = clock.now()
        return try await stored { () async throws(WalletStoreError) in
            try await store.sessions(of: request.user)
        }.filter { $0.device == device && $0.revokedAt == nil }.map { session in
            var session = session
            session.revokedAt = now
            return .session(session)
        }
    }

    /// One commit; then the secure elements, as far as they can be reached.
    private func changed(
        _ found: [Found], _ action: String, _ reason: String, _ others: [WalletChange], _ request: UserRequest,
        _ transition: (Token, Int64) throws(TokenTransitionError) -> Token
    ) async throws(WalletError) -> [Token] {
        let now = clock.now()
        var (changes, tokens, outOfStep) = (others, [Token](), [Credential]())
        for one in found {
            let own = one.tokens
            var credential = one.credential
            let next = try own.map { token throws(WalletError) in
                try changed { () throws(TokenTransitionError) in try transition(token, now) }
            }
            tokens += zip(own, next).map { $0 == $1 ? $0 : $1.committed }
            guard next != own else { continue }
            changes += zip(own, next).filter { $0 != $1 }.map { .token($1) }
            credential.isOutOfStep = true
            credential.updatedAt = now
            changes += [
                .credential(credential),
                audit(request, action, "\(credential.card)", "\(credential.device): \(TokenEvent.cut(reason))"),
            ]
            outOfStep.append(credential)
        }
        if !changes.isEmpty { try await commit(changes) }
        await bringInStep(outOfStep)
        return tokens
    }

    /// Each device by itself: one that is off does not keep another waiting.
    private func bringInStep(_ credentials: [Credential]) async {
        await withTaskGroup(of: Void.self) { group in
            for (device, own) in Dictionary(grouping: credentials, by: \.device) {
                group.addTask {
                    guard let device = try? await store.device(device) else { return }
                    _ = await areBroughtInStep(own.map(\.id), on: device)
                }
            }
        }
    }
}
