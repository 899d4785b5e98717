public import CardManagement
import Foundation

/// The journal of card management in a directory: a file for each record, for its owner alone.
public struct FileManagementJournal: ManagementJournal {
    public let directory: String

    /// The longest record; an installation in progress needs a few hundred bytes.
    public static let recordBytesMax = 1_024 * 1_024

    /// Makes the directory (mode 0700) when it is not there.
    public init(_ directory: String) throws(FileError) {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw FileError(path: directory, reason: error.localizedDescription) }
    }

    public func record(at key: JournalKey) throws(JournalFailure) -> [UInt8]? {
        try Self.wrapping { () throws(FileError) in
            try DurableFile.read(path(key), bytesMax: Self.recordBytesMax)
        }
    }

    public func write(_ record: [UInt8], at key: JournalKey) throws(JournalFailure) {
        guard record.count <= Self.recordBytesMax else {
            throw JournalFailure(reason: "a record has \(Self.recordBytesMax) bytes at most, found \(record.count)")
        }
        try Self.wrapping { () throws(FileError) in try DurableFile.replace(path(key), with: record) }
    }

    public func remove(_ key: JournalKey) throws(JournalFailure) {
        try Self.wrapping { () throws(FileError) in try DurableFile.remove(path(key)) }
    }

    public func keys() throws(JournalFailure) -> [JournalKey] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
            throw JournalFailure(reason: "\(directory): \(error.localizedDescription)")
        }
        return names.filter { $0.hasSuffix(Self.suffix) }.sorted()
            .compactMap { JournalKey(rawValue: String($0.dropLast(Self.suffix.count))) }
    }

    private static let suffix = ".record"

    private func path(_ key: JournalKey) -> String { directory + "/" + key.rawValue + Self.suffix }

    private static func wrapping<Value>(_ body: () throws(FileError) -> Value) throws(JournalFailure) -> Value {
        do { return try body() } catch { throw JournalFailure(reason: "\(error)") }
    }
}
