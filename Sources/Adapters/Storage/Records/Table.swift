import Foundation
import GRDB
import ISO7816

/// One value of a row.
typealias Column = (any DatabaseValueConvertible)?

/// How one kind of record lies in its table; all SQL over it is written here, once.
struct Table<Record: Sendable>: Sendable {
    private let name: String
    /// What errors call it.
    private let kind: String
    private let columns: [String]
    private let keyColumns: [String]
    /// What must exist already: the kind that errors call it, its table, and the column here that names it.
    private let references: [Reference]
    private let read: @Sendable (inout RowReader) throws -> Record
    /// In the order of `columns`.
    private let values: @Sendable (Record) throws -> [Column]

    private let selectSQL: String
    private let insertSQL: String
    private let updateSQL: String
    private let putSQL: String
    private let deleteSQL: String
    private let selectByKeySQL: String

    struct Reference: Sendable {
        let kind: String
        let table: String
        let key: String
        let column: String
    }

    /// - Parameter key: the columns that name a record, in the order that ``one(_:in:)`` expects them.
    init(
        _ name: String, kind: String, key: [String], columns: [String], references: [Reference] = [],
        read: @escaping @Sendable (inout RowReader) throws -> Record,
        values: @escaping @Sendable (Record) throws -> [Column]
    ) {
        self.name = name
        self.kind = kind
        self.columns = columns
        keyColumns = key
        self.references = references
        self.read = read
        self.values = values

        let list = columns.joined(separator: ", ")
        let numbered = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        let byKey = "WHERE " + key.map { "\($0) = ?" }.joined(separator: " AND ")
        func assignments(_ value: (Int, String) -> String) -> String {
            columns.enumerated().filter { !key.contains($1) }.map { "\($1) = \(value($0, $1))" }
                .joined(separator: ", ")
        }
        selectSQL = "SELECT \(list) FROM \(name) "
        insertSQL = "INSERT INTO \(name) (\(list)) VALUES (\(numbered))"
        putSQL =
            insertSQL + " ON CONFLICT (\(key.joined(separator: ", "))) DO UPDATE SET "
            + assignments { _, column in "excluded.\(column)" }
        updateSQL =
            "UPDATE \(name) SET \(assignments { index, _ in "?\(index + 1)" }) WHERE "
            + columns.enumerated().filter { key.contains($1) }.map { "\($1) = ?\($0 + 1)" }
            .joined(separator: " AND ")
        deleteSQL = "DELETE FROM \(name) \(byKey)"
        selectByKeySQL = selectSQL + byKey
    }
}

// MARK: - Reading

extension Table {
    func one(_ key: [Column], in database: Database) throws -> Record? {
        try BoundStatement(selectByKeySQL, key, in: database).next(of: name, read)
    }

    /// - Parameter clauses: `WHERE`, `ORDER BY` and `LIMIT`; a constant of the program, never a client's text.
    func all(_ clauses: StaticString, _ arguments: [Column] = [], in database: Database) throws -> [Record] {
        let statement = try BoundStatement(selectSQL + "\(clauses)", arguments, in: database)
        var records: [Record] = []
        while let record = try statement.next(of: name, read) { records.append(record) }
        return records
    }
}

// MARK: - Writing

extension Table {
    func insert(_ record: Record, into database: Database) throws {
        try write(record, with: insertSQL, in: database)
    }

    /// Inserts with the next number, whatever the record says. The first column is the number.
    func insertNumbered(_ record: Record, into database: Database) throws -> Int64 {
        var values = try values(record)
        values[0] = nil
        try execute(insertSQL, values, of: record, in: database)
        return database.lastInsertedRowID
    }

    /// Inserts or replaces by key.
    func put(_ record: Record, into database: Database) throws {
        try write(record, with: putSQL, in: database)
    }

    func update(_ record: Record, in database: Database) throws {
        try write(record, with: updateSQL, in: database)
        if database.changesCount == 0 { throw missing(try keyValues(of: record)) }
    }

    /// Replaces the version that has this revision. The table has a column `revision`.
    ///
    /// - Throws: ``RecordError/conflict(kind:key:)`` when another version is stored.
    func replace(_ record: Record, revision: Int, in database: Database) throws {
        let guarded = updateSQL + " AND revision = ?\(columns.count + 1)"
        try execute(guarded, try values(record) + [revision], of: record, in: database)
        if database.changesCount > 0 { return }
        let key = try keyValues(of: record)
        throw try one(key, in: database) == nil ? missing(key) : RecordError.conflict(kind: kind, key: text(key))
    }

    func delete(_ key: [Column], from database: Database) throws {
        try BoundStatement(deleteSQL, key, in: database).run()
        if database.changesCount == 0 { throw missing(key) }
    }

    func missing(_ key: [Column]) -> RecordError { .missing(kind: kind, key: text(key)) }

    private func write(_ record: Record, with sql: String, in database: Database) throws {
        try execute(sql, try values(record), of: record, in: database)
    }

    private func execute(_ sql: String, _ values: [Column], of record: Record, in database: Database) throws {
        do {
            try BoundStatement(sql, values, in: database).run()
        } catch let error as DatabaseError {
            switch error.extendedResultCode {
            case .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_UNIQUE:
                throw try duplicate(record, values, error, in: database)
            case .SQLITE_CONSTRAINT_FOREIGNKEY: throw try missingReference(values, in: database) ?? error
            default: throw error
            }
        }
    }

    /// By its key when that is taken, or by the columns that the message names:
    /// `UNIQUE constraint failed: service_provider.name`.
    private func duplicate(
        _ record: Record, _ values: [Column], _ error: DatabaseError, in database: Database
    ) throws -> RecordError {
        let key = try keyValues(of: record)
        if try one(key, in: database) != nil { return .duplicate(kind: kind, key: text(key)) }
        let named = (error.message ?? "").split { ", :".contains($0) }
        let violated = columns.indices.filter { named.contains("\(name).\(columns[$0])") }
        return .duplicate(kind: kind, key: text(violated.map { values[$0] }))
    }

    private func missingReference(_ values: [Column], in database: Database) throws -> RecordError? {
        for reference in references {
            guard let index = columns.firstIndex(of: reference.column), let value = values[index] else { continue }
            let found = try Int.fetchOne(
                database, sql: "SELECT 1 FROM \(reference.table) WHERE \(reference.key) = ?", arguments: [value])
            if found == nil { return .missing(kind: reference.kind, key: text([value])) }
        }
        return nil
    }

    private func keyValues(of record: Record) throws -> [Column] {
        let values = try values(record)
        return keyColumns.compactMap { columns.firstIndex(of: $0) }.map { values[$0] }
    }

    private func text(_ key: [Column]) -> String {
        key.map { value in
            switch value {
            case nil: "none"
            case let bytes as Data: bytes.hex
            case let value?: "\(value)"
            }
        }.joined(separator: "/")
    }
}

/// Bytes as a column value.
func blob(_ bytes: [UInt8]) -> Data { Data(bytes) }
