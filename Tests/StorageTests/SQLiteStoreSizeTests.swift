import GRDB
import Testing
import TrustedServiceManager

@testable import Storage

@Suite("A large store")
struct SQLiteStoreSizeTests {
    @Test("gives at most pageEntriesMax entries, whatever the limit")
    func pageBound() async throws {
        let store = try SQLiteStore.inMemory()
        let entries = SQLiteStore.pageEntriesMax + 1
        try await store.commit((0..<entries).map { .audit(AuditEntry(at: Int64($0), actor: "tsm", action: "tick")) })
        #expect(try await store.auditEntries(limit: SQLiteStore.pageEntriesMax - 1).count == entries - 2)
        #expect(try await store.auditEntries(limit: SQLiteStore.pageEntriesMax).count == entries - 1)
        #expect(try await store.auditEntries(limit: .max).count == entries - 1)
        #expect(try await store.auditEntries(limit: .max).first?.at == Int64(entries - 1))
    }

    @Test("answers every look-up by an index: no plan scans a table of secure elements, executions or subscriptions")
    func plans() async throws {
        let store = try SQLiteStore.inMemory()
        let statements = Statements()
        try await store.writer.writeWithoutTransaction { database in
            database.trace { statements.append($0) }
        }
        try await store.commit(Specimen.directory)
        try await store.commit([
            .updateSecureElement(Specimen.secureElement), .putSecurityDomain(Specimen.securityDomain),
            .putServiceInstance(Specimen.instance), .putCommunication(Specimen.communication),
            .putIdempotencyRecord(Specimen.idempotencyRecord), .insertCredential(Specimen.credentials[0]),
        ])
        var execution = Specimen.execution
        execution.number = try await store.begin(execution) { _ in [] }
        try await store.commit([.updateExecution(execution)])
        let element = Specimen.secureElement.id
        _ = try await store.secureElement(element)
        _ = try await store.secureElement(of: Specimen.subscription.msi)
        _ = try await store.secureElements(after: element, limit: 5)
        _ = try await store.subscriptions(of: element)
        _ = try await store.securityDomain(on: element, of: Specimen.provider.id)
        _ = try await store.securityDomains(on: element)
        _ = try await store.serviceInstances(on: element)
        _ = try await store.communication(Specimen.communication.id)
        _ = try await store.communications(limit: 5)
        _ = try await store.execution(execution.number)
        _ = try await store.unsettledExecutions(on: element)
        _ = try await store.unsettledExecutions(on: nil)
        _ = try await store.executions(limit: 5)
        _ = try await store.idempotencyRecord(scope: "s", key: "k")
        _ = try await store.credential(digest: [1])
        _ = try await store.auditEntries(limit: 5)

        let planned = statements.all.filter { sql in ["SELECT", "UPDATE", "DELETE"].contains { sql.hasPrefix($0) } }
        #expect(planned.count > 15)
        for sql in planned {
            let plan = try await store.writer.writeWithoutTransaction { database in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments([])
                return try Row.fetchAll(statement).map { $0["detail"] as String? ?? "" }
            }
            // A newest-first list walks the primary key backwards and stops at its limit: SCAN, without a sort.
            let isNewestFirst = sql.contains("ORDER BY number DESC LIMIT")
            for step in plan where !isNewestFirst {
                #expect(
                    step.hasPrefix("SEARCH") || step.contains("execution_unsettled") || step.contains("B-TREE"),
                    "\(sql): \(step)")
            }
            if isNewestFirst { #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sql)") }
        }
    }

    @Test("shares one transaction among commits that wait together, and keeps each commit's failure its own")
    func groupCommit() async throws {
        let memory = try StoreFile.openMemory(Schema.migrator)
        let store = SQLiteStore(
            StoreConnections(writer: memory, readers: Readers([memory]), commitsPerTransactionMax: 8))
        let statements = Statements()
        try await store.commit(Specimen.directory)
        try await store.writer.writeWithoutTransaction { $0.trace { statements.append($0) } }
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let entry = StoreChange.audit(AuditEntry(at: Int64(index), actor: "tsm", action: "tick"))
                    try? await store.commit(
                        index.isMultiple(of: 2) ? [entry] : [entry, .insertMobileNetwork(Specimen.network)])
                }
            }
        }
        #expect(try await store.auditEntries(limit: 100).count == 32)
        // The savepoints of each transaction: one for each commit that shares it, none for a commit alone.
        let groups = statements.all.split { $0.hasPrefix("BEGIN IMMEDIATE") }
            .map { $0.count { $0.hasPrefix("SAVEPOINT") } }
        let transactions = statements.all.count { $0.hasPrefix("BEGIN IMMEDIATE") }
        #expect((8...64).contains(transactions) && groups.count == transactions)
        #expect(groups.allSatisfy { $0 != 1 && $0 <= 8 }, "\(groups)")
        #expect(groups.reduce(0) { $0 + max($1, 1) } == 64, "\(groups)")
    }
}

/// The SQL that a connection ran, in order.
private final class Statements: @unchecked Sendable {
    // @unchecked: appended to on the writer's serial queue only, read when no statement is running.
    private(set) var all: [String] = []
    func append(_ event: Database.TraceEvent) {
        if case .statement(let statement) = event { all.append(statement.sql) }
    }
}
