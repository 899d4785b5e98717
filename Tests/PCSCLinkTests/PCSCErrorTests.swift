import Testing

@testable import PCSCLink

@Suite("A failure of PC/SC")
struct PCSCErrorTests {
    @Test(
        "says what it means and what helps",
        arguments: [
            (UInt32(0x8010_001D), PCSCError.Kind.noService, "pcscd"),
            (0x8010_0069, .cardRemoved, "removed"), (0x8010_0067, .cardRemoved, "power"),
            (0x8010_0068, .cardReset, "another program"), (0x8010_000B, .inUse, "another program"),
            (0x8010_000C, .noCard, "no card"), (0x8010_0009, .noReader, "“Reader 1”"),
            (0x8010_0066, .cardMute, "does not answer"),
        ])
    func kinds(_ code: UInt32, _ kind: PCSCError.Kind, _ word: String) {
        let error = PCSCError(call: "SCardTransmit", code: code, reader: "Reader 1")
        #expect(error.kind == kind)
        #expect(error.description.contains(word), "\(error)")
        #expect(!error.nextStep.isEmpty)
    }

    @Test("that nobody has met yet names the call and the code")
    func unknown() {
        let error = PCSCError(call: "SCardConnect", code: 0x8010_0099)
        #expect(error.kind == .other)
        #expect(error.description == "SCardConnect failed with 80100099")
    }

    @Test("is read from the low 32 bits of a result")
    func width() {
        #expect(throws: PCSCError(call: "SCardConnect", code: 0x8010_0069)) {
            try check("SCardConnect", 0x8010_0069)
        }
        #expect(throws: PCSCError(call: "SCardConnect", code: 0x8010_0069)) {
            try check("SCardConnect", Int(Int32(bitPattern: 0x8010_0069)))
        }
        #expect(throws: Never.self) { try check("SCardConnect", 0) }
    }
}

@Suite("A reader")
struct PCSCReaderTests {
    @Test(
        "is in the state that pcscd's flags say",
        arguments: [
            (UInt(0x0010), PCSCReader.State.empty, false), (0x0020, .card, true), (0x0122, .shared, true),
            (0x01A0, .exclusive, true), (0x0220, .mute, true), (0x0008, .unavailable, false),
            (0x0007_0122, .shared, true),
        ])
    func states(_ flags: UInt, _ state: PCSCReader.State, _ hasCard: Bool) {
        #expect(PCSCReader.State(flags: flags) == state)
        #expect(PCSCReader(name: "R", state: state).hasCard == hasCard)
    }

    @Test("has a name in winscard's list of names")
    func names() {
        #expect(MultiString.strings(in: Array("One\0Two 00\0\0".utf8)) == ["One", "Two 00"])
        #expect(MultiString.strings(in: [0]) == [])
        #expect(MultiString.strings(in: []) == [])
    }
}

@Suite("PC/SC on this machine")
struct PCSCServiceTests {
    /// Where pcscd runs the list is the readers' business; where it does not, the error says so.
    @Test("lists its readers, or says that pcscd is not running")
    func list() async throws {
        do throws(PCSCError) {
            let readers = try await PCSCReaders().list()
            #expect(readers.allSatisfy { !$0.name.isEmpty })
        } catch {
            #expect(error.kind == .noService || error.kind == .noLibrary)
        }
    }

    @Test("has no card in a reader that does not exist")
    func connect() {
        do throws(PCSCError) {
            _ = try PCSCCard(reader: "No such reader 00 00")
            Issue.record("a reader that does not exist was connected")
        } catch {
            #expect([.noService, .noReader, .noLibrary].contains(error.kind))
        }
    }
}
