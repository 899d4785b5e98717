import TurnTaking

extension CardDesk {
    /// Credentials that one call of ``clearRemoved()`` looks at, a share of at most ``leavingMax`` that are on their way out.
    static let clearedAtOnceMax = 32
    static let leavingMax = 1_000

    /// Takes out of secure elements what is to leave them: of devices that were off and may have come back.
    ///
    /// - Returns: how many are cleared now.
    public func clearRemoved() async throws(WalletError) -> Int {
        let leaving = try await stored { () async throws(WalletStoreError) in
            try await store.credentials(in: [.removing], limit: Self.leavingMax)
        }.share(of: Self.clearedAtOnceMax, from: random)
        var count = 0
        for credential in leaving {
            let device = try await stored { () async throws(WalletStoreError) in
                try await store.device(credential.device)
            }
            guard let device else { continue }
            let request = UserRequest(
                user: credential.user, device: device, authenticatedAt: clock.now(), address: nil,
                idempotencyKey: "", requestDigest: [])
            let isGone = try await turns.take(credential.user) { () async throws(WalletError) in
                // Somebody may have cleared it meanwhile, or the end of its migration has.
                let current = try await stored { () async throws(WalletStoreError) in
                    try await store.credential(credential.id)
                }
                guard let current, current.state == .removing else { return current?.state == .removed }
                guard await isCleared(current, subscriber: device.subscriber, request) else { return false }
                try await finishMigrations(request)
                return true
            }
            if isGone { count += 1 }
        }
        return count
    }
}
