import CardTesting
import EMV
import Foundation
import Storage
import Testing

@testable import Wallet

@Suite("The wallet's store")
struct WalletStoreTests {
    enum Place: CaseIterable, Sendable { case memory, file }

    /// A bench on a store in memory, or in a file that goes with `folder`.
    private func bench(_ place: Place) throws -> (WalletBench, StoreFolder) {
        let folder = StoreFolder()
        return (try WalletBench(path: place == .file ? folder.file : nil), folder)
    }

    @Test("every record comes back as written, by each way it is looked up", arguments: Place.allCases)
    func everyRecord(_ place: Place) async throws {
        let (bench, folder) = try bench(place)
        defer { withExtendedLifetime(folder) {} }
        let store = bench.store
        let (account, device) = try await bench.user()
        #expect(try await store.account(account.id) == account)
        #expect(try await store.account(named: account.login) == account)
        #expect(try await store.device(device.id) == device)
        #expect(try await store.devices(of: account.id) == [device])
        let card = try await bench.card(of: account.id)
        #expect(try await store.card(card.reference) == card)
        #expect(try await store.cards(of: account.id) == [card])
        #expect(try await store.card(of: account.id, lookupTag: card.lookupTag) == card)
        let (credential, tokens) = try await bench.credential(of: card, on: device)
        #expect(try await store.credential(credential.id) == credential)
        #expect(try await store.credentials(of: account.id) == [credential])
        #expect(try await store.credentials(of: card.reference) == [credential])
        #expect(try await store.credentials(on: device.secureElement) == [credential])
        #expect(try await store.credentials(in: [.loading, .active], limit: 5) == [credential])
        #expect(try await store.credentials(in: [.loading, .removing], limit: 5).isEmpty)
        #expect(try await store.credentials(in: [], limit: 5).isEmpty)
        for token in tokens.values {
            #expect(try await store.token(token.reference) == token)
            #expect(try await store.token(token.number) == token)
        }
        #expect(Set(try await store.tokens(of: credential.id)) == Set(tokens.values))
        try await expectTheJournal(bench, account, device, tokens)
    }

    private func expectTheJournal(
        _ bench: WalletBench, _ account: Account, _ device: Device, _ tokens: [PaymentFunction: Token]
    ) async throws {
        let store = bench.store
        let session = Session(
            id: .random(bench.random), digest: [1, 2, 3], user: account.id, device: device.id, createdAt: 1,
            expiresAt: 2, lastUsedAt: 3, authenticatedAt: 4, revokedAt: 5)
        let migration = Migration(
            id: .random(bench.random), user: account.id, from: device.id, to: .random(bench.random),
            cards: [.init(card: .random(bench.random), old: .random(bench.random), step: .moved, problem: "none")],
            createdAt: 1, updatedAt: 2)
        let payment = try payment("t-1", tokens[.nfc], counter: 7)
        let request = IdempotencyRecord(
            scope: "s", key: "k", requestDigest: [9], sealedAnswer: [8, 7], createdAt: 6)
        let entry = AuditEntry(
            at: 1, actor: "wallet", action: "did", user: account.id, subject: "it", detail: "so")
        try await store.commit([
            .session(session), .migration(migration), .payment(payment), .idempotency(request), .audit(entry),
            .audit(AuditEntry(at: 2, actor: "wallet", action: "rested")),
        ])
        #expect(try await store.session(session.id) == session.committed)
        #expect(try await store.session(digest: [1, 2, 3]) == session.committed)
        #expect(try await store.sessions(of: account.id) == [session.committed])
        #expect(try await store.migration(migration.id) == migration.committed)
        #expect(try await store.migrations(of: account.id) == [migration.committed])
        #expect(try await store.unfinishedMigrations(limit: 5) == [migration.committed])
        #expect(try await store.payment(of: payment.acquirer, transaction: "t-1") == payment.committed)
        #expect(try await store.payments(of: account.id, limit: 5) == [payment.committed])
        #expect(try await store.unsettledPayments(limit: 5) == [payment.committed])
        #expect(try await store.idempotencyRecord(scope: "s", key: "k") == request.committed)
        #expect(try await store.idempotencyRecord(scope: "k", key: "s") == nil)
        #expect(try await store.auditEntries(of: account.id, limit: 5) == [entry])
        #expect(try await store.auditEntries(of: nil, limit: 5).map(\.action) == ["rested", "did"])
    }

