import TurnTaking

/// A device that cards can be moved from (MIGR-01).
public struct MigrationSource: Hashable, Sendable {
    public var device: Device
    public var cards: [Card]
}

extension CardDesk {
    /// The devices of the account, other than the asking one, that have a card.
    public func migrationSources(_ request: UserRequest) async throws(WalletError) -> [MigrationSource] {
        let (devices, cards) = try await stored { () async throws(WalletStoreError) in
            (try await store.devices(of: request.user), try await store.cards(of: request.user))
        }
        var sources: [MigrationSource] = []
        for device in devices where device.id != request.device.id && device.state == .active {
            let movable = try await movable(from: device, request).map(\.card)
            if !movable.isEmpty {
                sources.append(MigrationSource(device: device, cards: cards.filter { movable.contains($0.reference) }))
            }
        }
        return sources
    }

    /// Moves cards of the account from another of its devices to the asking one: all of them, or the chosen (MIGR-09).
    ///
    /// Each card moves by itself: new tokens in the new secure element, then one commit in which the new ones begin to pay
    /// and the old ones end to, whether the old device can be reached or not. There is no moment with two that pay, and
    /// none with no one. A card that cannot move stays where it was (MIGR-05).
    public func migrate(
        from source: DeviceID, cards: [CardReference]?, _ request: UserRequest
    ) async throws(WalletError) -> Migration {
        try requireFreshAuthentication(request)
        return try await once(request, "migrate") { _ async throws(WalletError) in
            let device = try await otherDevice(source, request)
            let migration = try await begun(from: device, cards, request)
            return try await advanced(migration, from: device, request)
        }
    }

    /// How far a migration is; what is still under way goes on.
    public func migration(_ id: MigrationID, _ request: UserRequest) async throws(WalletError) -> Migration {
        let known = try await stored { () async throws(WalletStoreError) in try await store.migration(id) }
        guard let migration = known, migration.user == request.user else { throw .notFound(kind: "migration") }
        guard migration.state == .running, migration.to == request.device.id else { return migration }
        return try await turns.take(request.user) { () async throws(WalletError) in
            try await advanced(migration, from: try await otherDevice(migration.from, request), request)
        }
    }

    // MARK: - Begun

    private func otherDevice(_ id: DeviceID, _ request: UserRequest) async throws(WalletError) -> Device {
        let device = try await stored { () async throws(WalletStoreError) in try await store.device(id) }
        guard let device, device.user == request.user else { throw .notFound(kind: "from") }
        guard device.secureElement != request.device.secureElement else {
            throw .invalid(field: "from", reason: "the cards are on this device already")
        }
        return device
    }

    private func movable(from device: Device, _ request: UserRequest) async throws(WalletError) -> [Credential] {
        try await credentials(on: device.secureElement, of: request.user).filter {
            $0.device == device.id && $0.state == .active
        }
    }

    /// The migration as it is written down before anything is done: that of this request, where it comes again; the one
    /// that is under way between the two devices already, where it moves the same cards; or another one.
    private func begun(
        from device: Device, _ chosen: [CardReference]?, _ request: UserRequest
    ) async throws(WalletError) -> Migration {
        let known = try await stored { () async throws(WalletStoreError) in
            try await store.migrations(of: request.user)
        }
        let id = Self.migrationID(request)
        if let own = known.first(where: { $0.id == id }) { return own }
        let movable = try await movable(from: device, request)
        for card in chosen ?? [] where !movable.contains(where: { $0.card == card }) {
            throw .notFound(kind: "cards")
        }
        var credentials = movable.filter { chosen?.contains($0.card) ?? true }
        let running = known.filter {
            $0.from == device.id && $0.to == request.device.id && $0.state == .running
        }
        for migration in running {
            let moving = credentials.filter { migration.isMoving($0.card) }
            if moving.isEmpty { continue }
            if moving.count == credentials.count { return migration }
            guard chosen == nil else {
                throw .conflict(
                    reason: "some of the cards are being moved already, by \(migration.id); the others are not")
            }
            credentials.removeAll { migration.isMoving($0.card) }
        }
        guard !credentials.isEmpty else { throw .conflict(reason: "there is no card on that device to be moved") }
        let now = clock.now()
        let migration = Migration(
            id: id, user: request.user, from: device.id, to: request.device.id,
            cards: credentials.map { .init(card: $0.card, old: $0.id) }, createdAt: now, updatedAt: now)
        try await commit([
            .migration(migration), audit(request, "migration begun", "\(migration.id)", "from \(device.id)"),
        ])
        return migration.committed
    }

