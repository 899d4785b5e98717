import Foundation
import GRDB
import GRDBSQLite

/// A statement of the connection's cache with its arguments, stepped as SQLite steps it: no row object and no array of
/// values stand between a column and the record that is made of it.
///
/// GRDB owns connections, queues, transactions and the cache; only binding and stepping happen here.
struct BoundStatement: ~Copyable {
    private let statement: Statement
    private let database: Database

    private var handle: OpaquePointer { statement.sqliteStatement }

    /// - Parameter sql: a constant of the program.
    init(_ sql: String, _ arguments: [Column], in database: Database) throws {
        let statement = try database.cachedStatement(sql: sql)
        let handle = statement.sqliteStatement
        sqlite3_reset(handle)
        guard arguments.count == sqlite3_bind_parameter_count(handle) else {
            throw RecordError.failed("\(arguments.count) arguments for \(sql)")
        }
        for (index, value) in arguments.enumerated() {
            guard Self.bind(value, to: handle, at: CInt(index + 1)) == SQLITE_OK else {
                throw Self.failure(of: statement, in: database)
            }
        }
        self.statement = statement
        self.database = database
    }

    /// Lets go of what was read, so that the transaction can end.
    deinit { sqlite3_reset(statement.sqliteStatement) }

    /// Runs a statement that gives no rows.
    func run() throws {
        while try step() {}
    }

    /// - Parameter read: the next row.
    /// - Returns: `nil` after the last.
    func next<Record>(
        of table: String, _ read: (inout RowReader) throws -> Record
    ) throws -> Record? {
        guard try step() else { return nil }
        var reader = RowReader(handle, table: table)
        return try read(&reader)
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw Self.failure(of: statement, in: database)
        }
    }

    private static func bind(_ value: Column, to handle: OpaquePointer, at index: CInt) -> CInt {
        switch value?.databaseValue.storage {
        case nil, .null: sqlite3_bind_null(handle, index)
        case .int64(let number): sqlite3_bind_int64(handle, index, number)
        case .double(let number): sqlite3_bind_double(handle, index, number)
        case .string(var text):
            text.withUTF8 { bytes in
                // Empty texts have no address, and SQLite takes a null pointer for NULL.
                bytes.isEmpty
                    ? sqlite3_bind_text(handle, index, "", 0, copied)
                    : sqlite3_bind_text(
                        handle, index, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
                        CInt(bytes.count), copied)
            }
        case .blob(let data):
            data.withUnsafeBytes { bytes in
                // An empty blob is a blob: SQLite takes a null pointer for NULL.
                bytes.isEmpty
                    ? sqlite3_bind_zeroblob(handle, index, 0)
                    : sqlite3_bind_blob(handle, index, bytes.baseAddress, CInt(bytes.count), copied)
            }
        }
    }

    private static func failure(of statement: Statement, in database: Database) -> DatabaseError {
        let connection = database.sqliteConnection
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)), sql: statement.sql)
    }

    /// SQLITE_TRANSIENT: SQLite copies what is bound.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
