import Foundation

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
            let scope = "\(request.user) \(request.device.id) \(action)"
            let name = "\(scope) \(request.idempotencyKey)"
            var record: IdempotencyRecord
            var isRepetition = false
            if let known = try await stored({ () async throws(WalletStoreError) in
                try await store.idempotencyRecord(scope: scope, key: request.idempotencyKey)
            }) {
                guard known.requestDigest == request.requestDigest else { throw .idempotencyConflict }
                if let sealed = known.sealedAnswer { return try await opened(sealed, name) }
                record = known
                isRepetition = true
            } else {
                let new = IdempotencyRecord(
                    scope: scope, key: request.idempotencyKey, requestDigest: request.requestDigest,
                    createdAt: clock.now())
                try await commit([.idempotency(new)])
                record = new.committed
            }
            let answer = try await work(isRepetition)
            record.sealedAnswer = try await sealed(answer, name)
            try await commit([.idempotency(record)])
            return answer
        }
    }

    private func opened<Answer: Decodable>(_ sealed: [UInt8], _ name: String) async throws(WalletError) -> Answer {
        let bytes = try await kept { () async throws(WalletVaultError) in
            try await vault.open(answer: sealed, name: name)
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(bytes))
        } catch {
            throw .internal(reason: "a kept answer cannot be read: \(error)")
        }
    }

    private func sealed(_ answer: some Encodable, _ name: String) async throws(WalletError) -> [UInt8] {
        let bytes: [UInt8]
        do { bytes = Array(try JSONEncoder().encode(answer)) } catch { throw .internal(reason: "\(error)") }
        return try await kept { () async throws(WalletVaultError) in
            try await vault.seal(answer: bytes, name: name)
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
