import CardLink
import Foundation
import ISO7816
import NFCForum
import Testing

@Suite("A tag's file")
struct TagFileTests {
    private static let address = "https://pay.example/t/coffee"
    private static let keys = SecureDynamicKeys.random()
    private static let message = NDEFMessage(URIRecord(address).record)

    private static func identifier() throws -> TagIdentifier {
        try #require(TagIdentifier([0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6]))
    }

    private static func plain() throws -> Type4Tag { try Type4Tag(identifier: identifier(), message: message) }

    private static func dynamic() throws -> Type4Tag {
        try Type4Tag(identifier: identifier(), template: SecureDynamicTemplate(uri: address), keys: keys)
    }

    private func permissions(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test("TAG-07: what was written to a tag is on it when its file is opened again")
    func message() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tag")
        try TagFile.create(path, Self.plain())
        let other = NDEFMessage(URIRecord("https://pay.example/t/tea").record)
        do {
            let file = try TagFile.open(path)
            #expect(file.controller != nil)
            let reader = Type4TagReader(file.tag())
            #expect(try await reader.read() == Self.message)
            try await reader.write(other)
            #expect(try TagFile.read(path).message() == other, "on the disk before the tag answers")
        }
        let again = try TagFile.open(path)
        #expect(try await Type4TagReader(again.tag()).read() == other)
        #expect(try TagFile.read(path).identifier == Self.identifier())
    }

    @Test("TAG-03: a tag's count of its readings goes on when its file is opened again, and no reading comes twice")
    func counter() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tag")
        try TagFile.create(path, Self.dynamic())
        var last: UInt32?
        for _ in 0..<3 {
            let tag = try TagFile.open(path).tag()
            for _ in 0..<2 {
                let record = try #require(try await Type4TagReader(tag).read()?.records.first)
                let reading = try SecureDynamicMessage(uri: URIRecord(record).uri)
                    .verified(with: Self.keys, after: last)
                #expect(reading.counter == (last ?? 0) + 1)
                #expect(try TagFile.read(path).secureDynamicMessaging?.counter == reading.counter)
                last = reading.counter
            }
        }
    }

    @Test("TAG-03: a reading that cannot be counted on the disk does not leave the tag")
    func unwritable() async throws {
        let directory = try TemporaryDirectory()
        let folder = directory.file("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try TagFile.create(folder + "/tag", Self.dynamic())
        let reader = Type4TagReader(try TagFile.open(folder + "/tag").tag())
        _ = try await reader.detect()
        try FileManager.default.removeItem(atPath: folder)
        await #expect {
            _ = try await reader.read()
        } throws: {
            guard case .tagUnreachable(let error)? = $0 as? Type4TagError else { return false }
            return error.mayHaveBeenExecuted
        }
    }

    @Test("a tag's file belongs to its owner only, and stays so when it is written again")
    func ownerOnly() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tag")
        try TagFile.create(path, Self.dynamic())
        #expect(try permissions(path) == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        _ = try await Type4TagReader(try TagFile.open(path).tag()).read()
        #expect(try permissions(path) == 0o600)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: directory.path).contains("tag.new"))
    }

    @Test("a tag in use cannot be opened a second time, and can be read")
    func exclusive() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tag")
        try TagFile.create(path, Self.plain())
        let file = try TagFile.open(path)
        #expect(throws: FileError(path: path, reason: "is in use by another process")) { try TagFile.open(path) }
        #expect(try TagFile.read(path) == Self.plain())
        withExtendedLifetime(file) {}
    }

    @Test("a tag is not made over a file that exists")
    func notOverwritten() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tag")
        try TagFile.create(path, Self.plain())
        #expect(throws: FileError.self) { try TagFile.create(path, Self.dynamic()) }
        #expect(try TagFile.read(path) == Self.plain())
    }

    @Test("a missing file is refused and leaves no lock behind")
    func missing() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: FileError.self) { try TagFile.open(directory.file("none")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }

    @Test(
        "a file of something else, cut short, extended, altered or too long is refused by its own words, and left alone"
    )
    func wrongFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tag")
        try TagFile.create(path, Self.dynamic())
        let whole = try Data(contentsOf: URL(filePath: path))
        let other = directory.file("other")
        /// Why the content is refused; `nil` when it is a tag.
        func refusal(_ content: Data) throws -> String? {
            try content.write(to: URL(filePath: other))
            do {
                _ = try TagFile.open(other)
                return nil
            } catch {
                #expect(try Data(contentsOf: URL(filePath: other)) == content)
                return error.reason
            }
        }
        let (otherKind, damaged) = ("is not a tag's file", "is damaged: its digest is not that of its content")
        #expect(try refusal(whole) == nil)
        for length in whole.indices {
            let expected =
                length < 14
                ? otherKind
                : length <= 14 + 32 ? "is cut short: \(length) bytes are less than a tag's file has" : damaged
            #expect(try refusal(whole.prefix(length)) == expected, "\(length) bytes")
        }
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 0x01
            #expect(try refusal(changed) == (index < 14 ? otherKind : damaged), "byte \(index)")
        }
        #expect(try refusal(whole + [0]) == damaged)
        // Two tags' states in one file, the digest of the second.
        #expect(try refusal(whole + whole.dropFirst(14)) == damaged)
        #expect(try refusal(whole + Data(count: TagFile.bytesMax))?.hasPrefix("has ") == true)
        try CardFile.create(directory.file("card"), CardFileTests.card())
        #expect(try refusal(Data(contentsOf: URL(filePath: directory.file("card")))) == otherKind)
    }
}
