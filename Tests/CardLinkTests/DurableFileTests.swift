import CardLink
import Foundation
import Testing

@Suite("Durable files")
struct DurableFileTests {
    @Test("a replaced file has the new content, belongs to its owner only and leaves no temporary file")
    func replace() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("card")
        try DurableFile.create(path, with: [1])
        try DurableFile.replace(path, with: [2, 3])
        #expect(try DurableFile.read(path, bytesMax: 2) == [2, 3])
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["card"])
    }

    @Test("a remainder of an interrupted write does not disturb the next")
    func leftover() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("card")
        try Data([9, 9, 9, 9]).write(to: URL(fileURLWithPath: path + ".new"))
        try DurableFile.replace(path, with: [1])
        #expect(try DurableFile.read(path, bytesMax: 10) == [1])
    }

    @Test("creating does not overwrite")
    func createTwice() throws {
        let directory = try TemporaryDirectory()
        try DurableFile.create(directory.file("card"), with: [1])
        #expect(throws: FileError.self) { try DurableFile.create(directory.file("card"), with: [2]) }
        #expect(try DurableFile.read(directory.file("card"), bytesMax: 10) == [1])
    }

    @Test("a missing file is nil, a file beyond the bound is refused")
    func readBounds() throws {
        let directory = try TemporaryDirectory()
        #expect(try DurableFile.read(directory.file("none"), bytesMax: 10) == nil)
        try DurableFile.create(directory.file("card"), with: [1, 2, 3])
        #expect(throws: FileError(path: directory.file("card"), reason: "has 3 bytes, more than 2")) {
            try DurableFile.read(directory.file("card"), bytesMax: 2)
        }
        #expect(try DurableFile.read(directory.file("card"), bytesMax: 3) == [1, 2, 3])
    }

    @Test("a file locked once cannot be locked again until the first owner lets go")
    func lock() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("card")
        do {
            let first = try FileLock(on: path)
            #expect(throws: FileError(path: path, reason: "is in use by another process")) {
                _ = try FileLock(on: path)
            }
            _ = consume first
        }
        _ = try FileLock(on: path)
    }
}
