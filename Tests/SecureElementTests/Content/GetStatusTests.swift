import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("GET STATUS")
struct GetStatusTests {
    @Test("P1 80 tells the issuer security domain with the card's life cycle, in both formats")
    func issuer() throws {
        var card = try TestCard()
        let entry = RegistryEntry(
            aid: TestCard.central, lifeCycle: 0x0F,
            privileges: [.securityDomain, .cardLock, .cardTerminate, .cvmManagement],
            executableLoadFile: BuiltInModule.securityDomainPackage, securityDomain: TestCard.central)
        let answers = try card.responses([
            GetStatusCommand(.issuerSecurityDomain).command,
            GetStatusCommand(.issuerSecurityDomain, format: .legacy).command,
        ])
        #expect(answers[0] == ResponseAPDU(.success, data: entry.bytes()))
        #expect(answers[1].data.hex == "08A0000001510000000F9A")
    }

    @Test("P1 40 tells all others, P1 20 the load files, P1 10 these with their modules")
    func subsets() throws {
        var card = try TestCard()
        try card.prePersonalize()
        let applications = try all(.applications, &card)
        #expect(applications.map(\.aid) == card.element.memory.applications.dropFirst().map(\.aid))
        #expect(applications.first { $0.aid == TestCard.instance }?.securityDomain == TestCard.domain)
        let files = try all(.executableLoadFiles, &card)
        #expect(files.map(\.aid) == card.element.memory.loadFiles.map(\.aid))
        #expect(files.allSatisfy { $0.modules.isEmpty && $0.lifeCycle == 0x01 })
        let withModules = try all(.executableLoadFilesAndModules, &card)
        #expect(withModules.map(\.modules) == card.element.memory.loadFiles.map(\.modules))
    }

    @Test("answers longer than a response end in 6310 and go on with P2 b1, whole entries each time, at every level")
    func continuation() throws {
        for level in SecurityLevel.allCases where level.hasCommandMAC {
            var card = try TestCard()
            var session = try OpenSession(TestCard.central, &card, level: level)
            for number: UInt8 in 1...20 {
                let aid = try AID(TestCard.instance.bytes.dropLast() + [number])
                try session.send(TestCard.instantiate(aid), &card)
            }
            for format in [GetStatusCommand.Format.tlv, .legacy] {
                var answer = try session.send(GetStatusCommand(.applications, format: format).command, &card)
                var data: [[UInt8]] = [answer.data]
                while answer.statusWord == .moreDataAvailable {
                    let next = GetStatusCommand(.applications, format: format, isContinuation: true)
                    answer = try session.send(next.command, &card)
                    data.append(answer.data)
                }
                #expect(answer.statusWord == .success)
                #expect(data.allSatisfy { $0.count <= level.responseDataLengthMax(.s8) })
                let entries = try data.flatMap { part in
                    format == .tlv ? try RegistryEntry.entries(tlv: part) : try RegistryEntry.entries(legacy: part)
                }
                #expect(entries.map(\.aid) == card.element.memory.applications.dropFirst().map(\.aid))
                let tooFar = GetStatusCommand(.applications, format: format, isContinuation: true)
                #expect(try session.send(tooFar.command, &card).statusWord == .conditionsOfUseNotSatisfied)
            }
        }
    }

    @Test("a continuation of another search than the last is refused with 6985")
    func otherContinuation() throws {
        var card = try TestCard()
        try card.prePersonalize()
        var session = try OpenSession(TestCard.central, &card)
        #expect(try session.send(GetStatusCommand(.applications).command, &card).statusWord == .moreDataAvailable)
        for other in [
            GetStatusCommand(.executableLoadFiles, isContinuation: true),
            GetStatusCommand(.applications, format: .legacy, isContinuation: true),
            GetStatusCommand(.applications, isContinuation: true, namePrefix: [0xF0]),
            GetStatusCommand(.applications, isContinuation: true, otherCriteria: [BERTLV(0x5C, [0x4F])]),
        ] {
            #expect(try session.send(other.command, &card).statusWord == .conditionsOfUseNotSatisfied)
        }
        let right = GetStatusCommand(.applications, isContinuation: true)
        #expect(try session.send(right.command, &card).statusWord == .success)
    }

    @Test("a search by the beginning of an AID finds what starts so, and nothing is 6A88")
    func prefix() throws {
        var card = try TestCard()
        try card.prePersonalize()
        let prefix = Array(TestCard.instance.bytes.dropLast(3))
        let answer = try card.responses([GetStatusCommand(.applications, namePrefix: prefix).command])[0]
        #expect(try RegistryEntry.entries(tlv: answer.data).map(\.aid) == [TestCard.instance])
        let whole = GetStatusCommand(.applications, namePrefix: TestCard.domain.bytes).command
        #expect(try RegistryEntry.entries(tlv: card.responses([whole])[0].data).map(\.aid) == [TestCard.domain])
        try card.expectRefusals([
            (GetStatusCommand(.applications, namePrefix: prefix + [0xFF]).command, .referencedDataNotFound),
            (GetStatusCommand(.issuerSecurityDomain, namePrefix: prefix).command, .referencedDataNotFound),
            (
                GetStatusCommand(.applications, namePrefix: TestCard.central.bytes).command, .referencedDataNotFound
            ),
        ])
    }

