import Foundation
import ISO7816
public import MobileDevice

/// A local agent's journal in a file of its own: one line per flush, appended and synchronized; rewritten when the
/// server acknowledges a report.
///
///     checksum (16 hex digits: SHA-256, truncated) | space | JSON array of records | newline
///
/// A line that was torn by a power failure is the last one and is dropped. A damaged line before the last one is not the
/// work of a power failure: opening fails, because an agent that forgot an order could execute it twice.
public actor FileAgentJournal: AgentJournal {
    /// The largest journal: an order of 4,096 short APDUs with their answers stays far below it.
    public static let bytesMax = 64 * 1_024 * 1_024

    private let path: String
    private let bytesMax: Int
    private let lock: FileLock
    private let executor = BlockingExecutor(label: "agent journal")
    private var kept: [AgentJournalRecord]
    private var count: Int
    private var failure: AgentJournalFailure?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the journal, or begins it.
    ///
    /// - Throws: ``AgentJournalFailure``; also when another process has it open or a line is damaged.
    public init(path: String, bytesMax: Int = FileAgentJournal.bytesMax) throws(AgentJournalFailure) {
        do {
            lock = try FileLock(on: path)
            let content = try DurableFile.read(path, bytesMax: bytesMax)
            if content == nil { try DurableFile.create(path, with: []) }
            let (records, validCount) = try Self.parse(content ?? [], path: path)
            if validCount < content?.count ?? 0 {
                let file = try OpenFile(path, O_WRONLY | O_NOFOLLOW)
                try file.truncate(to: validCount)
                try file.synchronize()
            }
            kept = records
            count = validCount
        } catch {
            throw AgentJournalFailure(reason: "\(error)")
        }
        self.path = path
        self.bytesMax = bytesMax
    }

    public func records() throws(AgentJournalFailure) -> [AgentJournalRecord] {
        if let failure { throw failure }
        return kept
    }

    /// A failed write leaves open what is on the disk: the journal then refuses everything until it is opened again.
    public func append(_ records: [AgentJournalRecord]) throws(AgentJournalFailure) {
        if let failure { throw failure }
        do throws(FileError) {
            try write(records)
        } catch {
            failure = AgentJournalFailure(reason: "\(error)")
            throw AgentJournalFailure(reason: "\(error)")
        }
    }

    private func write(_ records: [AgentJournalRecord]) throws(FileError) {
        guard records.contains(.acknowledged) else {
            let line = try Self.line(records, path: path)
            guard count + line.count <= bytesMax else {
                throw FileError(path: path, reason: "would have more than \(bytesMax) bytes")
            }
            let file = try OpenFile(path, O_WRONLY | O_APPEND | O_NOFOLLOW)
            try file.write(line)
            try file.synchronize()
            count += line.count
            kept += records
            return
        }
        let compacted: [AgentJournalRecord]
        do { compacted = try AgentJournalState.compacted(kept + records) } catch {
            throw FileError(path: path, reason: error.reason)
        }
        let line = try Self.line(compacted, path: path)
        guard line.count <= bytesMax else {
            throw FileError(path: path, reason: "would have more than \(bytesMax) bytes")
        }
        try DurableFile.replace(path, with: line)
        count = line.count
        kept = compacted
    }
}

// MARK: - Lines

extension FileAgentJournal {
    private static func line(_ records: [AgentJournalRecord], path: String) throws(FileError) -> [UInt8] {
        do { return ChecksummedLines.line(Array(try JSONEncoder().encode(records))) } catch {
            throw FileError(path: path, reason: "a record cannot be written as JSON: \(error)")
        }
    }

    /// The records of all whole lines, and how many bytes those lines take.
    private static func parse(
        _ bytes: [UInt8], path: String
    ) throws(FileError) -> (records: [AgentJournalRecord], validCount: Int) {
        let (contents, validCount) = try ChecksummedLines.parse(bytes, path: path)
        var records: [AgentJournalRecord] = []
        for content in contents {
            do { records += try JSONDecoder().decode([AgentJournalRecord].self, from: Data(content)) } catch {
                throw FileError(path: path, reason: "a whole line holds no records: \(error)")
            }
        }
        return (records, validCount)
    }
}
