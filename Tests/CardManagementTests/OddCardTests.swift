import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import Synchronization
import Testing

@Suite("A card of another make")
struct OddCardTests {
    private static let file: AID = "A00000006203010C"
    private static let module: AID = "A00000006203010C01"

    private static func subset(_ command: CommandAPDU) -> GetStatusCommand.Subset? {
        command.instruction == GetStatusCommand.instruction ? GetStatusCommand.Subset(rawValue: command.p1) : nil
    }

    @Test("that tells nothing of itself gives a report without anything, and has no name")
    func silent() async throws {
        let card = OddCard { _ in ResponseAPDU(.instructionNotSupported) }
        let report = try await card.manager().report()
        #expect(report.securityDomain == nil)
        #expect(report.recognition == nil)
        #expect(report.identifier == nil)
        #expect(report.answers.count == CardManager.reportedObjects.count)
        #expect(report.answers.allSatisfy { $0.statusWord == .instructionNotSupported })
        var session = try await card.manager().open(SessionRequest())
        let version = session.keyVersion
        #expect(version == 0x7F)
        await #expect(throws: CardManagementError.self) {
            _ = try await card.manager().rotate(
                KeyRotation(from: 0x7F, to: 1, newKeys: CardKeyMaterial(BenchCard.keys)))
        }
        #expect(try await session.registry() == CardRegistry(isDetailed: true))
    }

    @Test("whose data objects are malformed is read as far as it makes sense")
    func malformed() async throws {
        let card = OddCard(selection: ResponseAPDU(.success, data: [0x6F, 0x10, 0x84])) { command in
            command.instruction == GetDataCommand.instruction
                ? ResponseAPDU(.success, data: [command.p2, 0x05, 0x01]) : ResponseAPDU(.instructionNotSupported)
        }
        let report = try await card.manager().report()
        #expect(report.securityDomain == nil)
        #expect(report.selectionAnswer == [0x6F, 0x10, 0x84])
        #expect(report.recognition == nil)
        #expect(report.productionLifeCycle == nil)
        #expect(report.keys.isEmpty)
        #expect(report.answers.first { $0.tag == 0x0066 }?.data == [0x66, 0x05, 0x01])
    }

    @Test("that cannot be selected on is not gone on with; a locked one is")
    func selection() async throws {
        let absent = OddCard(selection: ResponseAPDU(.fileNotFound)) { _ in ResponseAPDU(.success) }
        await #expect(
            throws: CardManagementError.cardRefused(CommandRefusal(command: "SELECT", statusWord: .fileNotFound))
        ) { _ = try await absent.manager().report() }
        let locked = OddCard(selection: ResponseAPDU(.selectedFileInvalidated)) { _ in ResponseAPDU(0x6D00) }
        #expect(try await locked.manager().report().selectionStatus == .selectedFileInvalidated)
        _ = try await locked.manager().open(SessionRequest())
    }

    @Test("that has no default application is opened by name, and the guard knows it by its diversification data")
    func noDefault() async throws {
        let card = OddCard(
            defaultSelection: ResponseAPDU(.fileNotFound), externalAuthenticate: ResponseAPDU(.hostCryptogramFailed)
        ) { _ in ResponseAPDU(.instructionNotSupported) }
        let journal = MemoryJournal()
        #expect(try await card.manager().identify() == nil)
        await #expect(throws: CardManagementError.self) {
            _ = try await card.manager(journal: journal).open(SessionRequest(securityDomain: OddCard.securityDomain))
        }
        #expect(
            try await journal.keys().map(\.rawValue)
                == ["attempts.kdd-\(BenchCard.diversificationData.hex).\(OddCard.securityDomain).7F"])
    }

    @Test("that knows the older GET STATUS only is listed all the same, without associations")
    func legacyStatus() async throws {
        let card = OddCard { command in
            guard let subset = Self.subset(command) else { return ResponseAPDU(.instructionNotSupported) }
            guard command.p2 & 0x02 == 0 else { return ResponseAPDU(.incorrectParameters) }
            switch subset {
            case .issuerSecurityDomain:
                return ResponseAPDU(
                    .success, data: [8] + OddCard.securityDomain.bytes + [0x0F, 0x9E])
            case .applications: return ResponseAPDU(.success, data: [9] + Self.module.bytes + [0x07, 0x00])
            case .executableLoadFiles: return ResponseAPDU(.success, data: [8] + Self.file.bytes + [0x01, 0x00])
            case .executableLoadFilesAndModules: return ResponseAPDU(.incorrectParameters)
            }
        }
        var session = try await card.manager().open(SessionRequest())
        let registry = try await session.registry()
        #expect(!registry.isDetailed)
        #expect(registry.issuerSecurityDomain?.aid == OddCard.securityDomain)
        #expect(registry.applications.map(\.aid) == [Self.module])
        #expect(registry.loadFiles.map(\.aid) == [Self.file])
        #expect(registry.tree.map(\.entry.aid) == [OddCard.securityDomain])
        #expect(registry.tree[0].children.map(\.entry.aid) == [Self.module, Self.file])
    }

    @Test("that answers in parts is asked on; one that never ends is not believed")
    func continuation() async throws {
        let entry = RegistryEntry(aid: Self.module, lifeCycle: 0x07, privileges: []).bytes()
        let card = OddCard { command in
            guard Self.subset(command) == .applications else { return ResponseAPDU(.referencedDataNotFound) }
            return ResponseAPDU(command.p2 & 0x01 == 0 ? .moreDataAvailable : .success, data: entry)
        }
        var session = try await card.manager().open(SessionRequest())
        let registry = try await session.registry()
        #expect(registry.applications.count == 2)
        let endless = OddCard { _ in ResponseAPDU(.moreDataAvailable, data: entry) }
        var other = try await endless.manager().open(SessionRequest())
        do {
            _ = try await other.registry()
            Issue.record("it ended")
        } catch { #expect(error == .cardMisbehaved("GET STATUS announces more after 256 answers")) }
        #expect(endless.commands.count == 256)
    }

    @Test("that answers other key check values, another version or nothing to PUT KEY is not believed")
    func putKeyAnswers() async throws {
        let keys = CardKeyMaterial(BenchCard.keySet(0x50))
        for answer: [UInt8] in [[], [0x31], [0x30], [0x30, 1, 2, 3, 4, 5, 6, 7, 8, 9]] {
            let card = OddCard { _ in ResponseAPDU(.success, data: answer) }
            var session = try await card.manager().open(SessionRequest())
            do {
                try await session.putKeys(keys, version: 0x30)
                Issue.record("\(answer.hex) was believed")
            } catch {
                guard case .cardMisbehaved = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
    }

    @Test("that refuses the verified host keeps its tries: the second refusal in a row is the last unforced")
    func refusals() async throws {
        let card = OddCard(externalAuthenticate: ResponseAPDU(.hostCryptogramFailed)) { command in
            command.instruction == GetDataCommand.instruction && command.p2 == 0xCF
                ? ResponseAPDU(.success, data: [0xCF, 0x02, 0x01, 0x02]) : ResponseAPDU(.referencedDataNotFound)
        }
        let manager = card.manager()
        for _ in 0..<2 {
            await #expect(
                throws: CardManagementError.cardRefused(
                    CommandRefusal(command: "EXTERNAL AUTHENTICATE", statusWord: .hostCryptogramFailed))
            ) { _ = try await manager.open(SessionRequest()) }
        }
        await #expect(throws: CardManagementError.authenticationWithheld(.failuresOnRecord(2, keyVersion: 0x7F))) {
            _ = try await manager.open(SessionRequest())
        }
    }

    @Test(
        "that takes short commands only gets none that is longer",
        arguments: [(SecurityLevel.commandMAC, 120), (.full, 111), (.macBothWays, 120)])
    func commandLength(_ level: SecurityLevel, _ expected: Int) async throws {
        let information = FileControlInformation.securityDomain(
            OddCard.securityDomain, recognition: CardRecognitionData(secureChannels: []), commandDataLengthMax: 0x80)
        let card = OddCard(selection: ResponseAPDU(.success, data: information.bytes)) { command in
            ResponseAPDU(command.instruction == GetStatusCommand.instruction ? .referencedDataNotFound : .success)
        }
        let session = try await card.manager().open(SessionRequest(level: level))
        let length = session.commandDataLengthMax
        #expect(length == expected)
        let wire = Listening(card)
        let manager = CardManager(channel: wire, keys: FixedKeySource(CardKeyMaterial(OddCard.keys)))
        _ = try await manager.install(try Packages.plan(), in: SessionRequest(level: level))
        let longest = wire.longest.withLock { $0 }
        #expect((100...128).contains(longest))
    }

    /// Notes the longest data field.
    private final class Listening: CardChannel {
        let card: OddCard
        let longest = Mutex(0)
        init(_ card: OddCard) { self.card = card }
        func reset() {}
        func transmit(_ command: CommandAPDU) -> ResponseAPDU {
            longest.withLock { $0 = max($0, command.data.count) }
            return card.transmit(command)
        }
    }

    @Test("whose responses carry a wrong R-MAC is given up")
    func responseMAC() async throws {
        let card = OddCard { _ in ResponseAPDU(.success) }
        let liar = Altering(card)
        let manager = CardManager(channel: liar, keys: FixedKeySource(CardKeyMaterial(OddCard.keys)))
        var session = try await manager.open(SessionRequest())
        do {
            _ = try await session.transmit(GetDataCommand.cardData.command)
            Issue.record("an altered response was taken")
        } catch { #expect(error == .secureChannel(.responseMACMismatch)) }
        do {
            _ = try await session.transmit(GetDataCommand.cardData.command)
            Issue.record("the session went on")
        } catch { #expect(error == .secureChannel(.sessionAborted)) }
    }

    /// Changes the last byte of every response of a session.
    private struct Altering: CardChannel {
        let card: OddCard
        init(_ card: OddCard) { self.card = card }
        func reset() {}
        func transmit(_ command: CommandAPDU) -> ResponseAPDU {
            var response = card.transmit(command)
            if command.classByte.indicatesSecureMessaging, let last = response.data.indices.last {
                response.data[last] ^= 1
            }
            return response
        }
    }
}
