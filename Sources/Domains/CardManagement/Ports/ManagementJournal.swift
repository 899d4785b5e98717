/// What must outlive a lost field or a killed process: installations and rotations under way, refused authentications.
///
/// A small durable map. When ``write(_:at:)`` returns, the record would survive a power failure.
public protocol ManagementJournal: Sendable {
    /// The record at `key`, or `nil`.
    func record(at key: JournalKey) async throws(JournalFailure) -> [UInt8]?
    /// Puts `record` in the place of the one before.
    func write(_ record: [UInt8], at key: JournalKey) async throws(JournalFailure)
    func remove(_ key: JournalKey) async throws(JournalFailure)
    /// Every key that has a record.
    func keys() async throws(JournalFailure) -> [JournalKey]
}

/// The name of a record: its kind, the card, and what it is about; letters, digits, `-` and `.` only.
public struct JournalKey: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public static let lengthMax = 200

    /// `nil` for a name that could not be the name of a file.
    public init?(rawValue: String) {
        guard !rawValue.isEmpty, rawValue.utf8.count <= Self.lengthMax, rawValue.utf8.allSatisfy(Self.isAllowed),
            !rawValue.hasPrefix(".")
        else { return nil }
        self.rawValue = rawValue
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    public var description: String { rawValue }
}

/// The journal could not be read or written.
public struct JournalFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { "the journal: \(reason)" }
}

/// A journal that ends with the process.
public actor MemoryJournal: ManagementJournal {
    private var records: [JournalKey: [UInt8]] = [:]

    public init() {}

    public func record(at key: JournalKey) throws(JournalFailure) -> [UInt8]? { records[key] }

    public func write(_ record: [UInt8], at key: JournalKey) throws(JournalFailure) { records[key] = record }

    public func remove(_ key: JournalKey) throws(JournalFailure) { records[key] = nil }

    public func keys() throws(JournalFailure) -> [JournalKey] { records.keys.sorted { $0.rawValue < $1.rawValue } }
}
