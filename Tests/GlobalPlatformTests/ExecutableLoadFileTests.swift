import ISO7816
import Testing

@testable import GlobalPlatform

@Suite("Executable Load Files")
struct ExecutableLoadFileTests {
    static let builder = CAPFileBuilder(
        package: "F053454E4553434841", version: .init(major: 1, minor: 2),
        applets: ["F053454E455343484101", "F053454E455343484102"], codeLength: 600)

    @Test("JAR, compressed or not, and raw components are the same load file")
    func sameFile() throws {
        let raw = try ExecutableLoadFile(file: Self.builder.components)
        #expect(try ExecutableLoadFile(file: Self.builder.jar()) == raw)
        #expect(try ExecutableLoadFile(file: Self.builder.jar(compressed: false)) == raw)
        #expect(Self.builder.jar().count < Self.builder.jar(compressed: false).count)
        #expect(raw.packageAID == "F053454E4553434841")
        #expect(raw.version == .init(major: 1, minor: 2))
        #expect(raw.packageName == "org/seneschal/applet")
        #expect(raw.modules == ["F053454E455343484101", "F053454E455343484102"])
        #expect(raw.imports == [.javaCardFramework])
        #expect(raw.loadFileDataBlock == Self.builder.components)
    }

    @Test("a library package has no Applet component")
    func library() throws {
        let library = try CAPFileBuilder(package: "F053454E45", applets: []).executableLoadFile()
        #expect(library.modules.isEmpty)
    }

