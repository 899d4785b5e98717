import CardCryptography
import CardLink
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Synchronization
import Testing

@Suite("The journal")
struct JournalTests {
    /// A journal that fails at its `failing`th write.
    private final class FailingJournal: ManagementJournal {
        private let memory = MemoryJournal()
        private let writesLeft: Mutex<Int>
        init(failing: Int) { writesLeft = Mutex(failing) }
        func record(at key: JournalKey) async throws(JournalFailure) -> [UInt8]? { try await memory.record(at: key) }
        func remove(_ key: JournalKey) async throws(JournalFailure) { try await memory.remove(key) }
        func keys() async throws(JournalFailure) -> [JournalKey] { try await memory.keys() }
        func write(_ record: [UInt8], at key: JournalKey) async throws(JournalFailure) {
            let fails = writesLeft.withLock { left in
                left -= 1
                return left == 0
            }
            guard !fails else { throw JournalFailure(reason: "the disk is full") }
            try await memory.write(record, at: key)
        }
    }

    private static let full = CardManagementError.journalFailed(JournalFailure(reason: "the disk is full"))

    @Test("that cannot hold the intent stops the action before the card changes")
    func intent() async throws {
        // The first write of a session is the attempt, the second the intent.
        let card = BenchCard()
        let before = await card.card.card.persistentRevision
        await #expect(throws: Self.full) {
            _ = try await card.manager(journal: FailingJournal(failing: 1)).open(SessionRequest())
        }
        #expect(card.count(of: 0x82) == 0)
        await #expect(throws: Self.full) {
            _ = try await card.manager(journal: FailingJournal(failing: 2)).install(try Packages.plan())
        }
        #expect(card.count(of: InstallCommand.instruction) == 0)
        await #expect(throws: Self.full) {
            _ = try await card.manager(journal: FailingJournal(failing: 1))
                .rotate(KeyRotationTests.rotation(.beside))
        }
        #expect(card.count(of: PutKeyCommand.instruction) == 0)
        let after = await card.card.card.persistentRevision
        // INITIALIZE UPDATE moves the sequence counter, and nothing else changed.
        #expect(after - before <= 5)
        #expect(try await card.manager().report().keyVersions == [1])
    }

    @Test("with a damaged record is an error, and a damaged record of attempts holds back")
    func damaged() async throws {
        let card = BenchCard()
        let journal = MemoryJournal()
        let manager = card.manager(journal: journal)
        let installation = try #require(
            JournalKey(rawValue: "install.cin-4820-0102030405060708.\(Packages.aid)"))
        try await journal.write([0x7B], at: installation)
        await #expect(throws: CardManagementError.self) { _ = try await manager.install(try Packages.plan()) }
        #expect(card.count(of: InstallCommand.instruction) == 0)
        let attempts = try #require(
            JournalKey(rawValue: "attempts.cin-4820-0102030405060708.\(BenchCard.central).01"))
        try await journal.write([0x7B], at: attempts)
        await #expect(throws: CardManagementError.authenticationWithheld(.failuresOnRecord(2, keyVersion: 1))) {
            _ = try await manager.open(SessionRequest())
        }
        _ = try await manager.open(SessionRequest(isForced: true))
        #expect(try await journal.record(at: attempts) == nil)
    }

    @Test("has names that are names of files, of 200 bytes at most")
    func names() {
        #expect(JournalKey(rawValue: "install.cin-48-01.A000")?.description == "install.cin-48-01.A000")
        for name in ["", ".hidden", "a/b", "a b", "ä", String(repeating: "a", count: 201)] {
            #expect(JournalKey(rawValue: name) == nil, "\(name)")
        }
        #expect(JournalKey(rawValue: String(repeating: "a", count: 200)) != nil)
    }

    @Test("tells cards apart by their image number, their chip, or their diversification data")
    func identifiers() {
        let long = CardIdentifier(
            issuerIdentificationNumber: [1], cardImageNumber: [UInt8](repeating: 7, count: 200))
        #expect(long?.text.hasPrefix("sha256-") == true)
        #expect(long?.text.utf8.count == 39)
        #expect(CardIdentifier(issuerIdentificationNumber: [], cardImageNumber: [1]) == nil)
        var chip = CardProductionLifeCycleData()
        chip.serialNumber = 0xBEEF
        #expect(CardIdentifier(chip).text == "cplc-0-0-0-BEEF")
        #expect(CardIdentifier(diversificationData: [0xAB]).text == "kdd-AB")
    }
}

@Suite("Every configuration of the card")
struct ConfigurationTests {
    private static let managing = CardConfiguration.managingCentralSecurityDomain

    @Test(
        "is listed, installed on by its central security domain, and rotated",
        arguments: [
            (CardConfiguration.embedded, BenchCard.central), (.uicc, managing), (.embeddedWithThirdParty, managing),
            (.uiccWithThirdParty, managing),
        ], [UInt8(0x70), 0x71, 0x00])
    func everything(_ figure: (configuration: CardConfiguration, central: AID), _ implementation: UInt8) async throws {
        // Nobody has given the SD that mandates signatures a key: without it no file loads at all.
        let hasMandate = figure.configuration.securityDomains.contains { $0.privileges.contains(.dapVerification) }
        let card = BenchCard(figure.configuration, implementation: implementation)
        let manager = card.manager()
        let request = SessionRequest(securityDomain: figure.central)
        var plan = try Packages.plan()
        if hasMandate {
            let domain = CardConfiguration.mandatedDAPSecurityDomain
            let key = BenchCard.keySet(0x23).enc
            var session = try await manager.open(SessionRequest(securityDomain: domain))
            try await session.putKey(.aes(key), version: .dapVerification, identifier: .signature)
            try plan.sign(for: domain, with: .aes(key))
        }
        _ = try await manager.install(plan, in: request)
        let outcome = try await manager.rotate(
            KeyRotation(
                securityDomain: figure.central, from: 1, to: 0x30, newKeys: CardKeyMaterial(BenchCard.keySet(0x90))))
        #expect(outcome.old == .deleted)
        let keys = FixedKeySource(CardKeyMaterial(BenchCard.keySet(0x90)))
        var session = try await card.manager(keys: keys).open(request)
        let registry = try await session.registry()
        #expect(registry.application(Packages.instance)?.securityDomain == figure.central)
        #expect(registry.loadFile(Packages.aid)?.securityDomain == figure.central)
        let nodes = registry.tree
        #expect(
            Self.count(nodes) == registry.applications.count + registry.loadFiles.count
                + (registry.issuerSecurityDomain == nil ? 0 : 1))
    }

    /// Every entry stands in the tree once.
    private static func count(_ nodes: [RegistryNode]) -> Int { nodes.reduce(0) { $0 + 1 + count($1.children) } }
}
