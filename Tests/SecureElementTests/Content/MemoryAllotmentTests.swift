import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("Memory that INSTALL asks for, limits and sets aside")
struct MemoryAllotmentTests {
    private func install(
        _ aid: AID, _ parameters: SystemParameters, domain: Bool = false
    ) -> CommandAPDU {
        InstallCommand.forInstallAndMakeSelectable(
            .init(
                executableLoadFile: domain ? BuiltInModule.securityDomainPackage : BuiltInModule.paymentPackage,
                executableModule: domain ? BuiltInModule.securityDomain : BuiltInModule.payment, application: aid,
                privileges: domain ? .securityDomain : [],
                parameters: InstallParameters([BERTLV(0xC9, [UInt8]()), parameters.object]))
        ).command
    }

    private func load(_ package: Package, _ parameters: SystemParameters) -> CommandAPDU {
        InstallCommand.forLoad(
            .init(executableLoadFile: package.aid, parameters: InstallParameters([parameters.object]))
        ).command
    }

    @Test("C6 and C8 of a load file are there or it is 6A84, to the byte; nothing is set aside for them")
    func announcedMemory() throws {
        var card = try TestCard()
        let free = card.element.memory.free
        for (code, data, statusWord) in [
            (free + 1, 0, StatusWord.notEnoughMemory), (free, 1, .notEnoughMemory), (1, free, .notEnoughMemory),
            (free, 0, .success), (free - 1, 1, .success), (0, free, .success),
        ] {
            let parameters = SystemParameters(codeMemory: code, nonVolatileMemory: data)
            #expect(try card.manage([load(Package(), parameters)]) == [statusWord])
            #expect(card.element.memory.free == free)
        }
    }

    @Test("C7 of a load file is bounded by the volatile memory that is free")
    func announcedVolatileMemory() throws {
        var card = try TestCard()
        let free = card.element.memory.freeVolatile
        #expect(free == 16 * 1024)
        try card.expectRefusals([(load(Package(), .init(volatileMemory: free + 1)), .notEnoughMemory)])
        try card.expectSuccess(card.manage([load(Package(), .init(volatileMemory: free))]))
    }

    @Test("D8 is taken from the card at once, belongs to the application, and comes back with it")
    func reservation() throws {
        var card = try TestCard()
        let free = card.element.memory.free
        // 96 bytes are its registry entry's.
        try card.expectRefusals([
            (install(TestCard.instance, .init(reservedNonVolatileMemory: free - 95)), .notEnoughMemory)
        ])
        try card.expectSuccess(card.manage([install(TestCard.instance, .init(reservedNonVolatileMemory: free - 96))]))
        #expect(card.element.memory.free == 0)
        // The application lives on what is its own.
        try card.expectRefusals([(TestCard.instantiate(TestCard.otherInstance), .notEnoughMemory)])
        try card.expectSuccess(card.manage(TestCard.personalize(TestCard.instance)))
        #expect(card.element.memory.free == 0)
        let restored = try SecureElement(persistentState: card.element.persistentState)
        #expect(restored.memory == card.element.memory && restored.memory.free == 0)
        try card.expectSuccess(
            card.manage([DeleteCommand.object(TestCard.instance, withRelated: false).command]))
        #expect(card.element.memory.free == free)
    }

    @Test("D7 is taken from the volatile memory that FF21 reports, and is bounded by it")
    func volatileReservation() throws {
        var card = try TestCard()
        try card.expectRefusals([
            (install(TestCard.instance, .init(reservedVolatileMemory: 16 * 1024 + 1)), .notEnoughMemory)
        ])
        try card.expectSuccess(card.manage([install(TestCard.instance, .init(reservedVolatileMemory: 10_000))]))
        try card.expectRefusals([
            (install(TestCard.otherInstance, .init(reservedVolatileMemory: 6_385)), .notEnoughMemory)
        ])
        _ = card.transmit(SelectCommand(TestCard.central).command)
        let resources = card.transmit(GetDataCommand.extendedCardResources.command)
        #expect(try ExtendedCardResources(bytes: resources.data).freeVolatileBytes == 6_384)
        try card.expectSuccess(card.manage([install(TestCard.otherInstance, .init(reservedVolatileMemory: 6_384))]))
    }

