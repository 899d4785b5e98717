import CardCryptography
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("Load files that are none")
struct BadLoadFileTests {
    private let package = Package()

    /// Announces the package and sends these bytes in blocks; the answer is the last one's.
    private func load(
        _ bytes: [UInt8], announcement: CommandAPDU? = nil, blockLength: Int = 220, on card: inout TestCard
    ) throws -> (statusWord: StatusWord, isUnchanged: Bool) {
        var session = try OpenSession(TestCard.central, &card)
        try session.send(announcement ?? package.announcement(), &card)
        let before = card.element.memory
        var rest = bytes[...]
        var number: UInt8 = 0
        var statusWord = StatusWord.success
        repeat {
            let block = rest.prefix(blockLength)
            rest = rest.dropFirst(blockLength)
            statusWord = try session.send(
                LoadCommand(block: Array(block), number: number, isLast: rest.isEmpty).command, &card
            ).statusWord
            number &+= 1
        } while !rest.isEmpty && statusWord == .success
        return (statusWord, card.element.memory == before)
    }

    private func expect(
        _ expected: StatusWord, _ bytes: [UInt8], _ name: String, on card: inout TestCard,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let answer = try load(bytes, on: &card)
        #expect(answer.statusWord == expected, "\(name)", sourceLocation: sourceLocation)
        #expect(answer.isUnchanged == (expected != .success), "\(name)", sourceLocation: sourceLocation)
    }

    /// The components of the package, one by one: `tag (1) | size (2) | info`.
    private func components() throws -> [[UInt8]] {
        var rest = try package.file().loadFileDataBlock[...]
        var components: [[UInt8]] = []
        while rest.count >= 3 {
            let size = Int(rest[rest.startIndex + 1]) << 8 | Int(rest[rest.startIndex + 2])
            components.append(Array(rest.prefix(3 + size)))
            rest = rest.dropFirst(3 + size)
        }
        return components
    }

    private func file(_ components: [[UInt8]]) -> [UInt8] { BERTLV(0xC4, components.flatMap { $0 }).bytes }

    @Test("a CAP that is cut at any byte is 6A80, whether its length says so or not")
    func truncated() throws {
        var card = try TestCard()
        let block = try package.file().loadFileDataBlock
        let whole = BERTLV(0xC4, block).bytes
        for count in stride(from: 0, to: block.count, by: 7) {
            try expect(.incorrectData, BERTLV(0xC4, Array(block.prefix(count))).bytes, "\(count) bytes", on: &card)
            try expect(.incorrectData, Array(whole.prefix(count + 1)), "\(count + 1) of the file", on: &card)
        }
        try expect(.success, whole, "the whole file", on: &card)
    }

    @Test("components out of order, twice, left out or unknown are 6A80")
    func componentOrder() throws {
        var card = try TestCard()
        let components = try components()
        #expect(components.count >= 8)
        for index in components.indices.dropLast() {
            var swapped = components
            swapped.swapAt(index, index + 1)
            try expect(.incorrectData, file(swapped), "\(index) behind \(index + 1)", on: &card)
        }
        for index in components.indices {
            var twice = components
            twice.insert(components[index], at: index)
            try expect(.incorrectData, file(twice), "\(index) twice", on: &card)
            var without = components
            without.remove(at: index)
            try expect(.incorrectData, file(without), "without \(index)", on: &card)
            var unknown = components
            unknown[index][0] = 0x7F
            try expect(.incorrectData, file(unknown), "\(index) unknown", on: &card)
            var long = components
            long[index].append(0)
            try expect(.incorrectData, file(long), "\(index) too long", on: &card)
        }
    }

    @Test("unknown tags, several data blocks, data behind, bombs of length and of depth are 6A80")
    func frames() throws {
        var card = try TestCard()
        let block = try package.file().loadFileDataBlock
        let sound = BERTLV(0xC4, block).bytes
        var bomb = BERTLV(0x4F, TestCard.domain.bytes).bytes
        while bomb.count < 12_000 { bomb = BERTLV(0xE2, bomb).bytes }
        let frames: [(String, [UInt8])] = [
            ("unknown tag", BERTLV(0xC5, block).bytes), ("ciphered data block", BERTLV(0xD4, block).bytes),
            ("unknown tag before", BERTLV(0xE3, [0x00]).bytes + sound), ("data behind", sound + [0x00]),
            ("a tag behind", sound + [0xC4, 0x00]), ("two data blocks", sound + sound), ("bare components", block),
            ("an empty DAP block", [0xE2, 0x00] + sound), ("a DAP block behind", sound + [0xE2, 0x00]),
            ("indefinite length", [0xC4, 0x80] + block + [0, 0]), ("length of lengths", [0xC4, 0xFF] + block),
            ("four gigabytes", [0xC4, 0x84, 0xFF, 0xFF, 0xFF, 0xFF] + block),
            ("sixteen megabytes", [0xC4, 0x83, 0xFF, 0xFF, 0xFF] + block), ("depth", bomb),
            ("depth before", bomb + sound),
            ("one byte", [0xC4]), ("zeros", [UInt8](repeating: 0, count: 500)),
        ]
        for (name, bytes) in frames { try expect(.incorrectData, bytes, name, on: &card) }
        try expect(.success, sound, "sound", on: &card)
    }

