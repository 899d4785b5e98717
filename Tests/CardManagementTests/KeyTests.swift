import CardCryptography
import CardLink
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Testing

@Suite("Keys")
struct KeyTests {
    @Test("of every size are put, checked by the card's answer, used, and deleted", arguments: [16, 24, 32])
    func put(_ count: Int) async throws {
        let card = BenchCard()
        let new = CardKeyMaterial(BenchCard.keySet(0x90, count: count))
        var session = try await card.manager().open(SessionRequest())
        try await session.putKeys(new, version: 0x30)
        let listed = try await session.keyInformation()
        #expect(KeyInformationTemplate(listed).versions.sorted() == [1, 0x30])
        var other = try await card.manager(keys: FixedKeySource(new)).open(SessionRequest(keyVersion: 0x30))
        try await other.deleteKey(version: 1)
        let left = try await other.keyInformation()
        #expect(KeyInformationTemplate(left).versions == [0x30])
    }

    @Test("follow from a master key and the card's diversification data", arguments: KeyDiversification.allCases)
    func diversified(_ diversification: KeyDiversification) async throws {
        let card = BenchCard()
        let masters = try CardKeyMaterial(
            enc: SecretBytes([UInt8](1...16)), mac: SecretBytes([UInt8](2...17)), dek: SecretBytes([UInt8](3...18)),
            diversification: diversification)
        var session = try await card.manager().open(SessionRequest())
        try await session.putKeys(masters, version: 0x30)
        let opened = try await card.manager(keys: FixedKeySource(masters)).open(SessionRequest(keyVersion: 0x30))
        let version = opened.keyVersion
        #expect(version == 0x30)
    }

