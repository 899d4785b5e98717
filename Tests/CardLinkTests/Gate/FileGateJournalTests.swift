import CardLink
import Foundation
import ISO7816
import Terminal
import Testing

@Suite("A gate's journal and its security module in files")
struct FileGateJournalTests {
    private let entries = [Array("{\"a\":1}".utf8), Array("{\"b\":2}".utf8), Array("{\"c\":3}".utf8)]

    private func content(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    @Test("what was appended is there after opening again; replaced entries are those that are left")
    func reopened() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("gate")
        defer { withExtendedLifetime(directory) {} }
        var journal: FileGateJournal? = try FileGateJournal(path: path)
        for entry in entries { try await journal?.append(entry) }
        #expect(throws: GateJournalFailure.self, "one process at a time") { _ = try FileGateJournal(path: path) }
        journal = nil
        journal = try FileGateJournal(path: path)
        #expect(try await journal?.entries() == entries)
        try await journal?.replace(with: [entries[2]])
        try await journal?.append(entries[0])
        journal = nil
        #expect(try await FileGateJournal(path: path).entries() == [entries[2], entries[0]])
    }

    @Test(
        "a journal torn anywhere is what it was before the torn entry; a damaged entry before the last stops the gate")
    func torn() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("gate")
        var lengths = [0]
        do {
            let journal = try FileGateJournal(path: path)
            for entry in entries {
                try await journal.append(entry)
                lengths.append(try content(path).count)
            }
        }
        let whole = try content(path)
        for count in 0...whole.count {
            let torn = directory.file("torn\(count)")
            try Data(whole.prefix(count)).write(to: URL(fileURLWithPath: torn))
            let kept = lengths.lastIndex { $0 <= count } ?? 0
            #expect(try await FileGateJournal(path: torn).entries() == Array(entries.prefix(kept)), "\(count)")
        }
        var damaged = whole
        damaged[20] ^= 1
        try Data(damaged).write(to: URL(fileURLWithPath: directory.file("damaged")))
        #expect(throws: GateJournalFailure.self) { _ = try FileGateJournal(path: directory.file("damaged")) }
    }

    @Test("a security module's file has each serial before it is given, and a damaged one is refused")
    func module() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("psam")
        try SecurityModuleFile.create(path, try PurseElement.module())
        #expect(throws: FileError.self) { try SecurityModuleFile.create(path, try PurseElement.module()) }
        let command = try CommandAPDU(
            hex: "807000001CA1B2C3D40000000000C806202611210831050100310400001234567808")
        for serial: UInt8 in 1...3 {
            let file = try SecurityModuleFile.open(path)
            #expect(throws: FileError.self) { _ = try SecurityModuleFile.open(path) }
            let answer = try await file.module().transmit(command)
            #expect(answer.data.prefix(4) == [0, 0, 0, serial] && answer.statusWord == .success)
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        var bytes = try content(path)
        bytes[30] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(throws: FileError.self) { _ = try SecurityModuleFile.open(path) }
        #expect(throws: FileError.self) { _ = try SecurityModuleFile.open(directory.file("none")) }
    }
}
