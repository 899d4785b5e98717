import Foundation
import GRDB

/// Reads the columns of one row in order; a value that cannot be names its table and column.
struct RowReader {
    private let row: Row
    private let table: String
    private var index = 0

    init(_ row: Row, table: String) {
        self.row = row
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
        let text = try text()
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
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
    mutating func skip() throws { _ = try next(DatabaseValue.self) }

    mutating func optionalText() throws -> String? { try next() }
    mutating func optionalInteger() throws -> Int64? { try next() }
    mutating func optionalBytes() throws -> [UInt8]? { try next(Data.self).map { Array($0) } }

    mutating func optionalChoice<Choice: RawRepresentable<String>>(
        _: Choice.Type = Choice.self
    ) throws -> Choice? {
        guard let text = try optionalText() else { return nil }
        return try required(Choice(rawValue: text))
    }

    private mutating func next<Value: DatabaseValueConvertible>(_: Value.Type = Value.self) throws -> Value? {
        defer { index += 1 }
        let value: DatabaseValue = row[index]
        if value.isNull { return nil }
        guard let value = Value.fromDatabaseValue(value) else { throw unreadable(index) }
        return value
    }

    /// Of the column just read.
    private func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw unreadable(index - 1) }
        return value
    }

    private func unreadable(_ column: Int) -> RecordError {
        .failed("table \(table), column \(Array(row.columnNames)[column]): the value cannot be read")
    }
}
