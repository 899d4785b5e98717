import GlobalPlatform
import ISO7816
import Testing

/// Reads `hex` as a command of type `C`, compares it with `expected`, and writes it back.
private func check<C: GlobalPlatformCommand>(_ hex: String, is expected: C) throws {
    let command = try CommandAPDU(hex: hex)
    #expect(try C(command) == expected)
    #expect(expected.command.bytes.hex == command.bytes.hex)
}

private func refuses<C: GlobalPlatformCommand>(
    _ type: C.Type, _ hex: String, _ statusWord: StatusWord, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let command = try CommandAPDU(hex: hex)
    do throws(CommandDecodingError) {
        let read = try C(command)
        Issue.record("\(hex) was read as \(read)", sourceLocation: sourceLocation)
    } catch {
        #expect(error.statusWord == statusWord, "\(error)", sourceLocation: sourceLocation)
    }
}

@Suite("Commands")
struct CommandTests {
    static let application: AID = "F053454E4553434841"
    static let securityDomain: AID = "A000000151000000"

    @Test("SELECT takes a whole name, the beginning of one, or none")
    func select() throws {
        try check("00A4040008A00000015100000000", is: SelectCommand(Self.securityDomain))
        try check("00A4040000", is: SelectCommand(name: []))
        try check("00A4040203F0534500", is: SelectCommand(name: [0xF0, 0x53, 0x45], .next))
        // pySim asks for FCP (P2 04); opensc for no answer (P2 0C).
        #expect(try SelectCommand(CommandAPDU(hex: "00A4040407A0000000871002")).name.count == 7)
        #expect(try SelectCommand(CommandAPDU(hex: "00A4040C07A0000000871002")).answersNothing)
        try refuses(SelectCommand.self, "00A40000023F0000", .incorrectParameters)
        try refuses(SelectCommand.self, "00A4040100", .incorrectParameters)
        try refuses(
            SelectCommand.self, "00A4040011" + String(repeating: "A0", count: 17), .wrongLength)
        try refuses(SelectCommand.self, "00A5040000", .instructionNotSupported)
    }

    @Test("MANAGE CHANNEL opens the next or a given channel and closes one that is not the basic one")
    func manageChannel() throws {
        try check("0070000001", is: ManageChannelCommand.open(channel: nil))
        try check("00700003", is: ManageChannelCommand.open(channel: 3))
        try check("00708002", is: ManageChannelCommand.close(channel: 2))
        try refuses(ManageChannelCommand.self, "00708000", .incorrectParameters)
        try refuses(ManageChannelCommand.self, "00700014", .incorrectParameters)
        try refuses(ManageChannelCommand.self, "00704000", .incorrectParameters)
        try refuses(ManageChannelCommand.self, "007000000101", .wrongLength)
    }

    @Test("GET DATA carries its tag in P1 P2")
    func getData() throws {
        try check("80CA9F7F00", is: GetDataCommand.cardProductionLifeCycleData)
        try check("80CA006600", is: GetDataCommand.cardData)
        try refuses(GetDataCommand.self, "80CA00660101", .wrongLength)
    }

    @Test("INITIALIZE UPDATE has a challenge of 8 or 16 bytes and P2 00")
    func initializeUpdate() throws {
        let challenge: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        try check(
            "8050300008010203040506070800",
            is: InitializeUpdateCommand(keyVersion: 0x30, hostChallenge: challenge))
        try check(
            "8050000008010203040506070800", is: InitializeUpdateCommand(keyVersion: nil, hostChallenge: challenge))
        try refuses(InitializeUpdateCommand.self, "80500000070102030405060700", .wrongLength)
        try refuses(InitializeUpdateCommand.self, "8050000108010203040506070800", .incorrectParameters)
        try refuses(InitializeUpdateCommand.self, "8050800008010203040506070800", .incorrectParameters)
        try check(
            "8482330010000102030405060708090A0B0C0D0E0F",
            is: ExternalAuthenticateCommand(securityLevel: 0x33, cryptogramAndMAC: Array(0...15)))
        try refuses(ExternalAuthenticateCommand.self, "848233000F000102030405060708090A0B0C0D0E", .wrongLength)
    }