    @Test("that are not of one size, or of none that exists, are no key set")
    func lengths() {
        func key(_ count: Int) -> SecretBytes { SecretBytes([UInt8](repeating: 1, count: count)) }
        #expect(throws: CardKeyMaterialError.length(found: 15)) { try CardKeyMaterial(repeating: key(15)) }
        #expect(throws: CardKeyMaterialError.lengthsDiffer) {
            try CardKeyMaterial(enc: key(16), mac: key(16), dek: key(32))
        }
        #expect("\(CardKeyMaterial(BenchCard.keys))" == "keys of 16 bytes")
    }

    @Test("without which the domain could not be opened again are deleted by force only")
    func wayBack() async throws {
        let card = BenchCard()
        var session = try await card.manager().open(SessionRequest())
        card.forgetCommands()
        for (version, identifier): (KeyVersionNumber?, KeyIdentifier?) in [(1, nil), (1, 2), (nil, 1), (nil, nil)] {
            do {
                try await session.deleteKey(version: version, identifier: identifier)
                Issue.record("\(String(describing: version)) \(String(describing: identifier)) went")
            } catch {
                guard case .notAllowed = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
        #expect(card.count(of: DeleteCommand.instruction) == 0)
        // Forced, it is the card's to refuse.
        do {
            try await session.deleteKey(version: 1, isForced: true)
            Issue.record("the last key set went")
        } catch {
            #expect(error == .cardRefused(CommandRefusal(command: "DELETE [key]", statusWord: 0x6985)))
        }
        try await session.putKeys(CardKeyMaterial(BenchCard.keySet(0x90)), version: 0x30)
        try await session.deleteKey(version: 1)
        let report = try await card.manager().report()
        #expect(report.keyVersions == [0x30])
    }

    @Test("are put under a version that PUT KEY can give, or not at all")
    func initialVersion() async throws {
        let card = BenchCard()
        var session = try await card.manager().open(SessionRequest())
        card.forgetCommands()
        do {
            try await session.putKeys(CardKeyMaterial(BenchCard.keySet(1)), version: .initial)
            Issue.record("FF was put")
        } catch { #expect(error == .notAllowed("PUT KEY cannot give keys the version FF")) }
        #expect(card.commands.isEmpty)
    }
}

@Suite("A key rotation")
struct KeyRotationTests {
    static let new = CardKeyMaterial(BenchCard.keySet(0x90))

    static func rotation(_ place: KeyRotation.Place, sameVersion: Bool = false) -> KeyRotation {
        KeyRotation(from: 1, to: sameVersion ? 1 : 0x30, newKeys: new, place: place)
    }

    /// The places and versions that a rotation can have.
    static let kinds: [(KeyRotation.Place, Bool)] = [(.beside, false), (.inPlace, false), (.inPlace, true)]

    static func expectNewOnly(
        _ card: BenchCard, _ rotation: KeyRotation, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let report = try await card.manager().report()
        #expect(report.keyVersions == [rotation.newVersion], sourceLocation: sourceLocation)
        _ = try await card.manager(keys: FixedKeySource(new)).open(SessionRequest(keyVersion: rotation.newVersion))
    }

    @Test("puts the new set, proves it, and lets the old one go", arguments: kinds)
    func rotate(_ place: KeyRotation.Place, _ sameVersion: Bool) async throws {
        let card = BenchCard()
        let journal = MemoryJournal()
        let rotation = Self.rotation(place, sameVersion: sameVersion)
        let outcome = try await card.manager(journal: journal).rotate(rotation)
        #expect(outcome.old == (place == .beside ? .deleted : .replaced))
        #expect(!outcome.wasResumed)
        try await Self.expectNewOnly(card, rotation)
        #expect(try await journal.keys().isEmpty)
    }

    @Test("keeps the old set when that is asked for")
    func keepsOld() async throws {
        let card = BenchCard()
        var rotation = Self.rotation(.beside)
        rotation.deletesOld = false
        let outcome = try await card.manager().rotate(rotation)
        #expect(outcome.old == .kept)
        let report = try await card.manager().report()
        #expect(Set(report.keyVersions) == [1, 0x30])
    }

    @Test("goes forward by itself at every cut, before and after each command", arguments: kinds)
    func cuts(_ place: KeyRotation.Place, _ sameVersion: Bool) async throws {
        let rotation = Self.rotation(place, sameVersion: sameVersion)
        let undisturbed = BenchCard()
        _ = try await undisturbed.manager().rotate(rotation)
        let count = undisturbed.commands.count
        var cutCount = 0
        for index in 0..<count {
            for moment in PowerCut.Moment.allCases {
                let card = BenchCard()
                let journal = MemoryJournal()
                await card.card.cutPower(PowerCut(moment, commandsBefore: index))
                let outcome = try await card.manager(journal: journal).rotate(rotation)
                #expect(outcome.reconnections == 1)
                try await Self.expectNewOnly(card, rotation)
                #expect(try await journal.keys().isEmpty)
                cutCount += 1
            }
        }
        #expect(cutCount == 2 * count && count >= 30, "\(count) commands")
    }

    @Test("is recovered by a later call at every cut, with no try burnt by looking", arguments: kinds)
    func recovery(_ place: KeyRotation.Place, _ sameVersion: Bool) async throws {
        let rotation = Self.rotation(place, sameVersion: sameVersion)
        let undisturbed = BenchCard()
        _ = try await undisturbed.manager().rotate(rotation)
        var recovered = 0
        for index in 0..<undisturbed.commands.count {
            for moment in PowerCut.Moment.allCases {
                let card = BenchCard()
                let journal = MemoryJournal()
                await card.card.cutPower(PowerCut(moment, commandsBefore: index))
                await #expect(throws: CardManagementError.self) {
                    _ = try await card.manager(journal: journal).rotate(rotation, reconnectionsMax: 0)
                }
                try await card.reset()
                card.forgetCommands()
                let state = try await card.manager(journal: journal).examine(rotation)
                #expect(card.count(of: 0x82) == 0)
                #expect(state.old == .verified || state.new == .verified)
                guard try await card.manager(journal: journal).rotationOnRecord() != nil else { continue }
                let outcome = try await card.manager(journal: journal).recover(rotation)
                #expect(outcome.wasResumed)
                try await Self.expectNewOnly(card, rotation)
                recovered += 1
            }
        }
        #expect(recovered >= 20)
    }

    @Test("gives a new domain its first keys, from those of the domain above it")
    func firstKeys() async throws {
        let card = BenchCard()
        var session = try await card.manager().open(SessionRequest())
        try await session.createDomain(DomainPlan(ContentTests.domain))
        _ = try await card.manager().rotate(
            KeyRotation(securityDomain: ContentTests.domain, from: 1, to: 0x30, newKeys: Self.new))
        let keys = FixedKeySource(Self.new)
        let own = try await card.manager(keys: keys).open(SessionRequest(securityDomain: ContentTests.domain))
        let version = own.keyVersion
        #expect(version == 0x30)
        await #expect(throws: CardManagementError.noSuchKeySet(1, listed: [0x30])) {
            _ = try await card.manager().open(SessionRequest(securityDomain: ContentTests.domain, keyVersion: 1))
        }
        #expect(try await card.manager().report().keyVersions == [1])
    }

    @Test("that the card refuses is over, and another way may be taken")
    func refused() async throws {
        let card = BenchCard()
        let journal = MemoryJournal()
        let manager = card.manager(journal: journal)
        var session = try await manager.open(SessionRequest())
        // As many key sets as the card takes.
        var version: UInt8 = 2
        while (try? await session.putKeys(Self.new, version: KeyVersionNumber(rawValue: version) ?? 1)) != nil {
            version += 1
        }
        #expect(version > 10)
        let error = await #expect(throws: CardManagementError.self) {
            _ = try await manager.rotate(KeyRotation(from: 1, to: 0x70, newKeys: Self.new))
        }
        guard case .cardRefused(let refusal) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refusal.description.contains("replace one in place"))
        #expect(try await manager.rotationOnRecord() == nil)
        let outcome = try await manager.rotate(KeyRotation(from: 1, to: 0x70, newKeys: Self.new, place: .inPlace))
        #expect(outcome.old == .replaced)
    }

    @Test("that nobody can end is forgotten on demand")
    func forgotten() async throws {
        let card = BenchCard()
        let journal = MemoryJournal()
        await card.card.cutPower(PowerCut(.beforeExecution, commandsBefore: 30))
        await #expect(throws: CardManagementError.self) {
            _ = try await card.manager(journal: journal).rotate(Self.rotation(.beside), reconnectionsMax: 0)
        }
        try await card.reset()
        #expect(try await card.manager(journal: journal).rotationOnRecord()?.newVersion == 0x30)
        try await card.manager(journal: journal).forgetRotation()
        #expect(try await card.manager(journal: journal).rotationOnRecord() == nil)
    }

    @Test("does not begin over another that was cut off, over a set that is there, or from keys that do not fit")
    func doesNotBegin() async throws {
        let card = BenchCard()
        let journal = MemoryJournal()
        await card.card.cutPower(PowerCut(.afterCommit, commandsBefore: 30))
        await #expect(throws: CardManagementError.self) {
            _ = try await card.manager(journal: journal).rotate(Self.rotation(.beside), reconnectionsMax: 0)
        }
        try await card.reset()
        let other = KeyRotation(from: 1, to: 0x31, newKeys: Self.new)
        await #expect(
            throws: CardManagementError.notAllowed(
                "a rotation from version 01 to 30 was cut off: recover that first")
        ) {
            _ = try await card.manager(journal: journal).rotate(other)
        }
        let fresh = BenchCard()
        await #expect(throws: CardManagementError.notAllowed("no rotation was cut off on this card")) {
            _ = try await fresh.manager().recover(Self.rotation(.beside))
        }
        var session = try await fresh.manager().open(SessionRequest())
        try await session.putKeys(CardKeyMaterial(BenchCard.keySet(0x11)), version: 0x30)
        await #expect(throws: CardManagementError.notAllowed("the card has a key set 30 already: delete it first")) {
            _ = try await fresh.manager().rotate(Self.rotation(.beside))
        }
        let strangers = FixedKeySource(CardKeyMaterial(BenchCard.keySet(0x12)))
        await #expect(throws: CardManagementError.self) {
            _ = try await fresh.manager(keys: strangers).rotate(KeyRotation(from: 1, to: 0x32, newKeys: Self.new))
        }
        #expect(try await fresh.manager().report().keyVersions.sorted() == [1, 0x30])
    }
}
