import Foundation
import GRDBSQLite

/// Reads the columns of the row that a statement stands at, in order; a value that cannot be names its table and column.
///
/// Tables are STRICT: a column has values of one type, or none.
struct RowReader {
    private let statement: OpaquePointer
    private let table: String
    private var index: CInt = 0

    init(_ statement: OpaquePointer, table: String) {
        self.statement = statement
        self.table = table
    }

    mutating func text() throws -> String {
        let value = try optionalText()
        return try required(value)
    }

    mutating func integer() throws -> Int64 {
        let value = try optionalInteger()
        return try required(value)
    }

    mutating func bytes() throws -> [UInt8] {
        let value = try optionalBytes()
        return try required(value)
    }

    /// An integer that fits `Number`.
    mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws -> Number {
        let value = try integer()
        return try required(Number(exactly: value))
    }

    /// A text that is one of the cases of `Choice`.
    mutating func choice<Choice: RawRepresentable<String>>(_: Choice.Type = Choice.self) throws -> Choice {
        let value = try text()
        return try required(Choice(rawValue: value))
    }

    /// A text in JSON.
    mutating func json<Value: Decodable>(_: Value.Type = Value.self) throws -> Value {
        let bytes = try next(SQLITE_TEXT) { Data(bytes: $0, count: $1) }
        do {
            return try JSONDecoder().decode(Value.self, from: try required(bytes))
        } catch {
            throw unreadable(index - 1)
        }
    }

    /// What `make` builds from the column just read.
    func made<Value>(_ make: () throws -> Value) throws -> Value {
        do {
            return try make()
        } catch {
            throw unreadable(index - 1)
        }
    }

    /// Passes over a column.
    mutating func skip() { index += 1 }

    mutating func optionalText() throws -> String? {
        try next(SQLITE_TEXT) { String(decoding: UnsafeRawBufferPointer(start: $0, count: $1), as: UTF8.self) }
    }

    mutating func optionalInteger() throws -> Int64? {
        defer { index += 1 }
        switch sqlite3_column_type(statement, index) {
        case SQLITE_NULL: return nil
        case SQLITE_INTEGER: return sqlite3_column_int64(statement, index)
        default: throw unreadable(index)
        }
    }

    mutating func optionalBytes() throws -> [UInt8]? {
        try next(SQLITE_BLOB) { Array(UnsafeRawBufferPointer(start: $0, count: $1)) }
    }

    mutating func optionalChoice<Choice: RawRepresentable<String>>(
        _: Choice.Type = Choice.self
    ) throws -> Choice? {
        guard let text = try optionalText() else { return nil }
        return try required(Choice(rawValue: text))
    }

    /// - Parameter make: from the first byte and the number of bytes, which stand as long as the statement stands there.
    private mutating func next<Value>(
        _ type: CInt, _ make: (UnsafeRawPointer, Int) -> Value
    ) throws -> Value? {
        defer { index += 1 }
        let found = sqlite3_column_type(statement, index)
        if found == SQLITE_NULL { return nil }
        guard found == type else { throw unreadable(index) }
        // The pointer first: it may convert; then how much there is. Nothing at all has no address.
        let start =
            type == SQLITE_TEXT
            ? UnsafeRawPointer(sqlite3_column_text(statement, index)) : sqlite3_column_blob(statement, index)
        let count = Int(sqlite3_column_bytes(statement, index))
        return withUnsafePointer(to: UInt8(0)) { make(start ?? UnsafeRawPointer($0), count) }
    }

    /// Of the column just read.
    private func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw unreadable(index - 1) }
        return value
    }

    private func unreadable(_ column: CInt) -> RecordError {
        let name = sqlite3_column_name(statement, column).map { String(cString: $0) } ?? "\(column)"
        return .failed("table \(table), column \(name): the value cannot be read")
    }
}
