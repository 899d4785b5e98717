import CardCryptography
import Foundation
import Issuing
import Storage
import Testing

@Suite("The issuer's store")
struct IssuerStoreTests {
    @Test("a transaction that fails leaves nothing behind")
    func rollback() async throws {
        let store = try SQLiteIssuerStore.inMemory()
        let counter = AttemptCounter(subject: "s", count: 1, startedAt: 1)
        let error = await failure {
            try await store.transact { records throws(IssuingError) in
                try records.apply(.putAttempts(counter))
                throw .wrongState(reason: "cut")
            }
        }
        #expect(error == .wrongState(reason: "cut"))
        #expect(try await store.read { records throws(IssuingError) in try records.attempts("s") } == nil)
    }

    @Test("an account never goes below its limit, whatever the program does")
    func constraint() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card(balance: 1)
        let error = await failure {
            try await harbour.store.transact { records throws(IssuingError) in
                guard var account = try records.card(card.card.reference) else { return }
                account.funds.balance = -1
                try records.apply(.updateCard(account))
            }
        }
        #expect(error != nil)
        #expect(try await harbour.balance(card) == 1)
    }

    @Test("what was answered is there after a restart, and answered the same")
    func restart() async throws {
        let path = NSTemporaryDirectory() + "issuer-store-\(UUID().uuidString)/issuer.sqlite"
        let store = try SQLiteIssuerStore(path: path)
        let harbour = try await Harbour(policy: .standard, sender: nil, store: store, seed: 1)
        let card = try await harbour.boundCard()
        let payment = try harbour.payment(card)
        let answer = try await harbour.issuer.authorize(payment, Harbour.wallet())
        try store.close()
        let again = try SQLiteIssuerStore(path: path)
        let issuer = CardIssuer(
            profile: harbour.issuer.profile, store: again, keys: harbour.vault, sender: harbour.messages,
            clock: harbour.clock)
        #expect(try await issuer.authorize(payment, Harbour.wallet()) == answer)
        #expect(try await IssuerDesk(issuer).card(card.card.reference)?.funds.balance == 8_750)
        #expect(try await IssuerDesk(issuer).transactions(of: card.card.reference, limit: 10).count == 1)
        try again.close()
        // Neither number nor name nor telephone stands in the file or in its log.
        for suffix in ["", "-wal"] {
            guard let bytes = FileManager.default.contents(atPath: path + suffix) else { continue }
            for secret in [card.number, "ADA BYRON", "Ada Byron", "442079460018", "1101011815"] {
                #expect(bytes.range(of: Data(secret.utf8)) == nil)
            }
        }
    }

    @Test("what is over is forgotten: kept answers, audit lines, counters; accounts and bindings stay")
    func forget() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        #expect(try await !harbour.desk.auditEntries(limit: 10).isEmpty)
        harbour.clock.advance(100 * 86_400)
        try await harbour.desk.forget(olderThan: 90 * 86_400)
        #expect(try await harbour.desk.auditEntries(limit: 10).isEmpty)
        #expect(try await harbour.desk.bindings(of: card.card.reference).count == 1)
    }

    @Test("a credential opens what it is for, and nobody else has it")
    func credentials() async throws {
        let harbour = try await Harbour()
        let secret = try await harbour.desk.createOperatorCredential(name: "ops")
        #expect(try await harbour.desk.holder(ofSecret: secret) == .operator(name: "ops"))
        #expect(try await harbour.desk.holder(ofSecret: String(secret.reversed())) == nil)
        let key = try WalletKey(name: "k", publicKey: ECPrivateKey.generate(.p256).publicKey.pem)
        let wallet = try await harbour.desk.registerWallet(name: "beacon", key: key, Harbour.operator("w"))
        #expect(try await harbour.desk.holder(ofSecret: wallet.secret) == .wallet(name: "beacon"))
    }

    @Test("a wallet's name, and its key's, are its own")
    func wallets() async throws {
        let harbour = try await Harbour()
        let pem = ECPrivateKey.generate(.p256).publicKey.pem
        let taken = try WalletKey(name: "lantern-key", publicKey: pem)
        #expect(
            await failure {
                try await harbour.desk.registerWallet(name: "beacon", key: taken, Harbour.operator("1"))
            } == .duplicate(reason: "a key named lantern-key is registered"))
        let free = try WalletKey(name: "free", publicKey: pem)
        #expect(
            await failure {
                try await harbour.desk.registerWallet(name: "lantern", key: free, Harbour.operator("2"))
            } == .duplicate(reason: "a wallet named lantern is registered"))
        #expect(throws: IssuingError.self) {
            try WalletKey(name: "p384", publicKey: ECPrivateKey.generate(.p384).publicKey.pem)
        }
        #expect(throws: IssuingError.self) { try WalletKey(name: "none", publicKey: "none") }
    }
}
