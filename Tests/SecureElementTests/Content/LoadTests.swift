import CardCryptography
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("INSTALL [for load] and LOAD")
struct LoadTests {
    @Test("a CAP read from a JAR loads in blocks, and GET STATUS shows it with version and modules")
    func loading() throws {
        var card = try TestCard()
        let package = Package()
        let commands = try package.commands()
        #expect(commands.count == 5)
        try card.expectSuccess(card.manage(commands))
        let answer = try card.responses([
            GetStatusCommand(.executableLoadFilesAndModules, namePrefix: package.aid.bytes).command
        ])[0]
        let entry = RegistryEntry(
            aid: package.aid, lifeCycle: 0x01, version: [1, 0], modules: package.modules,
            securityDomain: TestCard.central)
        #expect(try RegistryEntry.entries(tlv: answer.data) == [entry])
        #expect(card.element.memory.loadFile(package.aid)?.size == (try package.file().loadFileDataBlock.count))
    }

    @Test("a CAP for the issuer security domain by its older name goes to it, as pySim-shell asks")
    func olderName() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage(try Package(securityDomain: "A000000003000000").commands()))
        #expect(card.element.memory.loadFile(Package().aid)?.securityDomain == TestCard.central)
    }

    @Test("its application is installed and selected, answers 6D00, and goes with its package or before it")
    func inertApplication() throws {
        var card = try TestCard()
        let package = Package()
        try card.expectSuccess(card.manage(try package.commands() + [package.instantiate(TestCard.instance)]))
        #expect(card.transmit(SelectCommand(TestCard.instance).command).statusWord == .success)
        card.expectRefusal(try CommandAPDU(hex: "00B2010C00"), .instructionNotSupported)
        try card.expectRefusals([
            (DeleteCommand.object(package.aid, withRelated: false).command, .conditionsOfUseNotSatisfied)
        ])
        let whole = card.element
        try card.expectSuccess(card.manage([DeleteCommand.object(package.aid, withRelated: true).command]))
        #expect(card.element.memory.application(TestCard.instance) == nil)
        #expect(card.element.memory.loadFile(package.aid) == nil)
        card.element = whole
        try card.expectSuccess(
            card.manage([TestCard.instance, package.aid].map { DeleteCommand.object($0, withRelated: false).command }))
        #expect(card.element.memory.loadFile(package.aid) == nil)
    }

    @Test("a loaded module whose AID names a built-in applet runs it")
    func builtInModule() throws {
        var card = try TestCard(holdsPaymentPackage: false)
        try card.expectRefusals([(TestCard.instantiate(TestCard.instance), .referencedDataNotFound)])
        let package = Package(aid: BuiltInModule.paymentPackage, modules: [BuiltInModule.payment])
        try card.expectSuccess(card.manage(try package.commands()))
        try card.prePersonalize()
        try card.expectSuccess(
            card.manage(TestCard.personalize(TestCard.instance), in: TestCard.domain, keys: TestCard.temporaryKeys))
        try card.expectSuccess(
            card.manage([InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command]))
        #expect(card.transmit(SelectCommand(TestCard.instance).command).data.hex.contains("53454E45534348414C20504159"))
    }

    @Test(
        "the announced hash of the data block is checked, whichever of the four it is",
        arguments: [Digest.Algorithm.sha1, .sha256, .sha384, .sha512])
    func hashes(algorithm: Digest.Algorithm) throws {
        var card = try TestCard()
        var package = try Package().with(hash: algorithm)
        let right = card
        package.hash[package.hash.count - 1] ^= 0x01
        try expectLoad(package.commands(), endsWith: .incorrectData, on: &card)
        #expect(card.element.memory.loadFiles == right.element.memory.loadFiles)
        package.hash[package.hash.count - 1] ^= 0x01
        try expectLoad(package.commands(), endsWith: .success, on: &card)
    }

    @Test("a hash of another length is refused with the announcement")
    func hashLength() throws {
        var card = try TestCard()
        for count in [1, 19, 21, 31, 33, 65] {
            let package = Package(hash: [UInt8](repeating: 1, count: count))
            try card.expectRefusals([(package.announcement(), .incorrectData)])
        }
    }

    @Test("blocks out of order, repeated or left out are 6A86, and the load is over")
    func blockOrder() throws {
        let commands = try Package().commands()
        for order in [[0, 2], [0, 1, 1], [0, 1, 3], [0, 4]] {
            var card = try TestCard()
            try expectLoad(order.map { commands[$0] }, endsWith: .incorrectParameters, on: &card)
            var session = try OpenSession(TestCard.central, &card)
            #expect(try session.send(commands[1], &card).statusWord == .conditionsOfUseNotSatisfied)
        }
    }

    @Test("a last block that comes early leaves nothing behind: 6A80")
    func truncated() throws {
        var card = try TestCard()
        var commands = Array(try Package().commands().prefix(3))
        commands[2].p1 = 0x80
        try expectLoad(commands, endsWith: .incorrectData, on: &card)
        #expect(card.element.memory.loadFile(Package().aid) == nil)
    }

    @Test("LOAD without an announcement, after a reset, or in another session is 6985")
    func outsideLoading() throws {
        var card = try TestCard()
        let commands = try Package().commands()
        try card.expectRefusals([(commands[1], .conditionsOfUseNotSatisfied)])
        try card.expectSuccess(card.manage(Array(commands.prefix(2))))
        card.element.reset()
        try card.expectRefusals([(commands[2], .conditionsOfUseNotSatisfied)])
    }

    @Test("an AID that a load file or an application has is refused with 6985, a module that exists with 6A80")
    func clashes() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage(try Package().commands()))
        try card.expectRefusals([
            (Package().announcement(), .conditionsOfUseNotSatisfied),
            (Package(aid: CardConfiguration.walletCompanion).announcement(), .conditionsOfUseNotSatisfied),
        ])
        try expectLoad(
            Package(aid: "F053454E45534348414C7E02").commands(), endsWith: .incorrectData, on: &card)
        let builtIn = Package(aid: "F053454E45534348414C7E03", modules: [BuiltInModule.payment])
        try expectLoad(builtIn.commands(), endsWith: .incorrectData, on: &card)
    }

    @Test("a data block of another package than announced is 6A80")
    func otherPackage() throws {
        var card = try TestCard()
        let announced = Package(aid: "F053454E45534348414C7E09")
        try expectLoad([announced.announcement()] + Package().blocks(), endsWith: .incorrectData, on: &card)
    }

    @Test("two channels that load the same AID at once end with one of them")
    func twoChannels() throws {
        var card = try TestCard()
        _ = card.transmit(ManageChannelCommand.open(channel: 1).command)
        let commands = try Package().commands()
        var first = try OpenSession(TestCard.central, &card)
        var second = try OpenSession(TestCard.central, &card, channel: 1)
        for command in commands.dropLast() {
            #expect(try first.send(command, &card).statusWord == .success)
            #expect(try second.send(command, &card).statusWord == .success)
        }
        #expect(try first.send(commands[commands.count - 1], &card).statusWord == .success)
        #expect(try second.send(commands[commands.count - 1], &card).statusWord == .conditionsOfUseNotSatisfied)
        try card.element.memory.checkRegistry()
    }

    @Test("a load file for another security domain goes under it; an unknown one is 6A88, a locked one 6985")
    func destination() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.expectRefusals([
            (Package(securityDomain: TestCard.otherDomain).announcement(), .referencedDataNotFound),
            (Package(securityDomain: TestCard.instance).announcement(), .referencedDataNotFound),
        ])
        let package = Package(securityDomain: TestCard.domain)
        let unlocked = card
        try card.expectSuccess(card.manage([SetStatusCommand.lock(TestCard.domain).command]))
        try card.expectRefusals([(package.announcement(), .conditionsOfUseNotSatisfied)])
        card = unlocked
        try card.expectSuccess(card.manage(try package.commands()))
        #expect(card.element.memory.loadFile(package.aid)?.securityDomain == TestCard.domain)
    }

    @Test("what does not fit is refused with 6A84 at the first byte too much")
    func memoryBound() throws {
        let package = Package(codeLength: 2_000)
        let length = LoadFile(try package.file()).bytes.count
        let stored = try package.file().loadFileDataBlock.count + 64
        let needed = max(length, stored)
        for (room, expected) in [(needed - 1, StatusWord.notEnoughMemory), (needed, .success)] {
            var card = try TestCard()
            card.element.memory.capacity = card.element.memory.used + room
            try expectLoad(package.commands(), endsWith: expected, on: &card)
            #expect(card.element.memory.used <= card.element.memory.capacity)
        }
    }

    @Test("a card keeps 64 load files; the next is 6A84")
    func loadFilesBound() throws {
        var card = try TestCard()
        let base = card.element.memory.loadFiles[4]
        for number in card.element.memory.loadFiles.count..<CardMemory.loadFilesMax {
            var file = base
            file.aid = try AID([0xF0, 0x53, 0x45, 0x4E, 0x45, 0x01, UInt8(number)])
            file.modules = []
            card.element.memory.loadFiles.append(file)
        }
        try card.expectRefusals([(Package().announcement(), .notEnoughMemory)])
        card.element.memory.loadFiles.removeLast()
        try card.expectSuccess(card.manage(try Package().commands()))
    }

    @Test("malformed announcements are 6A80, undefined parameters 6A86, an empty block 6700")
    func malformed() throws {
        var card = try TestCard()
        let sound = Package().announcement()
        var short = sound
        short.data.removeLast()
        var long = sound
        long.data.append(0)
        var p2 = sound
        p2.p2 = 0x01
        try card.expectRefusals([
            (short, .incorrectData), (long, .incorrectData), (p2, .incorrectParameters),
            (CommandAPDU(0x80, 0xE8, 0x00, 0x00), .wrongLength),
            (CommandAPDU(0x80, 0xE8, 0x01, 0x00, data: [1]), .incorrectParameters),
            (CommandAPDU(0x80, 0xE6, 0x02, 0x00), .incorrectData),
        ])
    }

    /// All but the last are accepted.
    private func expectLoad(
        _ commands: [CommandAPDU], endsWith statusWord: StatusWord, on card: inout TestCard,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = card.element.memory.loadFiles
        let answers = try card.manage(commands)
        // Once refused, the rest is refused too.
        #expect(
            answers.first { $0 != .success } ?? .success == statusWord, sourceLocation: sourceLocation)
        if statusWord != .success {
            #expect(card.element.memory.loadFiles == before, sourceLocation: sourceLocation)
        }
    }
}
