import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("SELECT")
struct SelectionTests {
    @Test("no name, the AID, its beginning and the AID of older cards all select the issuer security domain")
    func issuerSecurityDomain() throws {
        var card = try TestCard()
        let whole = card.transmit(SelectCommand(TestCard.central).command)
        #expect(whole.statusWord == .success)
        #expect(try FileControlInformation(bytes: whole.data).application == TestCard.central)
        for name in ["", "A000000151", "A0000001510000", "A000000003000000"] {
            #expect(card.transmit(SelectCommand(name: try [UInt8](hex: name)).command) == whole)
        }
        card.expectRefusal(SelectCommand(name: try [UInt8](hex: "A00000015100000001")).command, .fileNotFound)
        card.expectRefusal(SelectCommand(name: try [UInt8](hex: "A000000152")).command, .fileNotFound)
    }

    @Test("the next occurrence goes through all that the name fits, in the order of the registry, and ends with 6A82")
    func nextOccurrence() throws {
        var card = try TestCard()
        let prefix = try [UInt8](hex: "F053454E45")
        var found: [AID] = []
        var response = card.transmit(SelectCommand(name: prefix).command)
        while response.statusWord == .success {
            found.append(try FileControlInformation(bytes: response.data).application)
            response = card.transmit(SelectCommand(name: prefix, .next).command)
        }
        #expect(found == [CardConfiguration.walletCompanion, CardConfiguration.storedValue])
        #expect(response.statusWord == .fileNotFound)
        // What was selected last stays so.
        #expect(card.element.channels[0]?.selected == CardConfiguration.storedValue)
        card.expectRefusal(SelectCommand(name: [], .next).command, .fileNotFound)
    }

    @Test("an exact name goes before a longer one that was installed earlier")
    func exactName() throws {
        var card = try TestCard()
        let long: AID = "F0534550415931"
        let short: AID = "F05345504159"
        try card.expectSuccess(
            card.manage(
                [TestCard.instantiate(long), TestCard.instantiate(short)]
                    + [long, short].map { InstallCommand.forMakeSelectable(.init(application: $0)).command }))
        let response = card.transmit(SelectCommand(short).command)
        #expect(try FileControlInformation(bytes: response.data).application == short)
        let partial = card.transmit(SelectCommand(name: Array(short.bytes.dropLast())).command)
        #expect(try FileControlInformation(bytes: partial.data).application == long)
    }

    @Test("P2 0C answers no data, P2 04 the template; other parameters and names of 17 bytes are refused")
    func parameters() throws {
        var card = try TestCard()
        #expect(card.transmit(try CommandAPDU(hex: "00A4040C00")) == ResponseAPDU(.success))
        #expect(card.transmit(try CommandAPDU(hex: "00A4040400")).data.first == 0x6F)
        for hex in ["00A4000000", "00A4040100", "00A4040300", "00A4041000", "00A4020000"] {
            try card.expectRefusal(hex, .incorrectParameters)
        }
        try card.expectRefusal("00A4040011" + String(repeating: "A0", count: 17), .wrongLength)
    }

    @Test("an application that is INSTALLED or LOCKED is not found")
    func notSelectable() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage([TestCard.instantiate(TestCard.instance)]))
        card.expectRefusal(SelectCommand(TestCard.instance).command, .fileNotFound)
        try card.expectSuccess(
            card.manage([InstallCommand.forMakeSelectable(.init(application: TestCard.instance)).command]))
        #expect(card.transmit(SelectCommand(TestCard.instance).command).statusWord == .success)
        try card.expectSuccess(card.manage([SetStatusCommand.lock(TestCard.instance).command]))
        card.expectRefusal(SelectCommand(TestCard.instance).command, .fileNotFound)
    }

    @Test(
        "TSM-31 the companions answer SELECT as they leave the factory, and the packages for payment have no instance")
    func companions() throws {
        var card = try TestCard()
        for companion in [
            CardConfiguration.paymentSystemEnvironment, CardConfiguration.paymentSystemDirectory,
            CardConfiguration.walletCompanion, CardConfiguration.storedValue,
        ] {
            #expect(card.transmit(SelectCommand(companion).command).statusWord == .success)
        }
        var rest = GetStatusCommand(.executableLoadFilesAndModules)
        rest.isContinuation = true
        let files = try card.responses(
            [GetStatusCommand(.executableLoadFilesAndModules).command, rest.command, rest.command])
        #expect(files.map(\.statusWord) == [.moreDataAvailable, .moreDataAvailable, .success])
        let packages = try RegistryEntry.entries(tlv: files.flatMap(\.data))
        for (package, module) in [
            (BuiltInModule.paymentPackage, BuiltInModule.payment),
            (BuiltInModule.universalCardPackage, BuiltInModule.universalCard),
        ] {
            #expect(packages.first { $0.aid == package }?.modules == [module])
        }
        let instances = try card.responses([GetStatusCommand(.applications).command])[0]
        #expect(
            try RegistryEntry.entries(tlv: instances.data).allSatisfy {
                $0.executableLoadFile != BuiltInModule.paymentPackage
                    && $0.executableLoadFile != BuiltInModule.universalCardPackage
            })
    }
}
