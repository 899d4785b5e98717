import CardManagement
import Foundation
import Testing

@testable import CardLink

@Suite("The journal of card management in a directory")
struct FileManagementJournalTests {
    private let directory = NSTemporaryDirectory() + "journal-" + UUID().uuidString
    private let key = JournalKey(rawValue: "install.cin-01-02.A000000003")

    @Test("keeps records by name across openings, and forgets what is removed")
    func records() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let key = try #require(key)
        let journal = try FileManagementJournal(directory)
        #expect(try journal.record(at: key) == nil)
        #expect(try journal.keys() == [])
        try journal.write([1, 2, 3], at: key)
        try journal.write([4], at: key)
        let again = try FileManagementJournal(directory)
        #expect(try again.record(at: key) == [4])
        #expect(try again.keys() == [key])
        try again.remove(key)
        try again.remove(key)
        #expect(try again.record(at: key) == nil)
        #expect(try again.keys() == [])
    }

    @Test("is for its owner alone, the directory as the records")
    func permissions() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManagementJournal(directory).write([1], at: try #require(key))
        func mode(_ path: String) throws -> Int? {
            (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
        }
        #expect(try mode(directory) == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            #expect(try mode(directory + "/" + name) == 0o600)
        }
    }

    @Test("refuses a record beyond its bound, and keeps the one before")
    func bound() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let key = try #require(key)
        let journal = try FileManagementJournal(directory)
        let longest = [UInt8](repeating: 7, count: FileManagementJournal.recordBytesMax)
        try journal.write(longest, at: key)
        #expect(throws: JournalFailure.self) { try journal.write(longest + [7], at: key) }
        #expect(try journal.record(at: key) == longest)
    }

    @Test("does not take other files for records")
    func foreign() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let journal = try FileManagementJournal(directory)
        try Data([1]).write(to: URL(fileURLWithPath: directory + "/note.txt"))
        try Data([1]).write(to: URL(fileURLWithPath: directory + "/a b.record"))
        #expect(try journal.keys() == [])
    }

    @Test("says which directory cannot be made")
    func unwritable() throws {
        #expect(throws: FileError.self) { try FileManagementJournal("/dev/null/journal") }
    }
}
