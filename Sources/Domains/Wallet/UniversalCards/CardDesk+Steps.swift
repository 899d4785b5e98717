import EMV
import GlobalPlatform
import TurnTaking

extension CardDesk {
    /// Makes the secure element hold of a credential what it should: the tokens that nobody has stopped, in its record; a
    /// payment application of its own is locked while its token is stopped.
    func bringInStep(_ id: CredentialID, subscriber: String) async throws(WalletError) {
        let known = try await stored { () async throws(WalletStoreError) in try await store.credential(id) }
        guard let credential = known, credential.state == .active, credential.isOutOfStep,
            let card = try await stored({ () async throws(WalletStoreError) in try await store.card(credential.card) })
        else { return }
        try await checkSecureElement(credential.secureElement, behind: subscriber)
        if credential.mode == .dedicated {
            let isStopped = try await tokens(of: credential).allSatisfy { !$0.suspenders.isEmpty }
            try await setLocked(isStopped, credential, subscriber: subscriber)
        } else if let record = try await record(of: credential, card) {
            try await store([DataGrouping(record.grouping)], type: credential.type, subscriber: subscriber)
        } else {
            try await deleteRecord(credential.record, credential.type, subscriber: subscriber)
        }
        try await committedInStep(credential)
    }

    /// The secure element has just been found, or made, to hold what it should.
    func markInStep(_ id: CredentialID) async throws(WalletError) {
        let known = try await stored { () async throws(WalletStoreError) in try await store.credential(id) }
        guard let credential = known, credential.state == .active, credential.isOutOfStep else { return }
        try await committedInStep(credential)
    }

    /// Whoever has stopped or resumed a token meanwhile has committed the credential too: then it stays out of step.
    private func committedInStep(_ credential: Credential) async throws(WalletError) {
        var inStep = credential
        inStep.isOutOfStep = false
        inStep.updatedAt = clock.now()
        try await commit([.credential(inStep)])
    }

    private func setLocked(
        _ isLocked: Bool, _ credential: Credential, subscriber: String
    ) async throws(WalletError) {
        try await managing { () async throws(SecureElementManagementError) in
            try await elements.setLocked(isLocked, application(of: credential), for: subscriber)
        }
    }

    /// Whether these credentials are in step before a person's patience ends; those that are not stay marked.
    func areBroughtInStep(_ ids: [CredentialID], on device: Device) async -> Bool {
        await inPatience {
            for id in ids {
                do { try await bringInStep(id, subscriber: device.subscriber) } catch { return false }
            }
            return true
        }
    }

    /// Whether `work` is done before a person's patience ends; it is called off then.
    func inPatience(_ work: @escaping @Sendable () async -> Bool) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await work() }
            group.addTask {
                try? await Task.sleep(for: policy.patience)
                return false
            }
            let isDone = await group.next() ?? false
            group.cancelAll()
            return isDone
        }
    }

    /// Sets secure elements right in which tokens are stopped, or let go on, while they were out of reach.
    ///
    /// - Returns: how many credentials are in step now.
    public func bringInStep() async throws(WalletError) -> Int {
        let waiting = try await stored { () async throws(WalletStoreError) in
            try await store.credentialsOutOfStep(limit: Self.leavingMax)
        }.filter { $0.state == .active }.share(of: Self.clearedAtOnceMax, from: random)
        var count = 0
        for credential in waiting {
            let device = try await stored { () async throws(WalletStoreError) in
                try await store.device(credential.device)
            }
            guard let device else { continue }
            let isInStep = try await turns.take(credential.user) { () async throws(WalletError) in
                await areBroughtInStep([credential.id], on: device)
            }
            if isInStep { count += 1 }
        }
        return count
    }
}