    @Test("256 blocks are all that P2 can number: the next is 6A86, and nothing stays of the others")
    func tooManyBlocks() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        try session.send(package.announcement(), &card)
        let before = card.element.memory
        for number: UInt8 in 0...255 {
            let block = LoadCommand(block: [0xC4], number: number, isLast: false).command
            #expect(try session.send(block, &card).statusWord == .success)
        }
        for number: UInt8 in [0, 1] {
            let block = LoadCommand(block: [0xC4], number: number, isLast: true).command
            let expected: StatusWord = number == 0 ? .incorrectParameters : .conditionsOfUseNotSatisfied
            #expect(try session.send(block, &card).statusWord == expected)
        }
        #expect(card.element.memory == before)
    }

    @Test("what is not the announced hash, by any byte of file or hash, is 6A80")
    func badHash() throws {
        let block = try package.file().loadFileDataBlock
        for algorithm in [Digest.Algorithm.sha1, .sha256, .sha384, .sha512] {
            var card = try TestCard()
            let hashed = try package.with(hash: algorithm)
            for index in [0, hashed.hash.count / 2, hashed.hash.count - 1] {
                var wrong = hashed
                wrong.hash[index] ^= 0x80
                let answer = try load(BERTLV(0xC4, block).bytes, announcement: wrong.announcement(), on: &card)
                #expect(answer.statusWord == .incorrectData && answer.isUnchanged)
            }
            var altered = block
            altered[altered.count - 1] ^= 0x01
            let answer = try load(BERTLV(0xC4, altered).bytes, announcement: hashed.announcement(), on: &card)
            #expect(answer.statusWord == .incorrectData && answer.isUnchanged)
        }
    }

    @Test("power lost after any block leaves no trace, and the load begins again from the announcement")
    func powerLoss() throws {
        let commands = try package.commands()
        for cut in 1..<commands.count {
            var card = try TestCard()
            let before = card.element.memory.loadFiles
            try card.expectSuccess(card.manage(Array(commands.prefix(cut))))
            card.element = try SecureElement(persistentState: card.element.persistentState)
            #expect(card.element.memory.loadFiles == before)
            try card.expectRefusals([(commands[cut], .conditionsOfUseNotSatisfied)])
            try card.expectSuccess(card.manage(commands))
        }
    }

    @Test("a second announcement, a SELECT or a new session in the middle ends a load")
    func interrupted() throws {
        let commands = try package.commands()
        let other = Package(aid: "F053454E45534348414C7E02", modules: ["F053454E45534348414C7E0201"])
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        for command in [commands[0], commands[1], other.announcement()] { try session.send(command, &card) }
        #expect(try session.send(commands[2], &card).statusWord == .incorrectParameters)
        try card.expectSuccess(card.manage(Array(commands.prefix(2))))
        _ = card.transmit(SelectCommand(CardConfiguration.walletCompanion).command)
        try card.expectRefusals([(commands[2], .conditionsOfUseNotSatisfied)])
    }

    @Test("parameters of INSTALL nested as deep as they go are 6A80 at the first level that is not defined")
    func nestedParameters() throws {
        var card = try TestCard()
        for tag: BERTag in [0xEF, 0xEA, 0xE1] {
            var bomb = BERTLV(tag, [UInt8]())
            for _ in 0..<40 { bomb = BERTLV(tag, bomb.bytes) }
            let announcement = InstallCommand.forLoad(
                .init(executableLoadFile: package.aid, parameters: InstallParameters([bomb]))
            ).command
            // What is in EA is for UICCs: it is not read.
            let expected: StatusWord = tag == 0xEA ? .success : .incorrectData
            #expect(try card.manage([announcement]) == [expected])
        }
    }
}