    private func payment(_ transaction: String, _ token: Token?, counter: Int?) throws -> PaymentRecord {
        PaymentRecord(
            acquirer: try present(AcquirerName("quay-acquiring")), transaction: transaction, requestDigest: [1],
            token: token?.reference, user: token?.user, counter: counter, amount: 1, currency: 978, function: .nfc,
            merchant: "m", createdAt: 10, updatedAt: 10)
    }

    @Test("what is not there is nil or empty", arguments: Place.allCases)
    func absence(_ place: Place) async throws {
        let (bench, folder) = try bench(place)
        defer { withExtendedLifetime(folder) {} }
        let (store, user) = (bench.store, UserID.random(bench.random))
        #expect(try await store.account(user) == nil)
        #expect(try await store.account(named: present(LoginName("nobody"))) == nil)
        #expect(try await store.cards(of: user).isEmpty)
        #expect(try await store.card(of: user, lookupTag: []) == nil)
        #expect(try await store.token(TokenNumbers.standard.number(at: 1)) == nil)
        #expect(try await store.session(digest: []) == nil)
        #expect(try await store.unfinishedMigrations(limit: 1).isEmpty)
    }

    @Test(
        "of two that replace one version the second is refused, and nothing of its commit stays",
        arguments: Place.allCases)
    func conflicts(_ place: Place) async throws {
        let (bench, folder) = try bench(place)
        defer { withExtendedLifetime(folder) {} }
        let (account, device) = try await bench.user()
        var (first, second, other) = (account, account, device)
        first.displayName = "first"
        second.displayName = "second"
        other.name = "renamed"
        try await bench.store.commit([.account(first)])
        let conflict = WalletStoreError.conflict(kind: "account", key: account.id.rawValue)
        await #expect(throws: conflict) {
            try await bench.store.commit([.device(other), .account(second)])
        }
        #expect(try await bench.store.account(account.id) == first.committed)
        #expect(try await bench.store.device(device.id) == device)
        try await bench.store.commit([.account(first.committed)])
    }

    @Test("replacing what is not there is missing, and so is what a record names", arguments: Place.allCases)
    func missing(_ place: Place) async throws {
        let (bench, folder) = try bench(place)
        defer { withExtendedLifetime(folder) {} }
        let (account, device) = try await bench.user()
        var unknown = account
        unknown.id = .random(bench.random)
        await #expect(throws: WalletStoreError.missing(kind: "account", key: unknown.id.rawValue)) {
            try await bench.store.commit([.account(unknown)])
        }
        var orphan = device
        orphan.id = .random(bench.random)
        orphan.user = unknown.id
        orphan.revision = 0
        await #expect(throws: WalletStoreError.missing(kind: "account", key: unknown.id.rawValue)) {
            try await bench.store.commit([.device(orphan)])
        }
    }

    @Test(
        "one login name, one card per user, one credential per card and secure element, one token per function",
        arguments: Place.allCases)
    func uniqueness(_ place: Place) async throws {
        let (bench, folder) = try bench(place)
        defer { withExtendedLifetime(folder) {} }
        let store = bench.store
        let (account, device) = try await bench.user()
        let card = try await bench.card(of: account.id)
        let (credential, tokens) = try await bench.credential(of: card, on: device)
        func again<Record: RevisedRecord>(_ record: Record, _ change: (inout Record) -> Void) -> Record {
            var copy = record
            copy.revision = 0
            change(&copy)
            return copy
        }
        let changes: [(WalletChange, String)] = [
            (.account(again(account) { $0.id = .random(bench.random) }), "account"),
            (.device(again(device) { $0.id = .random(bench.random) }), "device"),
            (.card(again(card) { $0.reference = .random(bench.random) }), "card"),
            (.credential(again(credential) { $0.id = .random(bench.random) }), "credential"),
            (.token(again(try present(tokens[.nfc])) { $0.reference = .random(bench.random) }), "token"),
        ]
        for (change, kind) in changes {
            let error = await #expect(throws: WalletStoreError.self) { try await store.commit([change]) }
            guard case .duplicate(kind, _) = error else {
                Issue.record("\(kind): \(String(describing: error))")
                continue
            }
        }
        // The same number for another function of another credential is refused too.
        let fresh = try await bench.tokens().tokens(for: [.nfc], credential: credential, card: card)[0]
        await #expect(throws: WalletStoreError.self) { try await store.commit([.token(fresh)]) }
    }

    @Test("what is removed makes room: card, credential, token and device may come again", arguments: Place.allCases)
    func room(_ place: Place) async throws {
        let (bench, folder) = try bench(place)
        defer { withExtendedLifetime(folder) {} }
        let (account, device) = try await bench.user()
        let card = try await bench.card(of: account.id)
        let (credential, tokens) = try await bench.credential(of: card, on: device)
        var (gone, left, away) = (card, credential, device)
        gone.state = .removed
        left.state = .removed
        away.state = .removed
        let ended = tokens.values.map { WalletChange.token($0.deleted(by: .user, at: 1)) }
        try await bench.store.commit([.card(gone), .credential(left), .device(away)] + ended)
        var again = device
        again.id = .random(bench.random)
        again.revision = 0
        try await bench.store.commit([.device(again)])
        let second = try await bench.card(of: account.id)
        _ = try await bench.credential(of: second, on: device)
        #expect(try await bench.store.card(of: account.id, lookupTag: card.lookupTag) == second)
        #expect(try await bench.store.cards(of: account.id).map(\.reference) == [card.reference, second.reference])
    }

    @Test("a counter of a token is used by one payment, and refused payments use none", arguments: Place.allCases)
    func counters(_ place: Place) async throws {
        let (bench, folder) = try bench(place)
        defer { withExtendedLifetime(folder) {} }
        let (account, device) = try await bench.user()
        let (_, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        let token = try present(tokens[.nfc])
        try await bench.store.commit([
            .payment(try payment("a", token, counter: 1)), .payment(try payment("b", token, counter: nil)),
            .payment(try payment("c", token, counter: nil)), .payment(try payment("d", nil, counter: nil)),
        ])
        for (transaction, counter) in [("e", 1), ("a", 2)] {
            let record = try payment(transaction, token, counter: counter)
            let error = await #expect(throws: WalletStoreError.self) {
                try await bench.store.commit([.payment(record)])
            }
            guard case .duplicate("payment", _) = error else {
                Issue.record("\(transaction): \(String(describing: error))")
                continue
            }
        }
    }

    @Test(
        "old sessions, answers, settled payments and audit entries are forgotten, nothing else",
        arguments: Place.allCases)
    func forgetting(_ place: Place) async throws {
        let (bench, folder) = try bench(place)
        defer { withExtendedLifetime(folder) {} }
        let store = bench.store
        let (account, device) = try await bench.user()
        let (_, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        func session(expires: Int64, revoked: Int64? = nil) -> Session {
            Session(
                id: .random(bench.random), digest: bench.random.bytes(32), user: account.id, device: device.id,
                createdAt: 0, expiresAt: expires, lastUsedAt: 0, authenticatedAt: 0, revokedAt: revoked)
        }
        var settled = try payment("settled", tokens[.nfc], counter: 1)
        settled.outcome = .approved(code: "A1")
        let torn = try payment("torn", tokens[.nfc], counter: 2)
        let good = session(expires: 100)
        try await store.commit([
            .session(session(expires: 99)), .session(session(expires: 200, revoked: 99)), .session(good),
            .payment(settled), .payment(torn),
            .idempotency(IdempotencyRecord(scope: "s", key: "old", requestDigest: [], createdAt: 99)),
            .idempotency(IdempotencyRecord(scope: "s", key: "new", requestDigest: [], createdAt: 100)),
            .audit(AuditEntry(at: 99, actor: "a", action: "old")),
            .audit(AuditEntry(at: 100, actor: "a", action: "new")),
        ])
        try await store.commit([.forget(before: 100)])
        #expect(try await store.sessions(of: account.id) == [good.committed])
        #expect(try await store.payments(of: account.id, limit: 5).map(\.transaction) == ["torn"])
        #expect(try await store.idempotencyRecord(scope: "s", key: "old") == nil)
        #expect(try await store.idempotencyRecord(scope: "s", key: "new") != nil)
        #expect(try await store.auditEntries(of: nil, limit: 5).map(\.action) == ["new"])
        #expect(try await store.tokens(of: try present(tokens[.nfc]).credential).count == 3)
    }
}

/// A folder of its own for one test, removed with the last reference to it.
final class StoreFolder: Sendable {
    let path = NSTemporaryDirectory() + "seneschal-wallet-store-" + UUID().uuidString

    var file: String { path + "/wallet.sqlite" }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