    @Test("GET STATUS searches one part of the registry, by 4F and what follows it")
    func getStatus() throws {
        // GlobalPlatformPro -l, and its continuation.
        try check("80F28002024F0000", is: GetStatusCommand(.issuerSecurityDomain))
        try check("80F24003024F0000", is: GetStatusCommand(.applications, isContinuation: true))
        try check("80F22000024F0000", is: GetStatusCommand(.executableLoadFiles, format: .legacy))
        let criteria = GetStatusCommand(
            .executableLoadFilesAndModules, namePrefix: [0xA0], otherCriteria: [BERTLV(0x5C, [0x4F, 0x9F, 0x70, 0xC5])])
        try check("80F21002094F01A05C044F9F70C500", is: criteria)
        #expect(try criteria.requestedTags() == [0x4F, 0x9F70, 0xC5])
        try refuses(GetStatusCommand.self, "80F2C002024F0000", .incorrectParameters)
        try refuses(GetStatusCommand.self, "80F24004024F0000", .incorrectParameters)
        try refuses(GetStatusCommand.self, "80F24002025C0000", .incorrectData)
        try refuses(GetStatusCommand.self, "80F24002024F0100", .incorrectData)
        try refuses(GetStatusCommand.self, "80F2400200", .incorrectData)
        #expect(throws: CommandDecodingError.self) {
            try GetStatusCommand(.applications, otherCriteria: [BERTLV(0x5C, [0x9F])]).requestedTags()
        }
    }

    @Test("the answer of GET STATUS is read back in both formats")
    func registryEntries() throws {
        let entry = RegistryEntry(
            aid: Self.application, lifeCycle: 0x07, privileges: [.cardReset], executableLoadFile: "F053454E45534348",
            securityDomain: Self.securityDomain)
        let package = RegistryEntry(
            aid: "F053454E45534348", lifeCycle: 0x01, version: [1, 0],
            modules: [Self.application, "F053454E4553434842"],
            securityDomain: Self.securityDomain)
        let bytes = entry.bytes() + package.bytes()
        #expect(
            entry.bytes().hex
                == "E3284F09F053454E45534348419F700107C503040000C408F053454E45534348CC08A000000151000000")
        #expect(try RegistryEntry.entries(tlv: bytes) == [entry, package])
        #expect(entry.bytes(tags: [0x9F70, 0x4F]).hex == "E30F4F09F053454E45534348419F700107")
        // CF as often as there are channels; values that are not defined say nothing.
        let implicit = try RegistryEntry.entries(tlv: [UInt8](hex: "E3144F05A0000000019F700107CF0141CF0182CF0100"))
        #expect(implicit.first?.implicitSelections.map(\.rawValue) == [0x41, 0x82])
        #expect(implicit.first?.implicitSelections.map(\.logicalChannel) == [1, 2])
        #expect(throws: CommandDecodingError.self) { try RegistryEntry.entries(tlv: bytes.dropLast()) }
        #expect(throws: CommandDecodingError.tlv(.unexpectedTag(0xE4, expected: 0xE3))) {
            try RegistryEntry.entries(tlv: [0xE4, 0x00])
        }
        let legacy = package.legacyBytes(withModules: true)
        #expect(
            legacy.hex == "08F053454E45534348" + "0100" + "02" + "09F053454E4553434841" + "09F053454E4553434842")
        let read = try RegistryEntry.entries(legacy: legacy, withModules: true)
        #expect(read.map(\.modules) == [package.modules])
        #expect(try RegistryEntry.entries(legacy: entry.legacyBytes()).first?.privileges == [.cardReset])
        #expect(throws: CommandDecodingError.self) { try RegistryEntry.entries(legacy: legacy.dropLast()) }
    }

    @Test("SET STATUS: the card, an application, a Security Domain with its applications")
    func setStatus() throws {
        try check("80F0807F", is: SetStatusCommand.card(.cardLocked))
        try check("80F0408009F053454E4553434841", is: SetStatusCommand.lock(Self.application))
        try check(
            "80F0608008A000000151000000",
            is: SetStatusCommand.securityDomainAndApplications(Self.securityDomain, state: 0x80))
        #expect(try SetStatusCommand(CommandAPDU(hex: "80F0800708A000000151000000")) == .card(.initialized))
        try refuses(SetStatusCommand.self, "80F08008", .incorrectParameters)
        try refuses(SetStatusCommand.self, "80F02007", .incorrectParameters)
        try refuses(SetStatusCommand.self, "80F04080", .incorrectData)
    }

    @Test("DELETE: an object, with its related objects, or keys")
    func delete() throws {
        try check("80E400000B4F09F053454E455343484100", is: DeleteCommand.object(Self.application, withRelated: false))
        try check("80E400800B4F09F053454E455343484100", is: DeleteCommand.object(Self.application, withRelated: true))
        try check("80E4000003D2013000", is: DeleteCommand.key(identifier: nil, version: 0x30))
        try check("80E4000006D00101D2013000", is: DeleteCommand.key(identifier: 1, version: 0x30))
        // gpshell3 sets P2 80.
        #expect(try DeleteCommand(CommandAPDU(hex: "80E4008003D2013000")) == .key(identifier: nil, version: 0x30))
        try refuses(DeleteCommand.self, "80E4000000", .incorrectData)
        try refuses(DeleteCommand.self, "80E4000003D2018000", .incorrectData)
        try refuses(DeleteCommand.self, "80E4000004D202303100", .incorrectData)
        try refuses(DeleteCommand.self, "80E4000006D20130D2013100", .incorrectData)
        try refuses(DeleteCommand.self, "80E400010B4F09F053454E455343484100", .incorrectParameters)
        try refuses(DeleteCommand.self, "80E40000064F04F053454E00", .incorrectData)
    }

    @Test("PUT KEY reads AES keys in both formats")
    func putKey() throws {
        let key = [UInt8](repeating: 0xAB, count: 16)
        let withLength = KeyDataField.aes(ciphertext: key, clearLength: 16, keyCheckValue: [1, 2, 3])
        try check(
            "80D8008146" + "31" + String(repeating: "881110" + key.hex + "03010203", count: 3) + "00",
            is: PutKeyCommand(
                replacing: nil, newVersion: 0x31, firstIdentifier: 1, keys: [withLength, withLength, withLength]))
        let bare = KeyDataField.aes(
            ciphertext: key, clearLength: 16, keyCheckValue: [1, 2, 3], format: .ciphertextOnly)
        let command = PutKeyCommand(replacing: 0x30, newVersion: 0x30, firstIdentifier: 1, keys: [bare])
        try check("80D8300117" + "30" + "8810" + key.hex + "03010203" + "00", is: command)
        #expect(withLength.aesKey?.ciphertext == key)
        #expect(bare.aesKey?.ciphertext == key)
        #expect(command.response == [0x30, 1, 2, 3])
        let aes192 = KeyDataField.aes(ciphertext: key + key, clearLength: 24, keyCheckValue: [])
        #expect(aes192.aesKey?.clearLength == 24)
        #expect(KeyDataField.aes(ciphertext: key, clearLength: 17, keyCheckValue: []).aesKey == nil)
    }

    @Test("PUT KEY reads RSA and EC public keys")
    func putPublicKey() throws {
        let modulus = String(repeating: "C5", count: 128)
        let rsa = try PutKeyCommand(
            CommandAPDU(hex: "80D80001" + "8A" + "73" + "A18180" + modulus + "A003010001" + "00"))
        #expect(rsa.keys.count == 1)
        #expect(rsa.keys[0].components.map(\.type) == [.rsaModulus, .rsaPublicExponent])
        #expect(rsa.keys[0].components.map(\.data.count) == [128, 3])
        let point = "04" + String(repeating: "11", count: 64)
        let ec = try PutKeyCommand(CommandAPDU(hex: "80D80001" + "48" + "74" + "B041" + point + "F00100" + "00"))
        #expect(ec.keys[0].components.map(\.type) == [.eccPublicKey, .eccParametersReference])
    }

    @Test("PUT KEY refuses what is cut, left over or undefined")
    func putKeyRefused() throws {
        let field = "881110" + String(repeating: "AB", count: 16)
        try refuses(PutKeyCommand.self, "80D80001" + "17" + "31" + field + "030102", .incorrectData)
        try refuses(PutKeyCommand.self, "80D80001" + "17" + "31" + field + "020102", .incorrectData)
        try refuses(PutKeyCommand.self, "80D80001" + "18" + "80" + field + "03010203", .incorrectData)
        try refuses(PutKeyCommand.self, "80D80001" + "18" + "00" + field + "03010203", .incorrectData)
        try refuses(PutKeyCommand.self, "80D88001" + "18" + "31" + field + "03010203", .incorrectParameters)
        try refuses(PutKeyCommand.self, "80D80000" + "18" + "31" + field + "03010203", .incorrectParameters)
        // Two keys need P2 b8.
        try refuses(PutKeyCommand.self, "80D80001" + "29" + "31" + field + "00" + field + "00", .incorrectParameters)
        let nine = "31" + String(repeating: "880100" + "00", count: 9)
        try refuses(PutKeyCommand.self, "80D80081" + "25" + nine, .incorrectData)
    }

    @Test("STORE DATA: P1 says last, encryption and structure; P2 numbers the block")
    func storeData() throws {
        try check(
            "80E2880004" + "9F670101",
            is: StoreDataCommand(data: [0x9F, 0x67, 0x01, 0x01], blockNumber: 0, isLastBlock: true))
        let response = StoreDataCommand(
            data: [0xBF, 0x21], blockNumber: 7, isLastBlock: false, structure: .berTLV, encryption: .encrypted,
            expectsResponse: true)
        try check("80E2710702BF2100", is: response)
        try refuses(StoreDataCommand.self, "80E218000100", .incorrectParameters)
        try refuses(StoreDataCommand.self, "80E240000100", .incorrectParameters)
        try refuses(StoreDataCommand.self, "80E202000100", .incorrectParameters)
    }

    @Test("data groupings have a length of one byte, or FF and two")
    func dataGroupings() throws {
        for count in [0, 1, 0xFE, 0xFF, 0x100, 0xFFFF] {
            let grouping = DataGrouping(0x0101, [UInt8](repeating: 0x55, count: count))
            #expect(grouping.bytes.count == 2 + (count < 0xFF ? 1 : 3) + count)
            #expect(
                try DataGrouping.sequence(grouping.bytes + [0x91, 0x04, 0x00]) == [grouping, DataGrouping(0x9104, [])])
        }
        for cut in ["01", "0101", "01010200", "0101FF", "0101FF00", "0101FF000100"].dropLast() {
            #expect(throws: CommandDecodingError.self) { try DataGrouping.sequence([UInt8](hex: cut)) }
        }
    }

    @Test("groupings fill blocks whole, and a long one spans blocks")
    func storeDataBlocks() throws {
        let groupings = [
            DataGrouping(0x0101, [UInt8](repeating: 1, count: 50)),
            DataGrouping(0x0102, [UInt8](repeating: 2, count: 50)),
            DataGrouping(0x0103, [UInt8](repeating: 3, count: 300)),
        ]
        let blocks = StoreDataCommand.blocks(of: groupings, blockLength: 100)
        #expect(blocks.map(\.data.count) == [53, 53, 100, 100, 100, 5])
        #expect(blocks.map(\.isLastBlock) == [false, false, false, false, false, true])
        #expect(blocks.map(\.blockNumber) == [0, 1, 2, 3, 4, 5])
        #expect(try DataGrouping.sequence(blocks.flatMap(\.data)) == groupings)
        #expect(StoreDataCommand.blocks(of: []).map(\.isLastBlock) == [true])
    }
}

