import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("Four configurations at work")
struct ConfigurationTests {
    private static let central = CardConfiguration.managingCentralSecurityDomain
    private static let mobileNetwork = CardConfiguration.mobileNetworkSecurityDomain
    private static let thirdParty = CardConfiguration.thirdPartySecurityDomain

    private func manage(_ card: inout TestCard, _ domain: AID, _ commands: [CommandAPDU]) throws {
        try card.expectSuccess(card.manage(commands, in: domain, keys: TestCard.keys(of: domain)))
    }

    private func expectRefusals(
        _ card: inout TestCard, _ domain: AID, _ expected: [(CommandAPDU, StatusWord)],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try card.expectRefusals(expected, in: domain, keys: TestCard.keys(of: domain), sourceLocation: sourceLocation)
    }

    private func extradite(_ object: AID, to domain: AID) -> CommandAPDU {
        InstallCommand.forExtradition(.init(securityDomain: domain, object: object)).command
    }

    @Test("TSM-29 the ISD creates security domains and hands them over; every other content operation is refused")
    func issuer() throws {
        for configuration in [CardConfiguration.uicc, .embeddedWithThirdParty, .uiccWithThirdParty] {
            var card = try TestCard(configuration)
            try manage(&card, Self.central, [TestCard.instantiate(TestCard.instance)])
            let isd = TestCard.central
            try expectRefusals(
                &card, isd,
                [
                    (Package().announcement(), .conditionsOfUseNotSatisfied),
                    (LoadCommand(block: [1], number: 0, isLast: true).command, .conditionsOfUseNotSatisfied),
                    (TestCard.instantiate(TestCard.otherInstance), .conditionsOfUseNotSatisfied),
                    (
                        InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command,
                        .conditionsOfUseNotSatisfied
                    ),
                    (extradite(TestCard.instance, to: isd), .conditionsOfUseNotSatisfied),
                    (extradite(Self.central, to: Self.central), .conditionsOfUseNotSatisfied),
                    (
                        InstallCommand.forRegistryUpdate(.init(application: TestCard.instance, privileges: [])).command,
                        .conditionsOfUseNotSatisfied
                    ),
                    (
                        InstallCommand.forPersonalization(application: TestCard.instance).command,
                        .conditionsOfUseNotSatisfied
                    ),
                ])
            try manage(
                &card, isd,
                [TestCard.createDomain(TestCard.domain), extradite(TestCard.domain, to: Self.central)])
            #expect(try card.application(TestCard.domain).securityDomain == Self.central)
            try card.putKeys(TestCard.temporaryKeys, into: TestCard.domain, under: TestCard.keys(of: Self.central))
            // What has keys is nobody's new security domain.
            try expectRefusals(
                &card, isd, [(extradite(TestCard.domain, to: Self.central), .conditionsOfUseNotSatisfied)])
        }
    }

    @Test("TSM-29 the ISD changes the privileges of the security domains that it has created, and of no other")
    func issuerRegistryUpdate() throws {
        var card = try TestCard(.uicc)
        try card.prePersonalize(in: Self.central)
        func update(_ aid: AID, _ privileges: Privileges?, to domain: AID? = nil) -> CommandAPDU {
            InstallCommand.forRegistryUpdate(
                .init(securityDomain: domain, application: aid, privileges: privileges)
            ).command
        }
        try manage(&card, Self.central, [TestCard.createDomain(TestCard.fourth)])
        try expectRefusals(
            &card, TestCard.central,
            [
                (update(TestCard.domain, [.securityDomain]), .conditionsOfUseNotSatisfied),
                (update(TestCard.central, [.securityDomain]), .conditionsOfUseNotSatisfied),
                (update(Self.central, nil, to: Self.mobileNetwork), .conditionsOfUseNotSatisfied),
                (extradite(TestCard.fourth, to: Self.mobileNetwork), .conditionsOfUseNotSatisfied),
                (update(Self.central, [.securityDomain, .globalDelete]), .incorrectData),
            ])
        let approving: Privileges = [.securityDomain, .trustedPath, .authorizedManagement, .tokenVerification]
        try manage(
            &card, TestCard.central,
            [
                update(Self.central, approving), update(Self.mobileNetwork, [.securityDomain]),
                TestCard.createDomain(TestCard.otherDomain), update(TestCard.otherDomain, nil, to: Self.central),
            ])
        #expect(try card.application(Self.central).privileges == approving)
        #expect(card.element.memory.role(of: Self.central) == .managingCentral)
        #expect(card.element.memory.role(of: Self.mobileNetwork) == .serviceProvider)
        #expect(try card.application(TestCard.otherDomain).securityDomain == Self.central)
        // What has lost Authorized Management manages no more.
        try expectRefusals(
            &card, Self.mobileNetwork, [(TestCard.createDomain(TestCard.third), .conditionsOfUseNotSatisfied)])
    }

