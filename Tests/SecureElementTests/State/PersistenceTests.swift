import CardCryptography
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("The card's state")
struct PersistenceTests {
    /// A card with something of everything in it.
    static func full(_ configuration: CardConfiguration = .embedded) throws -> TestCard {
        let central = configuration.centralSecurityDomain
        var card = try TestCard(configuration, failuresMax: 5)
        try card.prePersonalize(in: central)
        try card.prePersonalize(TestCard.otherDomain, TestCard.otherInstance, in: central)
        try card.rotateKeys()
        let personalize = TestCard.personalize(TestCard.instance)
        try card.expectSuccess(card.manage(personalize, in: TestCard.domain, keys: TestCard.providerKeys))
        try card.expectSuccess(
            card.manage(
                Array(personalize.prefix(2)), in: TestCard.domain, keys: TestCard.providerKeys))
        try card.expectSuccess(
            card.manage(
                try Package().commands() + [
                    Package().instantiate("F053454E45534348414C7E010101"),
                    SetStatusCommand.lock(TestCard.otherDomain).command,
                    StoreDataCommand(data: [0x42, 1, 7], blockNumber: 0, isLastBlock: true, structure: .berTLV).command,
                    try instantiateWithParameters("F053454E45534348414C7E010102"),
                ], in: central, keys: TestCard.keys(of: central)))
        return card
    }