@Suite("INSTALL")
struct InstallCommandTests {
    @Test("GlobalPlatformPro creates a supplementary Security Domain")
    func securityDomain() throws {
        // Observed: 07 A0000001515350 08 A000000151535041 08 <aid> 03 C00000 0E C90C 81020370 82022020 87022020 00
        let hex =
            "80E60C002E" + "07A0000001515350" + "08A000000151535041" + "08F053454E45534348" + "03C00000"
            + "0EC90C810203708202202087022020" + "00" + "00"
        let command = try CommandAPDU(hex: hex)
        guard case .forInstallAndMakeSelectable(let install) = try InstallCommand(command) else {
            Issue.record("not [for install and make selectable]")
            return
        }
        #expect(install.executableLoadFile == "A0000001515350")
        #expect(install.executableModule == "A000000151535041")
        #expect(install.application == "F053454E45534348")
        #expect(install.privileges == [.securityDomain, .dapVerification])
        #expect(install.parameters.applicationSpecific.hex == "810203708202202087022020")
        #expect(InstallCommand.forInstallAndMakeSelectable(install).command.bytes.hex == hex)
    }

    @Test("gpshell and pySim write privileges in one byte")
    func oneBytePrivileges() throws {
        let hex = "80E604001B" + "07A0000001515350" + "05A000000151" + "06F053454E4553" + "0104" + "02C900" + "00"
        guard case .forInstall(let install) = try InstallCommand(CommandAPDU(hex: hex)) else {
            Issue.record("not [for install]")
            return
        }
        #expect(install.privileges == [.cardReset])
        #expect(install.parameters == .applicationSpecific([]))
    }

