import CardCryptography
import ISO7816
import TurnTaking

extension OperatorDesk {
    /// Performs a registration once: effect, audit line and answer are committed together.
    func once<Answer: Codable & Sendable>(
        _ context: OperatorContext, _ action: String,
        _ perform: (_ now: Int64) async throws(TSMError) -> (Answer, [StoreChange])
    ) async throws(TSMError) -> Answer {
        try await requestTurns.take(IdempotencyName(scope: context.scope, key: context.idempotencyKey)) {
            () async throws(TSMError) in try await onceInTurn(context, action, perform)
        }
    }

    private func onceInTurn<Answer: Codable & Sendable>(
        _ context: OperatorContext, _ action: String,
        _ perform: (_ now: Int64) async throws(TSMError) -> (Answer, [StoreChange])
    ) async throws(TSMError) -> Answer {
        let admission: ReceiveModule.Admission<Answer> = try await receive.admit(
            scope: context.scope, key: context.idempotencyKey, digest: context.requestDigest)
        let record: IdempotencyRecord
        switch admission {
        case .answered(let answer): return answer
        case .first(let new), .interrupted(let new): record = new
        }
        let now = clock.now()
        let (answer, changes) = try await perform(now)
        let entry = AuditEntry(at: now, actor: context.actor, action: action)
        let kept = try await receive.keeping(answer, in: record)
        try await stored { () async throws(StoreError) in try await store.commit(changes + [.audit(entry), kept]) }
        return answer
    }

    func makeMasterKey(
        _ label: String, under transportKey: String
    ) async throws(TSMError) -> WrappedMasterKey {
        do {
            let index = try await keys.createMasterKey(label: label)
            return WrappedMasterKey(
                index: index, wrappedKey: try await keys.wrappedMasterKey(index, underTransportKey: transportKey))
        } catch KeyServiceError.invalidTransportKey(let reason) {
            throw .invalid(field: "transportKey", reason: reason)
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    /// 256 bits of randomness; only the digest is kept.
    func makeSecret() -> String { random.bytes(32).hex.lowercased() }

    func credential(_ secret: String, _ holder: CredentialRecord.Holder, _ now: Int64) -> StoreChange {
        .insertCredential(CredentialRecord(digest: Self.digest(of: secret), holder: holder, createdAt: now))
    }

    /// SHA-256: what the store knows of a bearer secret.
    public static func digest(of secret: String) -> [UInt8] { Digest.hash(Array(secret.utf8)) }

    static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