    /// INSTALL with every system parameter that there is.
    private static func instantiateWithParameters(_ aid: AID) throws -> CommandAPDU {
        let parameters = SystemParameters(
            volatileMemory: 200, nonVolatileMemory: 3_000, reservedVolatileMemory: 100,
            reservedNonVolatileMemory: 2_000, implicitSelections: [try #require(ImplicitSelection(rawValue: 0x43))])
        return InstallCommand.forInstallAndMakeSelectable(
            .init(
                executableLoadFile: Package().aid, executableModule: Package().modules[0], application: aid,
                parameters: InstallParameters([parameters.object]))
        ).command
    }

    private func expectRoundTrip(_ card: TestCard, sourceLocation: SourceLocation = #_sourceLocation) throws {
        var off = card.element
        off.reset()
        let restored = try SecureElement(persistentState: card.element.persistentState)
        #expect(restored == off, sourceLocation: sourceLocation)
        #expect(restored.persistentState == card.element.persistentState, sourceLocation: sourceLocation)
        #expect(restored.memory.used == card.element.memory.used, sourceLocation: sourceLocation)
    }

    @Test("what is written is read back equal after every command, and the revision changes exactly when memory does")
    func everyCommand() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        let commands =
            try Package().commands() + [
                TestCard.createDomain(TestCard.domain), TestCard.instantiate(TestCard.instance),
                TestCard.instantiate(TestCard.instance), session.putKey(TestCard.providerKeys, version: 0x02),
                InstallCommand.forPersonalization(application: TestCard.instance).command,
                InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command,
                InstallCommand.forExtradition(.init(securityDomain: TestCard.domain, object: TestCard.instance))
                    .command,
                InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command,
                SetStatusCommand.lock(TestCard.instance).command, GetStatusCommand(.applications).command,
                SetStatusCommand.unlock(TestCard.instance).command, GetDataCommand.cardData.command,
                DeleteCommand.key(identifier: nil, version: 0x02).command,
                DeleteCommand.object(TestCard.domain, withRelated: true).command,
                DeleteCommand.object(Package().aid, withRelated: false).command,
                SetStatusCommand.card(.cardLocked).command, SetStatusCommand.card(.secured).command,
                SetStatusCommand.card(.terminated).command,
            ]
        var changes = 0
        for command in commands {
            let before = card.element
            _ = try session.send(command, &card)
            let changed = card.element.memory != before.memory
            #expect((card.element.persistentRevision != before.persistentRevision) == changed, "\(command)")
            #expect((card.element.persistentState != before.persistentState) == changed, "\(command)")
            changes += changed ? 1 : 0
            try expectRoundTrip(card)
        }
        // All 23 but four blocks that wait for the last, two repeated INSTALLs and two that only read.
        #expect(commands.count == 23 && changes == 15)
    }

    @Test("a card with something of everything is read back equal, whatever its configuration")
    func roundTrip() throws {
        try expectRoundTrip(try Self.full())
        try expectRoundTrip(try Self.full(.uicc))
        try expectRoundTrip(try Self.full(CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: false))))
    }

    @Test("a state that is cut at any byte is refused")
    func truncated() throws {
        let state = try Self.full().element.persistentState
        for count in 0..<state.count {
            #expect(throws: CardStateError.self, "\(count) bytes") {
                _ = try SecureElement(persistentState: Array(state.prefix(count)))
            }
        }
        #expect(throws: CardStateError.self) { _ = try SecureElement(persistentState: state + [0]) }
        #expect(throws: CardStateError.self) { _ = try SecureElement(persistentState: state + state) }
    }

    @Test("a state with any byte altered is refused, and inside its frame the digest says so")
    func altered() throws {
        let state = try Self.full().element.persistentState
        var damaged = 0
        for index in state.indices {
            var altered = state
            altered[index] ^= 0x01
            do {
                _ = try SecureElement(persistentState: altered)
                Issue.record("byte \(index) is altered and nobody noticed")
            } catch {
                damaged += error == .damaged ? 1 : 0
            }
        }
        // Tag and length of the two objects are read before the digest is.
        #expect(damaged >= state.count - 8)
    }

    private func refusal(_ change: (inout CardMemory) -> Void) throws -> String? {
        var memory = try Self.full().element.memory
        change(&memory)
        do {
            _ = try SecureElement(persistentState: memory.state)
            return nil
        } catch { return error.description }
    }

    @Test("a registry that breaks a rule is refused with the rule")
    func impossible() throws {
        #expect(try refusal { _ in } == nil)
        let prefix = "the card's state is not that of a card: "
        #expect(try refusal { $0.applications = [] } == prefix + "there is no issuer security domain")
        #expect(
            try refusal { $0.applications.append($0.applications[4]) } == prefix + "an AID stands twice")
        #expect(try refusal { $0.capacity = 10 } == prefix + "more is stored than fits")
        #expect(
            try refusal { $0.applications[1].lifeCycle = 0x02 }
                == prefix + "the life cycle state of \(CardConfiguration.paymentSystemEnvironment)")
        #expect(
            try refusal { $0.applications[1].loadFile = "F053450001" }
                == prefix + "the module of \(CardConfiguration.paymentSystemEnvironment) does not exist")
        #expect(
            try refusal { $0.applications[1].securityDomain = "F053450001" }
                == prefix + "\(CardConfiguration.paymentSystemEnvironment) is not below the issuer security domain")
        #expect(
            try refusal { $0.applications[1].securityDomain = CardConfiguration.walletCompanion }
                == prefix
                + "the security domain of \(CardConfiguration.paymentSystemEnvironment) does not exist")
        #expect(
            try refusal { $0.applications[1].privileges = .securityDomain }
                == prefix + "the privileges of \(CardConfiguration.paymentSystemEnvironment)")
        let parametrized: AID = "F053454E45534348414C7E010102"
        #expect(
            try refusal { memory in
                guard let index = memory.index(of: parametrized) else { return }
                memory.applications[1].implicitSelections = memory.applications[index].implicitSelections
            } == prefix + "the implicit selection of \(CardConfiguration.paymentSystemEnvironment)")
        for change: @Sendable (inout MemoryAllotment) -> Void in [
            { $0.quota = 1_999 }, { $0.reserved = 1 << 20 }, { $0.volatileReserved = 1 << 20 },
        ] {
            let answer = try refusal { memory in
                guard let index = memory.index(of: parametrized) else { return }
                change(&memory.applications[index].allotment)
            }
            #expect(answer == prefix + "more is stored than fits")
        }
        for role in SecurityDomainRole.allCases where role != .central {
            #expect(
                try refusal { $0.updateSecurityDomain(TestCard.central) { $0.role = role } }
                    == prefix + "the role of \(TestCard.central)")
        }
        for role in [SecurityDomainRole.issuer, .central] {
            #expect(
                (try refusal { $0.updateSecurityDomain(TestCard.domain) { $0.role = role } } != nil)
                    == (role == .issuer))
        }
        #expect(
            try refusal { $0.updateSecurityDomain(TestCard.central) { $0.keys.append($0.keys[0]) } }
                == prefix + "a key of \(TestCard.central) stands twice")
    }

    @Test("another format is refused by its number")
    func format() throws {
        let state = try Self.full().element.persistentState
        var card = try BERTLV.sequence(state)[0]
        card.value[2] = 0x03
        let digest = Digest.hash(card.bytes)
        #expect(throws: CardStateError.unknownFormat(3)) {
            _ = try SecureElement(persistentState: card.bytes + BERTLV(0x9E, digest).bytes)
        }
    }

    /// The same card as format 1 wrote it: without rules and roles.
    private func formatOne(_ state: [UInt8]) throws -> [UInt8] {
        func without(_ tag: BERTag, _ bytes: [UInt8]) throws -> [UInt8] {
            try BERTLV.sequence(bytes).filter { $0.tag != tag }.bytes
        }
        var objects = try BERTLV.sequence(try without(0x83, BERTLV.sequence(state)[0].value))
        objects[0].value = [0x01]
        for index in objects.indices where objects[index].tag == 0xE3 {
            objects[index].value = try BERTLV.sequence(objects[index].value).map { object in
                object.tag == 0xA6 ? BERTLV(0xA6, try without(0x84, object.value)) : object
            }.bytes
        }
        let card = BERTLV(0xE0, objects).bytes
        return card + BERTLV(0x9E, Digest.hash(card)).bytes
    }

    @Test("a card of format 1 is one of Fig. 5: its ISD is the central SD, every other SD a service provider's")
    func formatOneCard() throws {
        let card = try Self.full()
        let old = try formatOne(card.element.persistentState)
        #expect(old != card.element.persistentState)
        #expect(try SecureElement(persistentState: old).memory == card.element.memory)
    }

    @Test("rules of no figure and roles of no table are refused")
    func unknownRules() throws {
        let state = try TestCard(.uicc).element.persistentState
        let sound = try BERTLV.sequence(state)[0]
        #expect(try SecureElement(persistentState: state).memory.rules.figure == .uicc)
        func refuses(_ change: (inout [BERTLV]) throws -> Void) throws -> Bool {
            var objects = try BERTLV.sequence(sound.value)
            try change(&objects)
            let card = BERTLV(0xE0, objects).bytes
            do {
                _ = try SecureElement(persistentState: card + BERTLV(0x9E, Digest.hash(card)).bytes)
                return false
            } catch { return true }
        }
        #expect(try !refuses { _ in })
        for rules: [UInt8] in [[], [6], [4, 0], [9, 0], [6, 2], [6, 1, 0]] {
            #expect(try refuses { $0[3].value = rules })
        }
        for role: [UInt8] in [[], [0], [10], [1, 1]] {
            #expect(
                try refuses { objects in
                    guard let index = objects.firstIndex(where: { $0.tag == 0xE3 }) else { return }
                    objects[index].value = try BERTLV.sequence(objects[index].value).map { object in
                        guard object.tag == 0xA6 else { return object }
                        var inner = try BERTLV.sequence(object.value)
                        inner[0].value = role
                        return BERTLV(0xA6, inner)
                    }.bytes
                })
        }
    }
}
