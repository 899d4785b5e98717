import EMV
import GRDB
import Synchronization
import Testing
import Wallet

@testable import Storage

@Suite("The plans of the wallet's store")
struct WalletStorePlanTests {
    @Test("every look-up is answered by an index, and no list of a user's is sorted")
    func plans() async throws {
        let store = try SQLiteWalletStore.inMemory()
        let statements = TracedStatements()
        try await store.writer.writeWithoutTransaction { database in database.trace { statements.append($0) } }
        let (user, card, credential) = (
            UserID(unchecked: "u"), CardReference(unchecked: "c"), CredentialID(unchecked: "k")
        )
        _ = try await store.account(user)
        _ = try await store.account(named: #require(LoginName("ada")))
        _ = try await store.device(DeviceID(unchecked: "d"))
        _ = try await store.devices(of: user)
        _ = try await store.session(SessionID(unchecked: "s"))
        _ = try await store.session(digest: [1])
        _ = try await store.sessions(of: user)
        _ = try await store.card(card)
        _ = try await store.cards(of: user)
        _ = try await store.cards(after: card, limit: 5)
        _ = try await store.card(of: user, lookupTag: [1])
        _ = try await store.credential(credential)
        _ = try await store.credentials(of: user)
        _ = try await store.credentials(of: card)
        _ = try await store.credentials(on: #require(SecureElementName("45434E")))
        _ = try await store.credentials(in: [.loading, .removing], limit: 5)
        _ = try await store.cards(of: #require(IssuerName("bank")), issuerCardReference: "c")
        _ = try await store.credentialsOutOfStep(limit: 5)
        _ = try await store.migration(MigrationID(unchecked: "m"))
        _ = try await store.migrations(of: user)
        _ = try await store.unfinishedMigrations(limit: 5)
        _ = try await store.token(TokenReference(unchecked: "t"))
        _ = try await store.token(TokenNumbers.standard.number(at: 1))
        _ = try await store.tokens(of: credential)
        _ = try await store.payment(of: #require(AcquirerName("quay")), transaction: "t")
        _ = try await store.payments(of: user, limit: 5)
        _ = try await store.unsettledPayments(limit: 5)
        _ = try await store.idempotencyRecord(scope: "s", key: "k")
        _ = try await store.auditEntries(of: user, limit: 5)
        _ = try await store.auditEntries(of: user, action: "a", after: 1, limit: 5)
        _ = try await store.auditEntries(of: nil, limit: 5)
        try await store.commit([.forget(before: 1)])

        let planned = statements.all.filter { sql in ["SELECT", "DELETE"].contains { sql.hasPrefix($0) } }
        #expect(planned.count >= 35)
        for sql in planned {
            let plan = try await store.writer.writeWithoutTransaction { database in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments([])
                return try Row.fetchAll(statement).map { $0["detail"] as String? ?? "" }
            }
            // The newest of all walk the primary key backwards and stop; states are a list of a few.
            if sql.contains("ORDER BY number DESC LIMIT"), !sql.contains("WHERE") { continue }
            for step in plan where !step.contains("json_each") && !step.contains("SUBQUERY") {
                let isSortOfStates = step.contains("B-TREE") && sql.contains("json_each")
                #expect(step.hasPrefix("SEARCH") || isSortOfStates, "\(sql): \(step)")
            }
        }
    }
}

/// The SQL that a connection ran, in order.
private final class TracedStatements: Sendable {
    private let statements = Mutex<[String]>([])

    var all: [String] { statements.withLock { $0 } }

    func append(_ event: Database.TraceEvent) {
        if case .statement(let statement) = event { statements.withLock { $0.append(statement.sql) } }
    }
}
