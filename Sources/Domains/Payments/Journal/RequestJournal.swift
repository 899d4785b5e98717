import Foundation

/// Performs requests once: the same key with the same request gets the same answer, the same key with another request is
/// refused.
///
/// Effect and answer are one transaction, so there is nothing between "not done" and "done and answered". A refusal is not
/// kept: what it was refused for may change.
public struct RequestJournal: Sendable {
    public let store: any PaymentStore
    public let clock: any PaymentClock
    let keys: any PaymentKeys

    /// How often work is done anew because somebody else has changed what it read.
    static let attemptsMax = 8

    public init(store: any PaymentStore, keys: any PaymentKeys, clock: any PaymentClock) {
        self.store = store
        self.keys = keys
        self.clock = clock
    }

    /// Performs a request whose whole effect is one commit.
    ///
    /// - Parameter perform: reads, decides, and returns the answer with the changes that make it true. It is asked again
    ///   when another request has changed a record that it read.
    public func once<Answer: Codable & Sendable>(
        _ request: RequestKey,
        _ perform: (_ now: Int64) async throws(PaymentsError) -> (Answer, [PaymentChange])
    ) async throws(PaymentsError) -> Answer {
        var attempts = 0
        while true {
            if let answer: Answer = try await answer(to: request) { return answer }
            let now = clock.now()
            let (answer, changes) = try await perform(now)
            let kept = try keeping(answer, to: request, at: now)
            do throws(PaymentStoreError) {
                try await store.commit(changes + [.idempotency(kept)])
                return answer
            } catch {
                attempts += 1
                guard error.isOfAnotherRequest, attempts < Self.attemptsMax else { throw PaymentsError(error) }
            }
        }
    }

    /// What the store calls a record of a request.
    public static let kind = "request"

    /// What was answered before; `nil` for a request that is new.
    ///
    /// - Throws: ``PaymentsError/idempotencyConflict``.
    public func answer<Answer: Codable & Sendable>(to request: RequestKey) async throws(PaymentsError) -> Answer? {
        let known = try await stored { () async throws(PaymentStoreError) in
            try await store.idempotencyRecord(scope: request.scope, key: request.key)
        }
        guard let known else { return nil }
        guard known.requestDigest == request.digest else { throw .idempotencyConflict }
        let bytes = try keys.open(answer: known.sealedAnswer, name: request.name)
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(bytes))
        } catch {
            throw .internal(reason: "the kept answer \(request.name) cannot be read")
        }
    }

    /// The record that keeps an answer, to be committed with what it tells of.
    func keeping(
        _ answer: some Encodable, to request: RequestKey, at time: Int64
    ) throws(PaymentsError) -> IdempotencyRecord {
        let bytes: [UInt8]
        do { bytes = Array(try JSONEncoder().encode(answer)) } catch { throw .internal(reason: "\(error)") }
        return IdempotencyRecord(
            scope: request.scope, key: request.key, requestDigest: request.digest,
            sealedAnswer: try keys.seal(answer: bytes, name: request.name), createdAt: time)
    }
}
