import CardCryptography
import CardTesting
import ISO7816
import NFCForum
import Synchronization
import Testing

/// A tag as a channel, with a link that can be cut.
final class TagChannel: CardChannel {
    private let state: Mutex<(tag: Type4Tag, commandsLeft: Int, log: [CommandAPDU])>

    init(_ tag: Type4Tag, commandsLeft: Int = .max) { state = Mutex((tag, commandsLeft, [])) }

    var tag: Type4Tag { state.withLock { $0.tag } }
    var log: [CommandAPDU] { state.withLock { $0.log } }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let response: ResponseAPDU? = state.withLock { state in
            guard state.commandsLeft > 0 else { return nil }
            state.commandsLeft -= 1
            state.log.append(command)
            return state.tag.process(command)
        }
        guard let response else { throw CardUnreachable(mayHaveBeenExecuted: false, reason: "the tag is gone") }
        return response
    }

    func reset() async throws(CardUnreachable) { state.withLock { $0.tag.reset() } }
}

enum TestTag {
    // Seven bytes make an identifier.
    static let identifier = TagIdentifier([0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6])!

    static func message(_ uri: String = "https://pay.example/t/1") -> NDEFMessage { NDEFMessage(URIRecord(uri).record) }
}

@Suite("Type 4 Tag")
struct Type4TagTests {
    private func command(_ digits: String) throws -> CommandAPDU { try CommandAPDU(hex: digits) }

    @Test("TAG-07: nfcpy's own commands read and write a tag: its frames without their block numbers")
    func readerFrames() throws {
        var tag = try Type4Tag(identifier: TestTag.identifier, fileSize: 1_024, message: TestTag.message())
        let frames = try NDEFTests.file().t4t_reader_frames.filter { $0.hasPrefix("02") || $0.hasPrefix("03") }
        #expect(frames.count == 14)
        for frame in frames {
            let response = tag.process(try command(String(frame.dropFirst(2))))
            #expect([StatusWord.success, 0x6282].contains(response.statusWord), "\(frame)")
        }
        // What the frames wrote: a URI of 310 bytes in a long record.
        #expect(try tag.message()?.bytes.count == 0x013E)
        #expect(try tag.message()?.uri?.hasPrefix("https://x.example/aaa") == true)
    }

    @Test("TAG-07: reading a tag afterwards yields what was written, through as many commands as it takes")
    func roundTrip() async throws {
        for length in [1, 200, 244, 245, 246, 247, 900] {
            let channel = TagChannel(try Type4Tag(identifier: TestTag.identifier))
            let reader = Type4TagReader(channel)
            #expect(try await reader.read() == nil)
            let message = TestTag.message("https://" + String(repeating: "a", count: length))
            try await reader.write(message)
            #expect(try await reader.read() == message)
            #expect(channel.log.allSatisfy { $0.data.count <= Type4Tag.transferLengthMax })
            try await reader.erase()
            #expect(try await reader.read() == nil)
        }
    }

    @Test("TAG-07: a write torn after any command leaves the old message, an empty tag, or the new message")
    func tornWrites() async throws {
        let old = TestTag.message()
        let new = TestTag.message("https://" + String(repeating: "b", count: 700))
        var seen: Set<Int> = []
        for commandsLeft in 0..<20 {
            let cut = TagChannel(try Type4Tag(identifier: TestTag.identifier, message: old), commandsLeft: commandsLeft)
            let isDone: Bool
            do {
                try await Type4TagReader(cut).write(new)
                isDone = true
            } catch {
                isDone = false
            }
            let message = try await Type4TagReader(TagChannel(cut.tag)).read()
            #expect(message == nil || message == old || message == new)
            #expect(!isDone || message == new)
            seen.insert(message == nil ? 0 : message == old ? 1 : 2)
        }
        #expect(seen == [0, 1, 2])
    }