    @Test("a C8 quota stops STORE DATA at the first byte too much, with nothing changed")
    func quota() throws {
        let personalization = TestCard.personalize(TestCard.instance)
        var roomy = try TestCard()
        try roomy.expectSuccess(roomy.manage([install(TestCard.instance, .init())] + personalization))
        let needed = try roomy.application(TestCard.instance).size - 96
        for (quota, statusWord) in [(needed, StatusWord.success), (needed - 1, .notEnoughMemory)] {
            var card = try TestCard()
            try card.expectSuccess(
                card.manage([install(TestCard.instance, .init(nonVolatileMemory: quota))]))
            var session = try OpenSession(TestCard.central, &card)
            for command in personalization.dropLast() { try session.send(command, &card) }
            let before = card.element.memory
            let last = try session.send(try #require(personalization.last), &card)
            #expect(last.statusWord == statusWord)
            if statusWord != .success { #expect(card.element.memory == before) }
        }
    }

    @Test("a security domain's quota holds for everything below it: keys, instances, load files, extradition")
    func securityDomainQuota() throws {
        var card = try TestCard()
        try card.expectSuccess(
            card.manage([
                install(TestCard.domain, .init(nonVolatileMemory: 472), domain: true),
                TestCard.instantiate(TestCard.instance), TestCard.createDomain(TestCard.otherDomain),
            ]))
        try card.putKeys(TestCard.temporaryKeys, into: TestCard.domain, under: TestCard.centralKeys)
        let free = card.element.memory.free(below: TestCard.domain)
        #expect(free == 472 - 3 * 24)
        func extradite(_ object: AID, to domain: AID = TestCard.domain) -> CommandAPDU {
            InstallCommand.forExtradition(.init(securityDomain: domain, object: object)).command
        }
        // Its load file is larger than what is left, and is refused with the announcement or with the block that is too much.
        let package = Package(securityDomain: TestCard.domain)
        let announcement = InstallCommand.forLoad(
            .init(
                executableLoadFile: package.aid, securityDomain: TestCard.domain,
                parameters: InstallParameters([SystemParameters(codeMemory: free + 1).object]))
        ).command
        try card.expectRefusals([(announcement, .notEnoughMemory)])
        #expect(try card.manage(package.commands()).contains(.notEnoughMemory))
        #expect(card.element.memory.loadFile(package.aid) == nil)
        // Two more entries fit, the third does not, nor what is below an SD below it.
        try card.expectSuccess(card.manage([extradite(TestCard.instance), extradite(TestCard.otherDomain)]))
        try card.expectSuccess(
            card.manage([TestCard.instantiate(TestCard.third), TestCard.instantiate(TestCard.fourth)]))
        try card.expectSuccess(card.manage([extradite(TestCard.third)]))
        try card.expectRefusals([
            (extradite(TestCard.fourth), .notEnoughMemory),
            (extradite(TestCard.fourth, to: TestCard.otherDomain), .notEnoughMemory),
        ])
        #expect(try SecureElement(persistentState: card.element.persistentState).memory == card.element.memory)
    }

    @Test("more set aside than may be taken is 6A80, and so are undefined tags, lengths and repetitions")
    func malformed() throws {
        var card = try TestCard()
        let sound = install(TestCard.instance, .init(nonVolatileMemory: 10, reservedNonVolatileMemory: 10))
        let refused: [SystemParameters] = [
            .init(nonVolatileMemory: 9, reservedNonVolatileMemory: 10),
            .init(volatileMemory: 9, reservedVolatileMemory: 10),
        ]
        try card.expectRefusals(refused.map { (install(TestCard.instance, $0), .incorrectData) })
        for parameters in [
            "EF03C80100", "EF05C803000001", "EF02C800", "EF08C8020100C8020100", "EF04C1020100", "EF04C802",
            "E103010203",
            "EF04C8020100EF04C8020100", "EF03CF01", "EF03CF0101", "EF03CF0160", "EF04CF024041",
        ] {
            let command = InstallCommand.forInstall(
                .init(
                    executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
                    application: TestCard.instance)
            ).command
            var data = Array(command.data.dropLast(4))
            let bytes = try [UInt8](hex: parameters)
            data += [UInt8(bytes.count)] + bytes + [0]
            try card.expectRefusals([
                (CommandAPDU(0x80, 0xE6, 0x04, 0x00, data: data, expectedLength: 256), .incorrectData)
            ])
        }
        // What clients send beside it is passed over: UICC parameters, TS 102 226, global services.
        let tolerated = InstallParameters([
            BERTLV(0xC9, [UInt8]()), BERTLV(0xEA, [0x80, 0x01, 0x00]),
            BERTLV(0xEF, [BERTLV(0xCA, [0x01]), BERTLV(0xCB, [0x80, 0x00]), BERTLV(0xC8, [0x01, 0x00])]),
        ])
        try card.expectSuccess(
            card.manage([
                InstallCommand.forInstall(
                    .init(
                        executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
                        application: TestCard.otherInstance, parameters: tolerated)
                ).command, sound,
            ]))
        #expect(try card.application(TestCard.otherInstance).allotment.quota == 0x0100)
    }

    @Test("each form of INSTALL has its own parameters; another form's are 6A80 and not passed over")
    func forms() throws {
        var card = try TestCard(.uicc)
        let central = CardConfiguration.managingCentralSecurityDomain
        let keys = TestCard.keys(of: central)
        try card.prePersonalize(in: central)
        let selection = [try #require(ImplicitSelection(rawValue: 0x41))]
        func parameters(_ system: SystemParameters) -> InstallParameters { InstallParameters([system.object]) }
        let memory: [SystemParameters] = [
            .init(volatileMemory: 1), .init(nonVolatileMemory: 1), .init(reservedVolatileMemory: 1),
            .init(reservedNonVolatileMemory: 1), .init(codeMemory: 1),
        ]
        var refused: [CommandAPDU] = [
            install(TestCard.otherInstance, .init(codeMemory: 1)), load(Package(), .init(reservedVolatileMemory: 1)),
            load(Package(), .init(reservedNonVolatileMemory: 1)), load(Package(), .init(implicitSelections: selection)),
        ]
        for system in memory {
            refused += [
                InstallCommand.forMakeSelectable(
                    .init(application: TestCard.instance, parameters: parameters(system))
                ).command,
                InstallCommand.forRegistryUpdate(
                    .init(application: TestCard.instance, parameters: parameters(system))
                ).command,
            ]
        }
        for system in memory + [.init(implicitSelections: selection)] {
            refused.append(
                InstallCommand.forExtradition(
                    .init(securityDomain: central, object: TestCard.instance, parameters: parameters(system))
                ).command)
        }
        try card.expectRefusals(refused.map { ($0, .incorrectData) }, in: central, keys: keys)
    }

    @Test(
        "EF comes in two or four bytes a length, and is written as it is read",
        arguments: [0, 0xFFFF, 0x1_0000, 0x7FFF_FFFF])
    func roundTrip(_ value: Int) throws {
        let parameters = SystemParameters(
            codeMemory: value, volatileMemory: value, nonVolatileMemory: value, reservedVolatileMemory: value,
            reservedNonVolatileMemory: value,
            implicitSelections: [try #require(ImplicitSelection(rawValue: 0x41))])
        #expect(try SystemParameters(InstallParameters([parameters.object])) == parameters)
        let none = SystemParameters(implicitSelections: [])
        #expect(try SystemParameters(InstallParameters([none.object])) == none)
        #expect(try SystemParameters(InstallParameters()) == SystemParameters())
    }
}