    @Test("5C picks the data objects; a truncated list is 6A80")
    func tagList() throws {
        var card = try TestCard()
        let list = BERTLV(0x5C, [0x4F, 0x9F, 0x70])
        let answer = try card.responses([GetStatusCommand(.issuerSecurityDomain, otherCriteria: [list]).command])[0]
        #expect(answer.data.hex == "E30E4F08A0000001510000009F70010F")
        let truncated = GetStatusCommand(.issuerSecurityDomain, otherCriteria: [BERTLV(0x5C, [0x4F, 0x9F])]).command
        try card.expectRefusals([(truncated, .incorrectData)])
    }

    @Test("every data object of an entry can be asked for alone, in every subset; what an entry lacks leaves it empty")
    func everyTag() throws {
        var card = try TestCard()
        let package = Package()
        try card.expectSuccess(card.manage(try package.commands() + [package.instantiate(TestCard.instance)]))
        func object(_ tag: [UInt8], _ subset: GetStatusCommand.Subset, _ name: AID) throws -> String {
            let search = GetStatusCommand(subset, namePrefix: name.bytes, otherCriteria: [BERTLV(0x5C, tag)]).command
            let entries = try BERTLV.sequence(try card.responses([search])[0].data)
            return try #require(entries.first).value.hex
        }
        let central = TestCard.central.bytes.hex
        let file = package.aid.bytes.hex
        let expected: [([UInt8], issuer: String, application: String, file: String, module: String)] = [
            ([0x4F], "4F08\(central)", "4F0E\(TestCard.instance.bytes.hex)", "4F0C\(file)", "4F0C\(file)"),
            ([0x9F, 0x70], "9F70010F", "9F700107", "9F700101", "9F700101"),
            ([0xC5], "C5039A0000", "C503000000", "", ""), ([0xCF], "", "", "", ""),
            ([0xC4], "C407A0000001515350", "C40C\(file)", "", ""), ([0xCE], "", "", "CE020100", "CE020100"),
            ([0xCC], "CC08\(central)", "CC08\(central)", "CC08\(central)", "CC08\(central)"),
            ([0x84], "", "", "", "840D\(package.modules[0].bytes.hex)"), ([0xDF, 0x7F], "", "", "", ""),
            (
                [0xCE, 0x4F, 0x84], "4F08\(central)", "4F0E\(TestCard.instance.bytes.hex)", "4F0C\(file)CE020100",
                "4F0C\(file)CE020100840D\(package.modules[0].bytes.hex)"
            ),
        ]
        for (tags, issuer, application, loadFile, module) in expected {
            #expect(try object(tags, .issuerSecurityDomain, TestCard.central) == issuer)
            #expect(try object(tags, .applications, TestCard.instance) == application)
            #expect(try object(tags, .executableLoadFiles, package.aid) == loadFile)
            #expect(try object(tags, .executableLoadFilesAndModules, package.aid) == module)
        }
        // Another criterion than the AID is none of ours: not found in silence, but refused.
        let other = GetStatusCommand(.applications, otherCriteria: [BERTLV(0x9F70, [0x07])]).command
        try card.expectRefusals([(other, .incorrectData)])
    }

    @Test("an SP SD sees itself and what lies below it, nothing else; the card itself is 6A88 for it")
    func serviceProviderView() throws {
        var card = try TestCard()
        try card.prePersonalize()
        try card.prePersonalize(TestCard.otherDomain, TestCard.otherInstance)
        var session = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys)
        let answer = try session.send(GetStatusCommand(.applications).command, &card)
        #expect(try RegistryEntry.entries(tlv: answer.data).map(\.aid) == [TestCard.domain, TestCard.instance])
        for subset in GetStatusCommand.Subset.allCases where subset != .applications {
            let refused = try session.send(GetStatusCommand(subset).command, &card)
            #expect(refused == ResponseAPDU(.referencedDataNotFound))
        }
        let foreign = GetStatusCommand(.applications, namePrefix: TestCard.otherDomain.bytes)
        #expect(try session.send(foreign.command, &card) == ResponseAPDU(.referencedDataNotFound))
    }

    @Test("without 4F, with more than 16 bytes in it, or malformed it is 6A80; undefined parameters are 6A86")
    func malformed() throws {
        var card = try TestCard()
        try card.expectRefusals(hex: [
            ("80F2400200", .incorrectData), ("80F24002025C0000", .incorrectData), ("80F24002024F0500", .incorrectData),
            ("80F24002134F11" + String(repeating: "A0", count: 17) + "00", .incorrectData),
            ("80F24002034F004F00", .incorrectData),
            ("80F20002024F0000", .incorrectParameters), ("80F2C002024F0000", .incorrectParameters),
            ("80F24004024F0000", .incorrectParameters), ("80F24082024F0000", .incorrectParameters),
        ])
    }

    private func all(_ subset: GetStatusCommand.Subset, _ card: inout TestCard) throws -> [RegistryEntry] {
        var session = try OpenSession(TestCard.central, &card)
        var answer = try session.send(GetStatusCommand(subset).command, &card)
        var data = answer.data
        while answer.statusWord == .moreDataAvailable {
            answer = try session.send(GetStatusCommand(subset, isContinuation: true).command, &card)
            data += answer.data
        }
        return try RegistryEntry.entries(tlv: data)
    }
}
