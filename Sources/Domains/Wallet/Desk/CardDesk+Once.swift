import TurnTaking

extension CardDesk {
    /// Does the work of a request once, in the user's turn: the same key with the same request from the same device gets
    /// the first answer.
    ///
    /// The work converges: a request that was interrupted is begun again and finds done what is done. A refusal is not
    /// kept, because what it was refused for may change.
    ///
    /// - Parameter work: is told whether the request has been begun before.
    func once<Answer: Codable & Sendable>(
        _ request: UserRequest, _ action: String,
        _ work: (_ isRepetition: Bool) async throws(WalletError) -> Answer
    ) async throws(WalletError) -> Answer {
        try await turns.take(request.user) { () async throws(WalletError) in
            let key = RequestKey(
                scope: "\(request.user) \(request.device.id) \(action)", key: request.idempotencyKey,
                digest: request.requestDigest)
            var record: IdempotencyRecord
            let known = try await journal.record(of: key)
            if let known {
                if let sealed = known.sealedAnswer { return try await journal.opened(sealed, key) }
                record = known
            } else {
                let new = IdempotencyRecord(
                    scope: key.scope, key: key.key, requestDigest: key.digest, createdAt: clock.now())
                try await commit([.idempotency(new)])
                record = new.committed
            }
            let answer = try await work(known != nil)
            record.sealedAnswer = try await journal.sealed(answer, key)
            try await commit([.idempotency(record)])
            return answer
        }
    }

    // MARK: - What lies below

    func commit(_ changes: [WalletChange]) async throws(WalletError) {
        try await stored { () async throws(WalletStoreError) in try await store.commit(changes) }
    }

    func issued<Value>(_ body: () async throws(TokenServiceError) -> Value) async throws(WalletError) -> Value {
        do throws(TokenServiceError) {
            return try await body()
        } catch {
            switch error {
            case .expired: throw .conflict(reason: "the card has expired")
            case .store(.conflict): throw .unsettled(reason: error.description)
            default: throw .internal(reason: error.description)
            }
        }
    }

    func changed<Value>(_ body: () throws(TokenTransitionError) -> Value) throws(WalletError) -> Value {
        do throws(TokenTransitionError) { return try body() } catch { throw .conflict(reason: error.description) }
    }

    func audit(
        _ request: UserRequest, _ action: String, _ subject: String, _ detail: String = ""
    ) -> WalletChange {
        .audit(
            AuditEntry(
                at: clock.now(), actor: request.actor, action: action, user: request.user, subject: subject,
                detail: detail))
    }
}
