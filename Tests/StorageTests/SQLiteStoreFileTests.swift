import Foundation
import GRDB
import Testing
import TrustedServiceManager

@testable import Storage

@Suite("A store file")
struct SQLiteStoreFileTests {
    let folder = TemporaryFolder()
    var path: String { folder.file("inner/tsm.sqlite") }

    @Test("syncs every commit on every connection: PRAGMA synchronous reads back 2")
    func synchronous() async throws {
        let store = try SQLiteStore(path: path)
        #expect(try await store.writer.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
        #expect(
            try await store.writer.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA foreign_keys") } == 1)
        let mode = try await store.writer.writeWithoutTransaction {
            try String.fetchOne($0, sql: "PRAGMA journal_mode")
        }
        #expect(mode == "wal")
        let readers = try store.readers.each { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        #expect((2...StoreFile.readersMax).contains(readers.count))
        #expect(readers.allSatisfy { $0 == 2 })
    }

    @Test("cannot be written through the connections that read")
    func readersOnlyRead() throws {
        let store = try SQLiteStore(path: path)
        #expect(throws: DatabaseError.self) {
            try store.readers.each { try $0.execute(sql: "INSERT INTO mobile_network VALUES ('N')") }
        }
    }

    @Test("of before the configurations holds embedded cards and the batches that they came from, when it is opened")
    func olderStore() async throws {
        try SQLiteStore(path: path).close()
        try FileManager.default.removeItem(atPath: path)
        let older = try DatabaseQueue(path: path)
        try Schema.migrator.migrate(older, upTo: "0001-directory-and-journal")
        try await older.write {
            try $0.execute(
                sql: """
                    INSERT INTO mobile_network VALUES ('North');
                    INSERT INTO secure_element VALUES ('cin:45434E0000000001', 'North', 'embedded-fig5', 'eSE',
                        'GlobalPlatform', '2.3.1', 4, 4000000000, x'A000000151000000', 3, 1, x'00010203040506070809',
                        7, 112, 1700000000);
                    """)
        }
        try older.close()
        let store = try SQLiteStore(path: path)
        let element = try #require(try await store.secureElements(after: nil, limit: 1).first)
        #expect(element.configuration == .embedded && element.managementRole == .central)
        #expect(element.issuerSecurityDomain == nil && element.lifeCycle == .operational)
        #expect(element.centralSecurityDomain.sequenceCounter == 7 && element.registeredAt == 1_700_000_000)
        #expect(
            try await store.cardBatches() == [
                CardBatchRecord(masterKey: MasterKeyIndex(rawValue: 3), label: "batch 3", createdAt: 1_700_000_000)
            ])
    }

    @Test("is its owner's alone: folder 0700, file and log 0600")
    func permissions() async throws {
        let store = try SQLiteStore(path: path)
        try await store.commit(Specimen.directory)
        #expect(folder.permissions("inner") == 0o700)
        #expect(folder.permissions("inner/tsm.sqlite") == 0o600)
        #expect(folder.permissions("inner/tsm.sqlite-wal") == 0o600)
        #expect(folder.permissions("inner/tsm.sqlite-shm") == 0o600)
    }

    @Test("that was wider is narrowed when it is opened")
    func widePermissions() throws {
        try SQLiteStore(path: path).close()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        try SQLiteStore(path: path).close()
        #expect(folder.permissions("inner/tsm.sqlite") == 0o600)
    }

    @Test("keeps everything across closing and opening")
    func reopening() async throws {
        let first = try SQLiteStore(path: path)
        try await first.commit(Specimen.directory + [.putServiceInstance(Specimen.instance)])
        let number = try await first.begin(Specimen.execution) { _ in [.audit(Specimen.auditEntries[0])] }
        try first.close()
        await #expect(throws: StoreError.self) { try await first.mobileNetworks() }

        let second = try SQLiteStore(path: path)
        #expect(try await second.secureElement(Specimen.secureElement.id) == Specimen.secureElement)
        #expect(try await second.serviceInstances(on: Specimen.secureElement.id) == [Specimen.instance])
        #expect(try await second.unsettledExecutions(on: nil).map(\.number) == [number])
        #expect(try await second.begin(Specimen.execution) { _ in [] } > number)
    }

    @Test("holds what was committed although its process never closed it")
    func crash() async throws {
        let alive = try SQLiteStore(path: path)
        try await alive.commit(Specimen.directory)
        // The copies of file and log are what a killed process leaves behind.
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: folder.file("inner/copy.sqlite") + suffix)
        }
        let copy = try SQLiteStore(path: folder.file("inner/copy.sqlite"))
        #expect(try await copy.secureElement(of: Specimen.subscription.msi) == Specimen.secureElement.id)
    }

    @Test("of a newer release is refused by the names of its migrations, and left alone")
    func newerSchema() throws {
        try SQLiteStore(path: path).close()
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('0099-from-the-future')") }
        try queue.close()
        let refusal = SQLiteStoreOpeningError.schemaIsNewer(path: path, unknownMigrations: ["0099-from-the-future"])
        #expect(throws: refusal) { try SQLiteStore(path: path) }
        #expect("\(refusal)".contains("newer release"))
    }

    @Test("that is no database is refused")
    func notADatabase() throws {
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        try Data("This is a letter, not a database, and long enough to be read as one.".utf8)
            .write(to: URL(fileURLWithPath: folder.file("letter")))
        #expect(throws: SQLiteStoreOpeningError.self) { try SQLiteStore(path: folder.file("letter")) }
    }

    @Test("below a file instead of a folder cannot be made, and the error names the path")
    func unreachable() throws {
        try SQLiteStore(path: path).close()
        do {
            _ = try SQLiteStore(path: path + "/below.sqlite")
            Issue.record("it opened")
        } catch {
            guard case .unreachable(path + "/below.sqlite", _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("whose value was altered names table and column instead of stopping the program")
    func unreadableValue() async throws {
        let store = try SQLiteStore(path: path)
        try await store.commit(Specimen.directory)
        try await store.writer.write { try $0.execute(sql: "UPDATE secure_element SET type = 'abacus'") }
        await #expect(throws: StoreError.failed("table secure_element, column type: the value cannot be read")) {
            try await store.secureElement(Specimen.secureElement.id)
        }
    }

    @Test("says what failed without the values of the statement")
    func errorsCarryNoValues() async throws {
        let store = try SQLiteStore(path: path)
        try await store.writer.write { try $0.execute(sql: "DROP TABLE credential") }
        do {
            try await store.commit([.insertCredential(Specimen.credentials[1])])
            Issue.record("it was inserted")
        } catch {
            #expect("\(error)".contains("credential"))
            #expect(!"\(error)".contains("anna"))
        }
    }
}