    @Test("security domains nest: one below a provider's is reached by everybody above it, keys and locks included")
    func nested() throws {
        var card = try TestCard(.uicc)
        try card.prePersonalize(in: Self.central)
        try card.prePersonalize(TestCard.otherDomain, TestCard.otherInstance, in: Self.central)
        try manage(&card, Self.central, [extradite(TestCard.otherDomain, to: TestCard.domain)])
        let memory = card.element.memory
        #expect(memory.isInSubtree(TestCard.otherInstance, of: TestCard.domain))
        // The provider above locks what is two levels below; the one below locks nothing above.
        try card.expectSuccess(
            card.manage(
                [
                    SetStatusCommand.lock(TestCard.otherInstance).command,
                    SetStatusCommand.unlock(TestCard.otherInstance).command,
                ], in: TestCard.domain, keys: TestCard.temporaryKeys))
        try card.expectRefusals(
            [(SetStatusCommand.lock(TestCard.instance).command, .referencedDataNotFound)], in: TestCard.otherDomain,
            keys: TestCard.temporaryKeys)
        try expectRefusals(
            &card, Self.central,
            [(DeleteCommand.object(TestCard.domain, withRelated: false).command, .conditionsOfUseNotSatisfied)])
        try manage(&card, Self.central, [DeleteCommand.object(TestCard.domain, withRelated: true).command])
        for gone in [TestCard.domain, TestCard.otherDomain, TestCard.instance, TestCard.otherInstance] {
            #expect(card.element.memory.application(gone) == nil)
        }
        try card.element.memory.checkRegistry()
    }

    @Test(
        "TSM-29 the card is locked, unlocked and terminated through the ISD, in Fig. 5 the central SD, by nobody else")
    func cardLock() throws {
        for figure in CardConfiguration.Figure.allCases {
            var card = try TestCard(CardConfiguration(figure))
            let states: [CardLifeCycle] = [.cardLocked, .secured, .terminated]
            for entry in CardConfiguration(figure).securityDomains where entry.aid != TestCard.central {
                try expectRefusals(
                    &card, entry.aid, states.map { (SetStatusCommand.card($0).command, .conditionsOfUseNotSatisfied) })
            }
            try manage(&card, TestCard.central, [SetStatusCommand.card(.cardLocked).command])
            card.element.reset()
            if figure != .embedded { card.expectRefusal(SelectCommand(Self.central).command, .fileNotFound) }
            try manage(&card, TestCard.central, [SetStatusCommand.card(.secured).command])
            try manage(&card, TestCard.central, [SetStatusCommand.card(.terminated).command])
            #expect(card.element.memory.lifeCycle == .terminated)
        }
    }

    @Test("without Card Lock and Card Terminate even the ISD changes neither")
    func withoutCardLock() throws {
        var card = try TestCard(.uicc)
        card.element.memory.applications[0].privileges.subtract([.cardLock, .cardTerminate])
        try expectRefusals(
            &card, TestCard.central,
            [CardLifeCycle.cardLocked, .terminated].map {
                (SetStatusCommand.card($0).command, .conditionsOfUseNotSatisfied)
            })
    }

