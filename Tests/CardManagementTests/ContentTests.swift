import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Testing

@testable import CardManagement

@Suite("Content management")
struct ContentTests {
    static let domain: AID = "F053454E45534348414C53440001"

    @Test("a domain is created, gets keys, takes over an application, and goes with all that is in it")
    func domain() async throws {
        let card = BenchCard()
        _ = try await card.manager().install(try Packages.plan())
        var session = try await card.manager().open(SessionRequest())
        try await session.createDomain(
            DomainPlan(
                Self.domain, privileges: [.dapVerification],
                parameters: .secureChannel(protocol: 0x03, implementation: 0x70)))
        try await session.extradite(Packages.instance, to: Self.domain)
        var registry = try await session.registry()
        #expect(registry.application(Self.domain)?.privileges == [.securityDomain, .dapVerification])
        #expect(registry.application(Packages.instance)?.securityDomain == Self.domain)
        let node = registry.tree[0].children.first { $0.entry.aid == Self.domain }
        #expect(node?.kind == .securityDomain)
        #expect(node?.state == "SELECTABLE")
        #expect(node?.children.map(\.entry.aid) == [Packages.instance])
        #expect(node?.children.first?.kind == .application)
        do {
            try await session.delete(Self.domain)
            Issue.record("a domain that is not empty was deleted")
        } catch { #expect(error.description.hasPrefix("DELETE \(Self.domain) was refused with 6985")) }
        var again = try await card.manager().open(SessionRequest())
        try await again.delete(Self.domain, withRelated: true)
        registry = try await again.registry()
        #expect(registry.application(Self.domain) == nil)
        #expect(registry.application(Packages.instance) == nil)
    }

    @Test("privileges that no domain can have are refused before anything is sent")
    func impossibleDomain() async throws {
        let card = BenchCard()
        var session = try await card.manager().open(SessionRequest())
        card.forgetCommands()
        do {
            try await session.createDomain(DomainPlan(Self.domain, privileges: .mandatedDAPVerification))
            Issue.record("it was created")
        } catch {
            guard case .notAllowed = error else {
                Issue.record("\(error)")
                return
            }
        }
        #expect(card.commands.isEmpty)
    }

    @Test("applications are locked and unlocked, and the card too; it is terminated only by force")
    func lifeCycles() async throws {
        let card = BenchCard()
        _ = try await card.manager().install(try Packages.plan())
        var session = try await card.manager().open(SessionRequest())
        try await session.lock(Packages.instance)
        var registry = try await session.registry()
        #expect(registry.application(Packages.instance)?.lifeCycle == 0x87)
        try await session.unlock(Packages.instance)
        try await session.setCardState(.cardLocked)
        registry = try await session.registry()
        #expect(registry.application(Packages.instance)?.lifeCycle == 0x07)
        #expect(registry.tree[0].state == "CARD_LOCKED")
        try await session.setCardState(.secured)
        do {
            try await session.setCardState(.terminated)
            Issue.record("terminated without force")
        } catch { #expect(error.description.contains("force")) }
        registry = try await session.registry()
        #expect(registry.tree[0].state == "SECURED")
        try await session.setCardState(.terminated, isForced: true)
        await #expect(throws: CardManagementError.self) { _ = try await card.manager().open(SessionRequest()) }
    }

    @Test("an application left INSTALLED is made selectable")
    func makeSelectable() async throws {
        let card = BenchCard()
        _ = try await card.manager().install(try Packages.plan())
        var session = try await card.manager().open(SessionRequest())
        try await session.makeSelectable(Packages.secondInstance)
        let registry = try await session.registry()
        #expect(registry.application(Packages.secondInstance)?.lifeCycle == 0x07)
    }

    @Test("data objects are stored and read back, alone and in a data grouping")
    func storeData() async throws {
        let card = BenchCard()
        var session = try await card.manager().open(SessionRequest())
        try await session.storeData(.dataObjects([BERTLV(0x42, [0x12, 0x34])]))
        try await session.storeData(.dataGroupings([DataGrouping(0x0070, BERTLV(0x45, [9, 9, 9]).bytes)]))
        let report = try await card.manager().report()
        #expect(report.issuerIdentificationNumber == [0x12, 0x34])
        #expect(report.cardImageNumber == [9, 9, 9])
        let stored = card.commands.filter { $0.instruction == StoreDataCommand.instruction }
        #expect(stored.map(\.p1) == [0x90, 0x88])
    }

    @Test("an application that is personalized is told first, and gets the blocks in order")
    func personalize() async throws {
        let card = BenchCard()
        let instance: AID = "F053454E45534348414C50410001"
        _ = try await card.manager().install(
            InstallationPlan(
                package: BuiltInModule.paymentPackage,
                instances: [
                    ApplicationInstance(
                        package: BuiltInModule.paymentPackage, module: BuiltInModule.payment, application: instance)
                ]))
        var session = try await card.manager().open(SessionRequest(level: .commandMAC))
        card.forgetCommands()
        let record = BERTLV(0x70, [BERTLV(0x5F20, [UInt8](repeating: 0x41, count: 200))])
        try await session.personalize(
            instance,
            .dataGroupings([
                DataGrouping(0x0101, record.bytes), DataGrouping(0x8000, [UInt8](repeating: 0x4B, count: 48)),
                DataGrouping(0x9102, BERTLV(0x50, Array("Debit1".utf8)).bytes),
                DataGrouping(0x9104, try [UInt8](hex: "820239009404" + "08010100")),
            ]))
        #expect(card.commands.map(\.instruction) == [0xE6, 0xE2, 0xE2])
        #expect(card.commands.dropFirst().map(\.p1) == [0x08, 0x88])
        let selection = try await card.manager().report(securityDomain: instance)
        #expect(selection.selectionAnswer.hex.contains("446562697431"))
    }

    @Test("sensitive groupings travel in blocks of their own, padded to whole cipher blocks and encrypted")
    func sensitiveGroupings() throws {
        let groupings = [
            DataGrouping(0x0101, [1, 2]), DataGrouping(0x8201, [UInt8](repeating: 7, count: 16)),
            DataGrouping(0x8202, [UInt8](repeating: 7, count: 15)), DataGrouping(0x0102, []),
        ]
        let content = StoredContent.dataGroupings(groupings, sensitive: [0x8201, 0x8202])
        let runs = try content.runs(blockLength: 16) { data throws(CardManagementError) in data.map { $0 ^ 0xFF } }
        let commands = try runs.commands(blockLength: 200)
        #expect(commands.map(\.command.p1) == [0x08, 0x68, 0x88])
        #expect(commands.map(\.blockNumber) == [0, 1, 2])
        #expect(commands[0].data == groupings[0].bytes)
        let whole = [UInt8](repeating: 0xF8, count: 16)
        let padded = [UInt8](repeating: 0xF8, count: 15) + [0x7F]
        #expect(commands[1].data == DataGrouping(0x8201, whole).bytes + DataGrouping(0x8202, padded).bytes)
        #expect(commands[2].data == [0x01, 0x02, 0x00])
        // A grouping longer than a block spans blocks; what would not fit whole begins a block of its own.
        let long = StoredContent.dataGroupings([
            DataGrouping(1, [1]), DataGrouping(2, [UInt8](repeating: 2, count: 40)), DataGrouping(3, [3]),
        ])
        let cut = try long.runs(blockLength: 16) { data throws(CardManagementError) in data }.commands(blockLength: 20)
        #expect(cut.map(\.data.count) == [4, 20, 20, 7])
    }

    @Test("more than 256 blocks are refused before anything is sent")
    func tooMuchData() async throws {
        let card = BenchCard()
        var session = try await card.manager().open(SessionRequest())
        let length = session.commandDataLengthMax
        card.forgetCommands()
        do {
            try await session.storeData(.unstructured([UInt8](repeating: 0, count: 256 * length + 1)))
            Issue.record("they were sent")
        } catch { #expect(error == .notAllowed("the data needs 257 blocks, STORE DATA can number 256")) }
        #expect(card.commands.isEmpty)
    }

    @Test("a raw command travels in the session, and its refusal is an answer")
    func raw() async throws {
        let card = BenchCard()
        var session = try await card.manager().open(SessionRequest())
        let answer = try await session.transmit(try CommandAPDU(hex: "80CA006600"))
        #expect(answer.statusWord == .success)
        #expect(answer.data.first == 0x66)
        let refused = try await session.transmit(try CommandAPDU(hex: "80CADF7F00"))
        #expect(refused == ResponseAPDU(.referencedDataNotFound))
    }

    @Test("privileges are found by their names, upper and lower case alike, all or none")
    func privilegeNames() {
        let privileges: Privileges = [.securityDomain, .trustedPath, .globalLock]
        #expect(Privileges(names: ["securitydomain", "TRUSTEDPATH", "GlobalLock"]) == privileges)
        let unknown = Privileges(names: ["SecurityDomain", "Sovereign"])
        #expect(unknown == nil)
        let known = Privileges.names as [(privilege: Privileges, name: String)]
        #expect(known.count == 20)
    }
}