    @Test("applets have the RID of their package and stand once")
    func applets() {
        #expect(throws: LoadFileError.appletOfAnotherProvider("A000000151")) {
            try CAPFileBuilder(package: "F053454E45", applets: ["A000000151"]).executableLoadFile()
        }
        #expect(throws: LoadFileError.appletTwice("F053454E4501")) {
            try CAPFileBuilder(package: "F053454E45", applets: ["F053454E4501", "F053454E4501"]).executableLoadFile()
        }
    }

    @Test("a raw file cut at any byte is refused")
    func cutAnywhere() {
        let bytes = CAPFileBuilder(package: "F053454E45", applets: ["F053454E4501"]).components
        for count in 0..<bytes.count {
            #expect(throws: LoadFileError.self, "cut at \(count)") {
                try ExecutableLoadFile(components: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: LoadFileError.unknownComponent(tag: 0xAA, offset: bytes.count)) {
            try ExecutableLoadFile(components: bytes + [0xAA])
        }
    }

    @Test("a JAR cut at any byte is refused")
    func cutJar() {
        let bytes = CAPFileBuilder(package: "F053454E45", applets: ["F053454E4501"]).jar()
        for count in 2..<bytes.count {
            #expect(throws: LoadFileError.self, "cut at \(count)") {
                try ExecutableLoadFile(file: Array(bytes.prefix(count)))
            }
        }
    }

    @Test("a JAR changed in one byte is read as before or refused, never read differently")
    func changedJar() throws {
        let bytes = CAPFileBuilder(package: "F053454E45", applets: ["F053454E4501"]).jar()
        let original = try ExecutableLoadFile(jar: bytes)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x5A
            if let read = try? ExecutableLoadFile(jar: changed) { #expect(read == original, "byte \(index)") }
        }
    }

    @Test("Header: magic, format, flags and sizes are checked")
    func header() {
        var bytes = Self.builder.components
        bytes[3] = 0xDF
        #expect(throws: LoadFileError.wrongMagic(0xDFCA_FFED)) { try ExecutableLoadFile(components: bytes) }
        bytes = Self.builder.components
        bytes[8] = 3
        #expect(throws: LoadFileError.unsupportedFormat(major: 3, minor: 2)) {
            try ExecutableLoadFile(components: bytes)
        }
        bytes = Self.builder.components
        bytes[9] = 0
        #expect(throws: LoadFileError.appletFlagMismatch) { try ExecutableLoadFile(components: bytes) }
    }

    @Test("components in another order, twice or missing are refused")
    func order() throws {
        let bytes = CAPFileBuilder(package: "F053454E45", applets: ["F053454E4501"]).components
        var parts: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let start = rest.startIndex
            let length = 3 + Int(rest[start + 1]) << 8 + Int(rest[start + 2])
            parts.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        #expect(parts.map { $0[0] } == [1, 2, 4, 3, 6, 7, 8, 5, 9])
        var swapped = parts
        swapped.swapAt(2, 3)
        #expect(throws: LoadFileError.componentOutOfOrder(.imports)) {
            try ExecutableLoadFile(components: swapped.flatMap { $0 })
        }
        #expect(throws: LoadFileError.componentTwice(.header)) {
            try ExecutableLoadFile(components: parts[0] + parts.flatMap { $0 })
        }
        var without = parts
        without.remove(at: 5)
        #expect(throws: LoadFileError.componentMissing(.method)) {
            try ExecutableLoadFile(components: without.flatMap { $0 })
        }
        var longer = parts
        longer[6] = [8, 0, 11] + [UInt8](repeating: 0, count: 11)
        #expect(throws: LoadFileError.sizeMismatch(.staticField, announced: 10, found: 11)) {
            try ExecutableLoadFile(components: longer.flatMap { $0 })
        }
    }

    @Test("an entry that unpacks to more than a component may have is refused before it is unpacked")
    func announcedBomb() {
        var writer = ZIPWriter()
        writer.add("a/javacard/Header.cap", [UInt8](repeating: 0, count: 1 << 20), compressed: true)
        #expect(throws: LoadFileError.archive(.entryTooLarge("a/javacard/Header.cap", 1 << 20))) {
            try ExecutableLoadFile(jar: writer.finished())
        }
    }

    @Test("an entry that unpacks to more than it announces is refused after one byte too many")
    func hiddenBomb() throws {
        let honest = Deflate.deflate([UInt8](repeating: 0, count: 1 << 20))
        #expect(throws: ZIPError.notDeflated("Header.cap")) {
            try Deflate.inflate(honest, size: 100, name: "Header.cap")
        }
        #expect(throws: ZIPError.sizeMismatch("Header.cap")) {
            try Deflate.inflate(honest, size: 1 << 21, name: "Header.cap")
        }
        #expect(try Deflate.inflate(honest, size: 1 << 20, name: "Header.cap").count == 1 << 20)
    }

    @Test("an archive without entries, or with too many, is refused")
    func archiveBounds() {
        #expect(throws: LoadFileError.componentMissing(.header)) {
            try ExecutableLoadFile(jar: ZIPWriter().finished())
        }
        var writer = ZIPWriter()
        for index in 0...ZIPArchive.entriesMax { writer.add("\(index)", [], compressed: false) }
        #expect(throws: ZIPError.tooManyEntries(ZIPArchive.entriesMax + 1)) { try ZIPArchive(writer.finished()) }
        #expect(throws: ZIPError.archiveTooLarge(ZIPArchive.archiveBytesMax + 1)) {
            try ZIPArchive([UInt8](repeating: 0, count: ZIPArchive.archiveBytesMax + 1))
        }
    }

    @Test("LOAD carries DAP blocks and the data block in numbered blocks")
    func loadFile() throws {
        let file = try Self.builder.executableLoadFile()
        let loadFile = LoadFile(
            file, dataAuthenticationPatterns: [.init(securityDomain: "A000000151000000", signature: [1, 2, 3])])
        let blocks = try LoadCommand.blocks(of: loadFile, blockLength: 100)
        #expect(blocks.map(\.isLastBlock).filter { $0 }.count == 1)
        #expect(blocks.last?.isLastBlock == true)
        #expect(blocks.map { Int($0.blockNumber) } == Array(0..<blocks.count))
        for block in blocks { #expect(try LoadCommand(block.command) == block) }
        let bytes = blocks.flatMap(\.block)
        #expect(try LoadFile(bytes: bytes) == loadFile)
        #expect(LoadFile.announcedLength(bytes.prefix(40)) == bytes.count)
        #expect(LoadFile.announcedLength(bytes.prefix(3)) == nil)
        #expect(throws: CommandDecodingError.self) { try LoadFile(bytes: bytes.dropLast()) }
        #expect(throws: CommandDecodingError.self) { try LoadFile(bytes: bytes + [0x00]) }
    }

    @Test("the block number is one byte: 256 blocks and no more")
    func blockNumbers() throws {
        let loadFile = LoadFile(dataBlock: [UInt8](repeating: 0, count: 253))
        #expect(loadFile.bytes.count == 256)
        #expect(try LoadCommand.blocks(of: loadFile, blockLength: 1).count == 256)
        #expect(throws: LoadFileError.tooManyBlocks(needed: 257)) {
            try LoadCommand.blocks(of: LoadFile(dataBlock: loadFile.dataBlock + [0]), blockLength: 1)
        }
    }

    @Test("LOAD: P1 is 00 or 80 and a block is not empty")
    func loadNeighbours() {
        #expect(throws: CommandDecodingError.incorrectParameters(p1: 0x01, p2: 0)) {
            try LoadCommand(CommandAPDU(hex: "80E8010001C4"))
        }
        #expect(throws: CommandDecodingError.wrongDataLength(0)) { try LoadCommand(CommandAPDU(hex: "80E80000")) }
    }

    @Test("a hash tells its algorithm by its length")
    func hashes() {
        #expect(LoadFileHashAlgorithm(hashLength: 32) == .sha256)
        #expect(LoadFileHashAlgorithm(hashLength: 20) == .sha1)
        #expect(LoadFileHashAlgorithm(hashLength: 16) == nil)
    }
}