    @Test("TSM-30 MNO SD and third-party SD create service providers' SDs below themselves and reach nothing else")
    func subtrees() throws {
        for manager in [Self.mobileNetwork, Self.thirdParty] {
            var card = try TestCard(CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: false)))
            try card.prePersonalize(in: Self.central)
            try manage(
                &card, manager,
                Package().commands() + [
                    TestCard.createDomain(TestCard.otherDomain), Package().instantiate(TestCard.otherInstance),
                    extradite(TestCard.otherInstance, to: TestCard.otherDomain),
                    SetStatusCommand.lock(TestCard.otherInstance).command,
                    SetStatusCommand.unlock(TestCard.otherInstance).command,
                ])
            for stranger in [TestCard.instance, TestCard.domain, Self.central, CardConfiguration.walletCompanion] {
                try expectRefusals(
                    &card, manager,
                    [
                        (SetStatusCommand.lock(stranger).command, .referencedDataNotFound),
                        (DeleteCommand.object(stranger, withRelated: true).command, .referencedDataNotFound),
                        (extradite(stranger, to: manager), .referencedDataNotFound),
                        (
                            InstallCommand.forMakeSelectable(.init(application: stranger)).command,
                            .referencedDataNotFound
                        ),
                    ])
            }
            try expectRefusals(
                &card, manager,
                [
                    (TestCard.instantiate("F053454E45534348414C50410009"), .referencedDataNotFound),
                    (extradite(TestCard.otherInstance, to: Self.central), .referencedDataNotFound),
                    (extradite(TestCard.otherInstance, to: TestCard.domain), .referencedDataNotFound),
                    (
                        Package(aid: "F053454E45534348414C7E08", securityDomain: Self.central).announcement(),
                        .referencedDataNotFound
                    ),
                ])
            // Nor does the central SD reach what is theirs.
            try expectRefusals(
                &card, Self.central,
                [
                    (SetStatusCommand.lock(TestCard.otherInstance).command, .referencedDataNotFound),
                    (DeleteCommand.object(Package().aid, withRelated: true).command, .referencedDataNotFound),
                ])
        }
    }

    @Test("TSM-19 nothing is extradited to the ISD of a UICC, by whomever; and not by registry update either")
    func extraditionToIssuer() throws {
        for configuration in [CardConfiguration.uicc, .uiccWithThirdParty] {
            var card = try TestCard(configuration)
            try card.prePersonalize(in: Self.central)
            for domain in [TestCard.central, Self.central, Self.mobileNetwork] {
                try expectRefusals(
                    &card, domain,
                    [TestCard.instance, TestCard.domain].map {
                        (extradite($0, to: TestCard.central), .conditionsOfUseNotSatisfied)
                    } + [
                        (
                            InstallCommand.forRegistryUpdate(
                                .init(securityDomain: TestCard.central, application: TestCard.instance)
                            ).command, .conditionsOfUseNotSatisfied
                        )
                    ])
            }
        }
    }

    @Test("Global Delete deletes on the whole card, and only while the ISD has it; companions stay")
    func globalDelete() throws {
        var card = try TestCard(CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: false)))
        try card.prePersonalize(in: Self.central)
        try manage(&card, Self.thirdParty, Package().commands() + [Package().instantiate(TestCard.otherInstance)])
        let delete = [TestCard.instance, TestCard.otherInstance, Package().aid, TestCard.domain].map {
            DeleteCommand.object($0, withRelated: false).command
        }
        var without = card
        without.element.memory.applications[0].privileges.remove(.globalDelete)
        try expectRefusals(&without, TestCard.central, delete.map { ($0, .conditionsOfUseNotSatisfied) })
        try expectRefusals(
            &card, TestCard.central,
            [
                (
                    DeleteCommand.object(CardConfiguration.walletCompanion, withRelated: false).command,
                    .conditionsOfUseNotSatisfied
                ),
                (DeleteCommand.object(TestCard.central, withRelated: false).command, .conditionsOfUseNotSatisfied),
                (DeleteCommand.object("F05345504100", withRelated: false).command, .referencedDataNotFound),
            ])
        try manage(&card, TestCard.central, delete)
    }

    @Test("Global Lock locks and unlocks on the whole card, and only while the ISD has it")
    func globalLock() throws {
        var card = try TestCard(.uicc)
        try card.prePersonalize(in: Self.central)
        let lock = SetStatusCommand.lock(TestCard.instance).command
        var without = card
        without.element.memory.applications[0].privileges.remove(.globalLock)
        try expectRefusals(&without, TestCard.central, [(lock, .conditionsOfUseNotSatisfied)])
        try manage(&card, Self.central, [lock])
        try manage(&card, TestCard.central, [SetStatusCommand.unlock(TestCard.instance).command, lock])
        // Whom the ISD has locked the central SD does not set free.
        try expectRefusals(
            &card, Self.central, [(SetStatusCommand.unlock(TestCard.instance).command, .conditionsOfUseNotSatisfied)])
        try manage(&card, TestCard.central, [SetStatusCommand.unlock(TestCard.instance).command])
    }

    @Test("without Global Registry the ISD sees itself and what it has created, not what its managers have")
    func globalRegistry() throws {
        var card = try TestCard(.uicc)
        try card.prePersonalize(in: Self.central)
        func listed(_ card: inout TestCard) throws -> [AID] {
            var session = try OpenSession(TestCard.central, &card)
            var answer = try session.send(GetStatusCommand(.applications).command, &card)
            var data = answer.data
            while answer.statusWord == .moreDataAvailable {
                answer = try session.send(GetStatusCommand(.applications, isContinuation: true).command, &card)
                data += answer.data
            }
            return try RegistryEntry.entries(tlv: data).map(\.aid)
        }
        #expect(try listed(&card) == card.element.memory.applications.dropFirst().map(\.aid))
        card.element.memory.applications[0].privileges.remove(.globalRegistry)
        #expect(try listed(&card) == [Self.central, Self.mobileNetwork])
    }

    @Test("several central SDs of one card do not reach each other's content, whichever the figure")
    func severalCentrals() throws {
        for figure in CardConfiguration.Figure.allCases where figure != .embedded {
            let configuration = CardConfiguration(
                figure, .init(furtherCentralSecurityDomains: 1, hasMandatedDAP: false))
            var card = try TestCard(configuration)
            let second = CardConfiguration.numbered(Self.central, 2)
            try card.prePersonalize(in: Self.central)
            try manage(
                &card, second,
                [TestCard.createDomain(TestCard.otherDomain)] + Package().commands()
                    + [Package().instantiate(TestCard.otherInstance)])
            try expectRefusals(
                &card, second,
                [
                    (SetStatusCommand.lock(TestCard.instance).command, .referencedDataNotFound),
                    (TestCard.instantiate("F053454E45534348414C50410009"), .referencedDataNotFound),
                ])
            try expectRefusals(
                &card, Self.central, [(SetStatusCommand.lock(TestCard.otherInstance).command, .referencedDataNotFound)])
        }
    }
}