    @Test("TAG-07: a message that fits to the byte is written, one byte more is refused before anything changes")
    func limits() async throws {
        func message(_ count: Int) throws -> NDEFMessage {
            NDEFMessage(try NDEFRecord(.unknown, payload: Array(repeating: 7, count: count)))
        }
        let channel = TagChannel(try Type4Tag(identifier: TestTag.identifier, fileSize: 128))
        try await Type4TagReader(channel).write(message(123))
        let before = channel.tag.file
        await #expect(throws: Type4TagError.messageTooLong(127, max: 126)) {
            try await Type4TagReader(channel).write(message(124))
        }
        #expect(channel.tag.file == before)
        #expect(throws: Type4TagMakingError.messageTooLong(127, max: 126)) {
            try Type4Tag(identifier: TestTag.identifier, fileSize: 128, message: message(124))
        }
        #expect(throws: Type4TagMakingError.fileSize(4)) { try Type4Tag(identifier: TestTag.identifier, fileSize: 4) }
        #expect(throws: Type4TagMakingError.fileSize(0x8001)) {
            try Type4Tag(identifier: TestTag.identifier, fileSize: 0x8001)
        }
        let largest = TagChannel(try Type4Tag(identifier: TestTag.identifier, fileSize: 0x8000))
        try await Type4TagReader(largest).write(message(0x8000 - 2 - 6))
        #expect(try await Type4TagReader(largest).read() == message(0x8000 - 2 - 6))
    }

    @Test("TAG-09: a read-only tag is read and refuses every write with 6982")
    func readOnly() async throws {
        var tag = try Type4Tag(identifier: TestTag.identifier, message: TestTag.message())
        tag.makeReadOnly()
        let channel = TagChannel(tag)
        #expect(try await Type4TagReader(channel).read() == TestTag.message())
        await #expect(throws: Type4TagError.readOnly) {
            try await Type4TagReader(channel).write(TestTag.message("a:b"))
        }
        #expect(
            try await channel.transmit(Type4Command.updateBinary(offset: 0, data: [0, 0]).command).statusWord
                == .securityStatusNotSatisfied)
        #expect(channel.tag.file == tag.file)
    }

    @Test(
        "TAG T4T: a command that a tag does not take is refused with its own status word, and nothing changes",
        arguments: [
            ("00A4040007D276000085010000", "6A82"), ("00A4040006D2760000850100", "6A82"), ("00A4000C02E10500", "6A82"),
            ("00A4000C02E105", "6A82"), ("00A4000C01E1", "6700"), ("00A4020C02E103", "6A86"), ("00B0040001", "6B00"),
            ("00B08000", "6A86"), ("00B0000000", "9000"), ("00B00000F7", "6700"), ("00B003FF02", "6282"),
            ("00B003FF01", "9000"), ("00B00000", "6700"), ("00D6040001AA", "6B00"), ("00D603FF02AAAA", "6A84"),
            ("00D6000002FFFF", "6A80"), ("00D6000002" + "03FF", "6A80"), ("00D6000002" + "03FE", "9000"),
            ("00D60000", "6700"), ("00D6800001AA", "6A86"), ("00CA000000", "6D00"), ("80B0000002", "6E00"),
        ])
    func refusals(digits: String, statusWord: String) throws {
        var tag = try Type4Tag(identifier: TestTag.identifier, message: TestTag.message())
        #expect(tag.process(try command("00B0000002")).statusWord == .commandNotAllowed)
        #expect(tag.process(try command("00A4000C02E104")).statusWord == .fileNotFound)
        #expect(tag.process(Type4Command.selectApplication.command).statusWord == .success)
        #expect(tag.process(Type4Command.selectFile(0xE104).command).statusWord == .success)
        let before = tag
        guard let parsed = try? command(digits) else { return }
        let response = tag.process(parsed)
        #expect("\(response.statusWord)" == statusWord)
        if response.statusWord.isRefusal { #expect(tag == before) }
    }

    @Test("TAG T4T: the capability container cannot be written, and a reset unselects everything")
    func containerAndReset() throws {
        var tag = try Type4Tag(identifier: TestTag.identifier)
        _ = tag.process(Type4Command.selectApplication.command)
        _ = tag.process(Type4Command.selectFile(0xE103).command)
        let container = tag.process(Type4Command.readBinary(offset: 0, length: 15).command)
        #expect(container.data.hex == "000F2000F600F60406E10404000000")
        #expect(
            tag.process(Type4Command.updateBinary(offset: 0, data: [0]).command).statusWord
                == .securityStatusNotSatisfied)
        tag.reset()
        #expect(tag.process(Type4Command.readBinary(offset: 0, length: 15).command).statusWord == .commandNotAllowed)
    }

    @Test(
        "TAG T4T: a container with a reserved value is refused",
        arguments: [
            "000E2000F600F60406E10404000000", "000F3000F600F60406E10404000000", "000F20000E00F60406E10404000000",
            "000F2000F600000406E10404000000", "000F2000F600F60506E10404000000", "000F2000F600F60406E10304000000",
            "000F2000F600F60406E10400040000", "000F2000F600F60406E10404000100", "000F2000F600F60406E104040000",
        ])
    func containers(digits: String) {
        #expect(throws: CapabilityContainerError.self) { try CapabilityContainer(bytes: hex(digits)) }
    }

    @Test("TAG T4T: a reader believes no tag that announces more than it holds or answers short")
    func lyingTags() async throws {
        struct Liar: CardChannel {
            let answers: @Sendable (CommandAPDU) -> ResponseAPDU
            func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU { answers(command) }
            func reset() async throws(CardUnreachable) {}
        }
        let long = Liar { command in
            guard command.instruction == 0xB0 else { return ResponseAPDU(.success) }
            return ResponseAPDU(
                .success, data: command.expectedLength == 15 ? hex("000F2000F600F60406E10400100000") : [0x00, 0x0F])
        }
        await #expect(throws: Type4TagError.lengthBeyondFile(15, max: 14)) { try await Type4TagReader(long).read() }
        let short = Liar { command in
            guard command.instruction == 0xB0 else { return ResponseAPDU(.success) }
            return ResponseAPDU(.success, data: Array(repeating: 0, count: (command.expectedLength ?? 0) - 1))
        }
        await #expect(throws: Type4TagError.self) { try await Type4TagReader(short).read() }
        let none = Liar { _ in ResponseAPDU(.fileNotFound) }
        await #expect(throws: Type4TagError.notAType4Tag(.fileNotFound)) { try await Type4TagReader(none).read() }
    }

    @Test("TAG T4T: a tag is kept and read back; damaged bytes are no tag")
    func state() throws {
        let template = SecureDynamicTemplate(uri: "https://pay.example/t/1")
        let tags = [
            try Type4Tag(identifier: TestTag.identifier, message: TestTag.message()),
            try Type4Tag(identifier: TestTag.identifier, template: template, keys: .random(), counter: 7),
        ]
        for tag in tags {
            let state = tag.persistentState
            #expect(try Type4Tag(persistentState: state) == tag)
            for end in 0..<state.count {
                #expect(throws: Type4TagStateError.self) { try Type4Tag(persistentState: Array(state[..<end])) }
            }
            #expect(throws: Type4TagStateError.self) { try Type4Tag(persistentState: state + [0]) }
        }
    }
}