    /// The same for every repetition of a request.
    private static func migrationID(_ request: UserRequest) -> MigrationID {
        MigrationID(unchecked: MigrationID.prefix + issuerKey("migrate", request))
    }

    // MARK: - Advanced

    private func advanced(
        _ migration: Migration, from source: Device, _ request: UserRequest
    ) async throws(WalletError) -> Migration {
        var migration = migration
        for index in migration.cards.indices {
            do throws(WalletError) {
                try await move(index, of: &migration, request)
                try await clearOld(index, of: &migration, source, request)
            } catch .unsettled {
                // It goes on with the next request; the other cards do not wait for it.
                continue
            }
        }
        return try await concluded(migration)
    }

    private func move(
        _ index: Int, of migration: inout Migration, _ request: UserRequest
    ) async throws(WalletError) {
        guard migration.cards[index].step == .waiting || migration.cards[index].step == .loading else { return }
        do throws(WalletError) {
            let (card, old) = try await oldCredential(migration.cards[index])
            let new = try await newCredential(index, of: &migration, card, old, request)
            let ready = try await isInUse(new) ? new : try await arrived(new, card, request)
            try await handOver(index, of: &migration, from: old, to: ready)
        } catch {
            guard error.isCertain else { throw error }
            try await fail(index, of: &migration, error, request)
        }
    }

    private func oldCredential(
        _ progress: Migration.CardProgress
    ) async throws(WalletError) -> (Card, Credential) {
        let (card, old) = try await stored { () async throws(WalletStoreError) in
            (try await store.card(progress.card), try await store.credential(progress.old))
        }
        guard let card, card.state == .active, let old, old.state.isLive else {
            throw .conflict(reason: "the card is no longer on that device")
        }
        return (card, old)
    }

    /// The credential on the new secure element, with the functions that the old one has, not paying yet: given out first,
    /// written into the migration then, bound and loaded after.
    private func newCredential(
        _ index: Int, of migration: inout Migration, _ card: Card, _ old: Credential, _ request: UserRequest
    ) async throws(WalletError) -> Credential {
        let new = try await allocated(card, Set(old.tokens.keys), request)
        if migration.cards[index].new != new.id || migration.cards[index].step == .waiting {
            migration.cards[index].new = new.id
            migration.cards[index].step = .loading
            migration.updatedAt = clock.now()
            try await commit([.migration(migration)])
            migration = migration.committed
        }
        return new
    }

    private func arrived(
        _ credential: Credential, _ card: Card, _ request: UserRequest
    ) async throws(WalletError) -> Credential {
        if credential.mode != .dedicated { try await prepare(credential.type, request.device) }
        return try await loaded(
            try await bound(credential, card), card, subscriber: request.device.subscriber)
    }

    /// The one commit: the new tokens pay, the old ones do not. What somebody has stopped of the old is stopped by the same
    /// on the new.
    private func handOver(
        _ index: Int, of migration: inout Migration, from old: Credential, to new: Credential
    ) async throws(WalletError) {
        let now = clock.now()
        let leavingTokens = try await tokens(of: old)
        var (_, changes) = try await activation(of: new, stoppedAs: leavingTokens)
        for token in leavingTokens {
            changes.append(
                .token(
                    try changed { () throws(TokenTransitionError) in
                        try token.suspended(by: .migration, at: now, reason: "\(migration.id)")
                    }))
        }
        var leaving = old
        leaving.state = .removing
        leaving.updatedAt = now
        migration.cards[index].step = .moved
        migration.updatedAt = now
        try await commit(changes + [.credential(leaving), .migration(migration)])
        migration = migration.committed
    }

