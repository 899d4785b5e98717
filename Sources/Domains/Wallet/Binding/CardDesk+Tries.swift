extension CardDesk {
    /// What the audit trail calls a verification, or a one-time password, that did not pass.
    static let verificationFailed = "verification failed"

    /// A try to be recognized by an issuer, refused unseen where too many have failed: of the user, or from the address.
    ///
    /// It counts for the address before the issuer is asked, and no longer once it has not failed.
    func tried(
        _ request: UserRequest, _ body: () async throws(WalletError) -> VerificationOutcome
    ) async throws(WalletError) -> VerificationOutcome {
        try await refuseTooManyTries(of: request.user)
        let now = clock.now()
        guard let address = request.address else { return try await body() }
        if let seconds = addresses.enter(address, at: now) { throw .lockedOut(seconds: seconds) }
        do throws(WalletError) {
            let outcome = try await body()
            if !outcome.isFailure { addresses.giveBack(address, enteredAt: now) }
            return outcome
        } catch {
            addresses.giveBack(address, enteredAt: now)
            throw error
        }
    }

    /// Counted in the audit trail, so that a restart forgives nothing.
    private func refuseTooManyTries(of user: UserID) async throws(WalletError) {
        let start = clock.now() - policy.verificationWindowSeconds
        let failures = try await stored { () async throws(WalletStoreError) in
            try await store.auditEntries(
                of: user, action: Self.verificationFailed, after: start, limit: policy.failedVerificationsMax)
        }
        guard failures.count >= policy.failedVerificationsMax, let oldest = failures.map(\.at).min() else { return }
        throw .lockedOut(seconds: max(1, oldest - start))
    }
}

extension VerificationOutcome {
    fileprivate var isFailure: Bool {
        switch self {
        case .verified, .oneTimePasswordSent: false
        case .referred, .refused: true
        }
    }
}
