/// The receiving module of Fig. 9: recognises repeated requests, so that a retry gets the first answer.
struct ReceiveModule: Sendable {
    let store: any DirectoryStore
    let keys: any KeyService
    let clock: any WallClock

    /// What a request turns out to be.
    enum Admission<Answer: Sendable>: Sendable {
        /// Seen for the first time. The record is committed together with the request's first effect.
        case first(IdempotencyRecord)
        /// Seen before and not answered: what it began has to be settled first.
        case interrupted(IdempotencyRecord)
        /// Seen before and answered.
        case answered(Answer)
    }

    static let keyLengthMax = 128

    func admit<Answer: Codable & Sendable>(
        scope: String, key: String?, digest: [UInt8], as answer: Answer.Type = Answer.self
    ) async throws(TSMError) -> Admission<Answer> {
        guard let key, (1...Self.keyLengthMax).contains(key.utf8.count) else { throw .idempotencyKeyMissing }
        let found = try await stored { () async throws(StoreError) in
            try await store.idempotencyRecord(scope: scope, key: key)
        }
        guard let found else {
            return .first(IdempotencyRecord(scope: scope, key: key, requestDigest: digest, createdAt: clock.now()))
        }
        guard found.requestDigest == digest else { throw .idempotencyConflict }
        guard let sealed = found.sealedAnswer else { return .interrupted(found) }
        return .answered(try await keys.unsealing(sealed, context: Self.context(found)))
    }

    /// The change that keeps the answer for repetitions.
    func keeping(
        _ answer: some Encodable, in record: IdempotencyRecord
    ) async throws(TSMError) -> StoreChange {
        var record = record
        record.sealedAnswer = try await keys.sealing(answer, context: Self.context(record))
        return .putIdempotencyRecord(record)
    }

    private static func context(_ record: IdempotencyRecord) -> String { "answer/\(record.scope)/\(record.key)" }
}