    /// The card stays on the old device; what was prepared on the new one is taken back.
    private func fail(
        _ index: Int, of migration: inout Migration, _ error: WalletError, _ request: UserRequest
    ) async throws(WalletError) {
        let (card, new) = try await stored { () async throws(WalletStoreError) in
            (
                try await store.card(migration.cards[index].card),
                try await migration.cards[index].new.asyncFlatMap { id throws(WalletStoreError) in
                    try await store.credential(id)
                }
            )
        }
        if let card, let new, !(try await isInUse(new)) {
            try await release(new, card, subscriber: request.device.subscriber, request)
        }
        migration.cards[index].step = .failed
        migration.cards[index].problem = error.migrationProblem
        migration.updatedAt = clock.now()
        try await commit([.migration(migration)])
        migration = migration.committed
    }

    /// The old secure element and the issuer forget the card. An old device that cannot be reached is cleared when it
    /// comes back (MIGR-06).
    private func clearOld(
        _ index: Int, of migration: inout Migration, _ source: Device, _ request: UserRequest
    ) async throws(WalletError) {
        guard migration.cards[index].step == .moved else { return }
        let id = migration.cards[index].old
        let old = try await stored { () async throws(WalletStoreError) in try await store.credential(id) }
        if let old, old.state == .removing {
            // The old device is not what the card depends on any more: one that is off is cleared when it comes back.
            guard await isCleared(old, subscriber: source.subscriber, request) else { return }
        }
        migration.cards[index].step = .cleared
        migration.updatedAt = clock.now()
        try await commit([.migration(migration)])
        migration = migration.committed
    }

    private func concluded(_ migration: Migration) async throws(WalletError) -> Migration {
        guard migration.state == .running,
            migration.cards.allSatisfy({ $0.step == .cleared || $0.step == .failed })
        else { return migration }
        var finished = migration
        finished.state = .finished
        finished.updatedAt = clock.now()
        try await commit([.migration(finished)])
        return finished.committed
    }

    /// Migrations away from the device of the request, whose old credentials it has just forgotten.
    func finishMigrations(_ request: UserRequest) async throws(WalletError) {
        let migrations = try await stored { () async throws(WalletStoreError) in
            try await store.migrations(of: request.user)
        }
        for var migration in migrations where migration.state == .running && migration.from == request.device.id {
            for index in migration.cards.indices {
                try await clearOld(index, of: &migration, request.device, request)
            }
            _ = try await concluded(migration)
        }
    }

    /// Whether a credential belongs to a migration that has not handed over yet: only the migration puts it into use.
    func isComing(_ credential: Credential) async throws(WalletError) -> Bool {
        let migrations = try await stored { () async throws(WalletStoreError) in
            try await store.migrations(of: credential.user)
        }
        return migrations.contains { migration in
            migration.state == .running
                && migration.cards.contains { $0.new == credential.id && $0.step == .loading }
        }
    }
}

extension Migration {
    /// Whether a card of it has not arrived yet.
    public var isMoving: Bool { cards.contains { $0.isMoving } }

    /// Whether this card is one of them.
    func isMoving(_ card: CardReference) -> Bool { cards.contains { $0.card == card && $0.isMoving } }
}

extension Migration.CardProgress {
    var isMoving: Bool { step == .waiting || step == .loading }
}

extension WalletError {
    /// What a migration remembers of it.
    fileprivate var migrationProblem: String {
        switch self {
        case .issuerRefused: "issuerRefused"
        case .secureElementFull: "secureElementFull"
        case .secureElementRefused: "cardRefused"
        case .noSecureElement: "noSecureElement"
        case .notFound, .conflict: "wrongState"
        default: "failed"
        }
    }
}

extension Optional {
    func asyncFlatMap<Value, Failure: Error>(
        _ body: (Wrapped) async throws(Failure) -> Value?
    ) async throws(Failure) -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}
