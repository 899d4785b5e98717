import CardCryptography
import Foundation

extension MerchantPlatform {
    static let idempotencyKeyBytesMax = 128

    /// Does a request once: effect, audit line and answer are one transaction; the same key gets the same answer.
    ///
    /// - Parameter fields: what is asked; a repetition has the same.
    func once<Answer: Codable & Sendable>(
        _ requester: PlatformRequester, _ action: String, fields: [String],
        _ work: @escaping @Sendable (any MerchantTransaction, _ now: Int64) throws(MerchantsError) -> Done<Answer>
    ) async throws(MerchantsError) -> Answer {
        guard let key = requester.idempotencyKey, (1...Self.idempotencyKeyBytesMax).contains(key.utf8.count) else {
            throw .idempotencyKeyMissing
        }
        let (scope, now) = (requester.scope, clock.now())
        let digest = try requestDigest([action] + fields)
        return try await store.transact { records throws(MerchantsError) in
            if let kept = try records.keptAnswer(scope: scope, key: key) {
                guard kept.requestDigest == digest else { throw .idempotencyConflict }
                return try opened(kept)
            }
            let done = try work(records, now)
            try records.apply(.audit(PlatformAuditEntry(at: now, actor: scope, action: action, detail: done.detail)))
            try records.apply(.insertKeptAnswer(try keeping(done.answer, scope, key, digest, at: now)))
            return done.answer
        }
    }

    /// An answer, and what the audit trail says of it.
    struct Done<Answer: Codable & Sendable>: Sendable {
        var answer: Answer
        var detail: String

        init(_ answer: Answer, detail: String) {
            self.answer = answer
            self.detail = detail
        }
    }

    /// A keyed digest of what is asked.
    func requestDigest(_ fields: [String]) throws(MerchantsError) -> [UInt8] {
        try keys.tag(of: SecretBytes(framed(fields)), purpose: "request")
    }

    private func keeping(
        _ answer: some Encodable, _ scope: String, _ key: String, _ digest: [UInt8], at now: Int64
    ) throws(MerchantsError) -> PlatformAnswer {
        let json: [UInt8]
        do { json = try Array(JSONEncoder().encode([answer])) } catch { throw .internal(reason: "answer: \(error)") }
        return PlatformAnswer(
            scope: scope, key: key, requestDigest: digest,
            sealedAnswer: try keys.seal(SecretBytes(json), context: "answer/\(scope)/\(key)"), createdAt: now)
    }

    private func opened<Answer: Decodable>(_ kept: PlatformAnswer) throws(MerchantsError) -> Answer {
        let json = try keys.unseal(kept.sealedAnswer, context: "answer/\(kept.scope)/\(kept.key)").revealed()
        do {
            return try JSONDecoder().decode([Answer].self, from: Data(json))[0]
        } catch {
            throw .internal(reason: "the kept answer \(kept.scope)/\(kept.key) cannot be read")
        }
    }
}

/// Texts one after the other, each with its length, so that no two lists are the same bytes.
func framed(_ fields: [String]) -> [UInt8] {
    fields.flatMap { field in Array("\(field.utf8.count):".utf8) + Array(field.utf8) }
}
