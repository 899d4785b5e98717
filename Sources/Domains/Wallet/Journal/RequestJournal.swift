import CardCryptography
import Foundation
import TurnTaking

/// Performs requests once: the same key with the same request gets the same answer, the same key with another request is
/// refused.
public struct RequestJournal: Sendable {
    let store: any WalletStore
    let vault: any AnswerVault
    let clock: any WalletClock
    private let turns = Turns<Name, WalletError>()

    private struct Name: Hashable { var scope, key: String }

    public init(store: any WalletStore, vault: any AnswerVault, clock: any WalletClock) {
        self.store = store
        self.vault = vault
        self.clock = clock
    }

    /// Performs a request whose whole effect is one commit: effect and answer are committed together.
    ///
    /// Requests that arrive together under one key are done one after the other.
    public func once<Answer: Codable & Sendable>(
        _ request: RequestKey,
        _ perform: (_ now: Int64) async throws(WalletError) -> (Answer, [WalletChange])
    ) async throws(WalletError) -> Answer {
        try await turns.take(Name(scope: request.scope, key: request.key)) { () async throws(WalletError) in
            if let answer: Answer = try await answer(to: request) { return answer }
            let now = clock.now()
            let (answer, changes) = try await perform(now)
            let kept = try await keeping(answer, to: request, at: now)
            try await stored { () async throws(WalletStoreError) in try await store.commit(changes + [kept]) }
            return answer
        }
    }

    /// What was answered before; `nil` for a request that is new.
    ///
    /// - Throws: ``WalletError/idempotencyConflict``.
    public func answer<Answer: Codable & Sendable>(
        to request: RequestKey
    ) async throws(WalletError) -> Answer? {
        guard let sealed = try await record(of: request)?.sealedAnswer else { return nil }
        return try await opened(sealed, request)
    }

    /// What is known of a request; `nil` for one that is new.
    ///
    /// - Throws: ``WalletError/idempotencyConflict``.
    func record(of request: RequestKey) async throws(WalletError) -> IdempotencyRecord? {
        let record = try await stored { () async throws(WalletStoreError) in
            try await store.idempotencyRecord(scope: request.scope, key: request.key)
        }
        guard record == nil || record?.requestDigest == request.digest else { throw .idempotencyConflict }
        return record
    }

    func opened<Answer: Decodable>(_ sealed: [UInt8], _ request: RequestKey) async throws(WalletError) -> Answer {
        let bytes = try await kept { () async throws(WalletVaultError) in
            try await vault.open(answer: sealed, name: request.name)
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(bytes))
        } catch {
            throw .internal(reason: "the kept answer \(request.name) cannot be read")
        }
    }

    /// The change that keeps an answer, to be committed with what it tells of.
    public func keeping(
        _ answer: some Codable & Sendable, to request: RequestKey, at time: Int64
    ) async throws(WalletError) -> WalletChange {
        .idempotency(
            IdempotencyRecord(
                scope: request.scope, key: request.key, requestDigest: request.digest,
                sealedAnswer: try await sealed(answer, request), createdAt: time))
    }

    func sealed(_ answer: some Encodable, _ request: RequestKey) async throws(WalletError) -> [UInt8] {
        let bytes: [UInt8]
        do { bytes = Array(try JSONEncoder().encode(answer)) } catch { throw .internal(reason: "\(error)") }
        return try await kept { () async throws(WalletVaultError) in
            try await vault.seal(answer: bytes, name: request.name)
        }
    }
}

/// The key of a request: whose it is, and what exactly was asked.
public struct RequestKey: Hashable, Sendable {
    /// Who asks, and for what kind of thing.
    public var scope: String
    public var key: String
    /// SHA-256 of the request.
    public var digest: [UInt8]

    public init(scope: String, key: String, digest: [UInt8]) {
        self.scope = scope
        self.key = key
        self.digest = digest
    }

    var name: String { "\(scope)/\(key)" }
}
