import Foundation
public import Terminal

/// A gate's journal in a file of its own: one line per entry, appended and synchronized; replaced as a whole when it is made
/// shorter.
///
/// A line that was torn by a power failure is the last one and is dropped: what it announced was not begun. A damaged line
/// before it is no power failure's: opening fails, because a gate that forgot a debit could order it twice.
public actor FileGateJournal: GateJournal {
    /// A gate that has 512 entries makes them one, of a few hundred bytes for everything that is open.
    public static let bytesMax = 16 * 1_024 * 1_024

    private let path: String
    private let lock: FileLock
    private let executor = BlockingExecutor(label: "gate journal")
    private var kept: [[UInt8]]
    private var count: Int
    private var failure: GateJournalFailure?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the journal, or begins it.
    ///
    /// - Throws: ``GateJournalFailure``; also when another process has it open or a line is damaged.
    public init(path: String) throws(GateJournalFailure) {
        do {
            lock = try FileLock(on: path)
            let content = try DurableFile.read(path, bytesMax: Self.bytesMax)
            if content == nil { try DurableFile.create(path, with: []) }
            (kept, count) = try ChecksummedLines.parse(content ?? [], path: path)
            if count < content?.count ?? 0 {
                let file = try OpenFile(path, O_WRONLY | O_NOFOLLOW)
                try file.truncate(to: count)
                try file.synchronize()
            }
        } catch {
            throw GateJournalFailure(reason: "\(error)")
        }
        self.path = path
    }

    public func entries() throws(GateJournalFailure) -> [[UInt8]] {
        if let failure { throw failure }
        return kept
    }

    public func append(_ entry: [UInt8]) throws(GateJournalFailure) {
        try write { () throws(FileError) in
            let line = ChecksummedLines.line(entry)
            try checkCount(count + line.count)
            let file = try OpenFile(path, O_WRONLY | O_APPEND | O_NOFOLLOW)
            try file.write(line)
            try file.synchronize()
            count += line.count
            kept.append(entry)
        }
    }

    public func replace(with entries: [[UInt8]]) throws(GateJournalFailure) {
        try write { () throws(FileError) in
            let lines = entries.flatMap(ChecksummedLines.line)
            try checkCount(lines.count)
            try DurableFile.replace(path, with: lines)
            count = lines.count
            kept = entries
        }
    }

    /// A failed write leaves open what is on the disk: the journal then refuses everything until it is opened again.
    private func write(_ body: () throws(FileError) -> Void) throws(GateJournalFailure) {
        if let failure { throw failure }
        do { try body() } catch {
            let failure = GateJournalFailure(reason: "\(error)")
            self.failure = failure
            throw failure
        }
    }

    private func checkCount(_ count: Int) throws(FileError) {
        guard count <= Self.bytesMax else {
            throw FileError(path: path, reason: "would have more than \(Self.bytesMax) bytes")
        }
    }
}
