import CardCryptography
import Foundation

extension CardIssuer {
    static let idempotencyKeyBytesMax = 128

    /// Does a request once: effect, audit line and answer are one transaction; the same key gets the same answer.
    ///
    /// - Parameter fields: what is asked; a repetition has the same.
    func once<Answer: Codable & Sendable>(
        _ requester: IssuerRequester, _ action: String, fields: [String],
        _ work: @escaping @Sendable (any IssuerTransaction, _ now: Int64) throws(IssuingError) -> Done<Answer>
    ) async throws(IssuingError) -> Answer {
        guard let key = requester.idempotencyKey, (1...Self.idempotencyKeyBytesMax).contains(key.utf8.count) else {
            throw .idempotencyKeyMissing
        }
        let (scope, now) = (requester.scope, clock.now())
        let digest = try keys.tag(of: SecretBytes(framed([action] + fields)), purpose: "request")
        return try await store.transact { records throws(IssuingError) in
            if let kept = try records.keptAnswer(scope: scope, key: key) {
                guard kept.requestDigest == digest else { throw .idempotencyConflict }
                return try opened(kept)
            }
            let done = try work(records, now)
            try records.apply(.audit(done.entry(at: now, actor: requester.actor, action: action)))
            try records.apply(.insertKeptAnswer(try keeping(done.answer, scope, key, digest, at: now)))
            return done.answer
        }
    }

    /// An answer, and what the audit trail says of it.
    struct Done<Answer: Codable & Sendable>: Sendable {
        var answer: Answer
        var card: CardAccountReference?
        var detail = ""

        init(_ answer: Answer, card: CardAccountReference? = nil, detail: String = "") {
            self.answer = answer
            self.card = card
            self.detail = detail
        }

        func entry(at now: Int64, actor: String, action: String) -> IssuerAuditEntry {
            IssuerAuditEntry(at: now, actor: actor, action: action, card: card, detail: detail)
        }
    }

    private func keeping(
        _ answer: some Encodable, _ scope: String, _ key: String, _ digest: [UInt8], at now: Int64
    ) throws(IssuingError) -> KeptAnswer {
        let json: [UInt8]
        do { json = try Array(JSONEncoder().encode([answer])) } catch { throw .internal(reason: "answer: \(error)") }
        return KeptAnswer(
            scope: scope, key: key, requestDigest: digest,
            sealedAnswer: try keys.seal(SecretBytes(json), context: "answer/\(scope)/\(key)"), createdAt: now)
    }

    private func opened<Answer: Decodable>(_ kept: KeptAnswer) throws(IssuingError) -> Answer {
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

/// The texts of ``framed(_:)``.
func unframed(_ bytes: [UInt8]) -> [String]? {
    var (fields, rest) = ([String](), bytes[...])
    while !rest.isEmpty {
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            let count = Int(String(decoding: rest[..<colon], as: UTF8.self)), count >= 0,
            count <= rest.endIndex - colon - 1
        else { return nil }
        let field = rest[(colon + 1)..<(colon + 1 + count)]
        fields.append(String(decoding: field, as: UTF8.self))
        rest = rest[(colon + 1 + count)...]
    }
    return fields
}
