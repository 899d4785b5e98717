import CardCryptography
import CardLink
import Foundation
import ISO7816
import SecureChannel
import SecureElement
import Testing

@Suite("A card's file")
struct CardFileTests {
    static let identity = CardIdentity(
        issuerIdentificationNumber: [0x53], cardImageNumber: [0x01, 0x02], keyDiversificationData: Array(0..<10),
        implementation: SCP03Implementation(mode: .s8, isPseudoRandom: true, responseSecurity: .macAndEncryption))
    /// Moves the sequence counter, therefore persistent memory.
    static let initializeUpdate = CommandAPDU(
        0x80, 0x50, 0x00, 0x00, data: [UInt8](repeating: 7, count: 8), expectedLength: 256)

    static func card() throws -> SecureElement {
        try SecureElement.manufacture(identity: identity) { _ in
            SCP03KeySet(repeating: try AESKey(Array(0x40...0x4F)))
        }
    }

    @Test("every change is in the file when its response arrives, and is there again after opening")
    func durable() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("card")
        try CardFile.create(path, Self.card())
        let made = try Data(contentsOf: URL(fileURLWithPath: path))
        do {
            let card = try CardFile.open(path).card()
            _ = try await card.transmit(CommandAPDU(0x00, 0xA4, 0x04, 0x00, expectedLength: 256))
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == made, "SELECT changes nothing")
            let response = try await card.transmit(Self.initializeUpdate)
            #expect(response.statusWord == .success)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) != made)
            #expect(try await CardFile.read(path).persistentState == card.card.persistentState)
        }
        let again = try CardFile.open(path).card()
        let response = try await again.transmit(Self.initializeUpdate)
        #expect(response.data.suffix(3) == [0, 0, 2], "the sequence counter went on")
    }

    @Test("a file in use cannot be opened a second time, and can be read")
    func exclusive() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("card")
        try CardFile.create(path, Self.card())
        let file = try CardFile.open(path)
        #expect(throws: FileError(path: path, reason: "is in use by another process")) { try CardFile.open(path) }
        #expect(try CardFile.read(path).inventory.cardImageNumber == "0102")
        withExtendedLifetime(file) {}
    }

    @Test("a card is not made over a file that exists")
    func notOverwritten() throws {
        let directory = try TemporaryDirectory()
        try CardFile.create(directory.file("card"), Self.card())
        #expect(throws: FileError.self) { try CardFile.create(directory.file("card"), Self.card()) }
    }

    @Test("a missing file is refused and leaves no lock behind")
    func missing() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: FileError.self) { try CardFile.open(directory.file("none")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }

    @Test("a file with any byte changed, cut short or extended is refused")
    func damaged() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("card")
        try CardFile.create(path, Self.card())
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let other = directory.file("other")
        func refuses(_ content: Data) throws -> Bool {
            try content.write(to: URL(fileURLWithPath: other))
            do {
                _ = try CardFile.read(other)
                return false
            } catch { return true }
        }
        #expect(try !refuses(whole))
        for offset in whole.indices {
            var changed = whole
            changed[offset] ^= 0x40
            #expect(try refuses(changed), "byte \(offset)")
        }
        for length in [0, 1, 14, 15, 46, 47, 48, whole.count - 1] { #expect(try refuses(whole.prefix(length))) }
        #expect(try refuses(whole + [0]))
    }
}
