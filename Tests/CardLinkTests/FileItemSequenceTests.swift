import CardLink
import Foundation
import Terminal
import Testing

@Suite("A terminal's count of bill items in a file")
struct FileItemSequenceTests {
    private let path = NSTemporaryDirectory() + "seneschal-items-" + UUID().uuidString

    @Test("VBILL-02 numbers go on after every restart, and none comes twice")
    func restarts() async throws {
        defer { for name in [path, path + ".lock"] { try? FileManager.default.removeItem(atPath: name) } }
        var numbers: [Int64] = []
        for _ in 0..<4 {
            let sequence = try FileItemSequence(path: path)
            for _ in 0..<3 { numbers.append(try await sequence.next()) }
            #expect(throws: FileError.self, "two do not count in one file") { try FileItemSequence(path: path) }
        }
        #expect(numbers == Array(1...12))
    }

    @Test("a file that is no count is not taken for one", arguments: [0, 7, 9])
    func damaged(count: Int) throws {
        defer { for name in [path, path + ".lock"] { try? FileManager.default.removeItem(atPath: name) } }
        try Data(repeating: 1, count: count).write(to: URL(filePath: path))
        #expect(throws: FileError.self) { try FileItemSequence(path: path) }
    }

    @Test("a number is not given out when it cannot be kept")
    func unwritable() async throws {
        let folder = path + "-folder"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let sequence = try FileItemSequence(path: folder + "/items")
        #expect(try await sequence.next() == 1)
        try FileManager.default.removeItem(atPath: folder)
        await #expect(throws: ItemSequenceError.self) { try await sequence.next() }
    }
}
