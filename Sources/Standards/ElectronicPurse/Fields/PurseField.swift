public import ISO7816

/// A field of fixed length in the purse's commands, records and files.
public protocol PurseField: Hashable, Sendable, Codable, CustomStringConvertible {
    /// In bytes.
    static var length: Int { get }

    var bytes: [UInt8] { get }

    /// Of as many bytes as the field has.
    ///
    /// - Throws: ``PurseFieldError``.
    init(_ bytes: some Collection<UInt8>) throws(PurseFieldError)
}

/// Why some bytes are not the field.
public enum PurseFieldError: Error, Equatable, Sendable, CustomStringConvertible {
    case length(found: Int, expected: Int)
    /// A half-byte is not a decimal digit.
    case notDecimal
    /// There is no such day, or time of day.
    case noSuchMoment

    public var description: String {
        switch self {
        case .length(let found, let expected): "the field has \(expected) bytes, found \(found)"
        case .notDecimal: "the field is binary coded decimal"
        case .noSuchMoment: "there is no such date and time"
        }
    }
}

extension PurseField {
    public init(hex: String) throws {
        try self.init([UInt8](hex: hex))
    }

    public var description: String { bytes.hex }

    public init(from decoder: any Decoder) throws {
        try self.init(hex: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes.hex)
    }

    static func check(_ bytes: some Collection<UInt8>) throws(PurseFieldError) -> [UInt8] {
        guard bytes.count == length else { throw .length(found: bytes.count, expected: length) }
        return Array(bytes)
    }
}

extension ByteReader {
    /// The next field of a layout.
    mutating func field<Field: PurseField>(_ name: StaticString) throws(PurseLayoutError) -> Field {
        do {
            return try Field(try take(Field.length, name))
        } catch let error as PurseFieldError {
            throw .field("\(name)", error)
        } catch let error as ByteLayoutError {
            throw .layout(error)
        } catch {
            preconditionFailure("a reader throws its own errors, a field those of fields")
        }
    }

    /// The next number of a layout, in as many bytes as its type has.
    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ name: StaticString
    ) throws(PurseLayoutError) -> Number {
        do { return try take(Number.bitWidth / 8, name).reduce(0) { $0 << 8 | Number($1) } } catch {
            throw .layout(error)
        }
    }

    mutating func bytes(_ count: Int, _ name: StaticString) throws(PurseLayoutError) -> [UInt8] {
        do { return try take(count, name) } catch { throw .layout(error) }
    }

    func end() throws(PurseLayoutError) {
        do { try finish() } catch { throw .layout(error) }
    }
}

/// Why some bytes do not follow the layout of a command, response, record or file of the purse.
public enum PurseLayoutError: Error, Equatable, Sendable, CustomStringConvertible {
    case layout(ByteLayoutError)
    case field(String, PurseFieldError)
    /// A code that the standard gives no meaning.
    case unknown(String, UInt8)
    /// The command has another header than this one.
    case anotherCommand
    /// P1 or P2 is none that the command has.
    case parameters

    public var description: String {
        switch self {
        case .layout(let error): "\(error)"
        case .field(let name, let error): "\(name): \(error)"
        case .unknown(let name, let value): "\(name): \([value].hex) has no meaning"
        case .anotherCommand: "another command"
        case .parameters: "P1 or P2 is none of this command's"
        }
    }
}

extension FixedWidthInteger {
    /// The most significant byte first.
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