    static let every: [InstallCommand] = [
        .forLoad(.init(executableLoadFile: "F053454E45")),
        .forLoad(
            .init(
                executableLoadFile: "F053454E45", securityDomain: "A000000151000000",
                loadFileDataBlockHash: [UInt8](repeating: 0x20, count: 32),
                parameters: InstallParameters([BERTLV(0xEF, [BERTLV(0xC6, [0x10, 0x00])])]),
                token: [UInt8](repeating: 7, count: 128))),
        .forInstall(
            .init(executableLoadFile: "F053454E45", executableModule: "F053454E4501", application: "F053454E450101")),
        .forInstallAndMakeSelectable(
            .init(
                executableLoadFile: "F053454E45", executableModule: "F053454E4501", application: "F053454E450101",
                parameters: .applicationSpecific([UInt8](repeating: 1, count: 140)))),
        .forMakeSelectable(.init(application: "F053454E450101")),
        .forExtradition(.init(securityDomain: "A000000151000000", object: "F053454E450101")),
        .forRegistryUpdate(.init(application: "F053454E450101", privileges: [.cardReset])),
        .forRegistryUpdate(.init(securityDomain: "A000000151000000", application: nil)),
        .forPersonalization(application: "F053454E450101"),
    ]

    @Test("every form is read back as it was written, and one byte less or more is refused", arguments: every)
    func roundTrip(install: InstallCommand) throws {
        let command = install.command
        #expect(try InstallCommand(command) == install)
        var short = command
        short.data.removeLast()
        #expect(throws: CommandDecodingError.self) { try InstallCommand(short) }
        var long = command
        long.data.append(0x00)
        #expect(throws: CommandDecodingError.self) { try InstallCommand(long) }
        var other = command
        other.p1 = 0x01
        #expect(throws: CommandDecodingError.incorrectParameters(p1: 0x01, p2: 0x00)) { try InstallCommand(other) }
    }

    @Test("an extradition with privileges, and parameters that are no TLV, are refused")
    func neighbours() {
        let extradition = "80E6100015" + "08A000000151000000" + "00" + "06F053454E4553" + "0104" + "00" + "00"
        #expect(throws: CommandDecodingError.invalid(field: "privileges", value: [0x04])) {
            try InstallCommand(CommandAPDU(hex: extradition))
        }
        let parameters = "80E6080010" + "0000" + "06F053454E4553" + "0100" + "03C90500" + "00"
        #expect(throws: CommandDecodingError.tlv(.valueTruncated(tag: 0xC9, announced: 5, available: 1))) {
            try InstallCommand(CommandAPDU(hex: parameters))
        }
    }
}
