import GlobalPlatform
import ISO7816
import Testing

@testable import TrustedServiceManager

@Suite("A provider's script holds only commands for what is its own")
struct CommandPolicyTests {
    private static let domain: AID = "F053454E45534348414C53440001"
    private static let instance: AID = "F053454E45534348414C50410001"
    private static let foreign: AID = "F053454E45534348414C50410002"
    private static let package: AID = "F053454E45534348414C5041"
    private static let module: AID = "F053454E45534348414C504101"

    private func policy() throws -> CommandPolicy {
        let element = try SecureElementIdentifier(value: "01020304")
        let service = try ServiceIdentifier(number: 1, version: "1")
        func instance(_ aid: AID, _ provider: String) throws -> ServiceInstanceRecord {
            try ServiceInstanceRecord(
                secureElement: element, provider: ServiceProviderID(rawValue: provider), service: service,
                qualifier: ServiceQualifier(providerName: provider, paymentReferenceNumber: "1"), instance: aid,
                securityDomain: Self.domain, status: .prePersonalized)
        }
        let own = ServiceProviderID(rawValue: "own")
        return try CommandPolicy(
            file: QueryModule.CardFile(
                secureElement: SecureElementRecord(
                    id: element, mobileNetwork: "north", profileID: "p", type: .embedded,
                    standard: StandardVersion(name: "GlobalPlatform", version: "2.3.1"), certificationLevel: 1,
                    expiresAt: .max,
                    centralSecurityDomain: CentralSecurityDomainRecord(
                        aid: "A000000151000000",
                        keys: KeyReference(
                            masterKeyIndex: MasterKeyIndex(rawValue: 1), keyVersionNumber: 1,
                            keyDiversificationData: [UInt8](repeating: 0, count: 10)),
                        sequenceCounter: 0, implementation: 0x70), registeredAt: 0),
                provider: ServiceProviderRecord(
                    id: own, name: "own", temporaryMasterKey: MasterKeyIndex(rawValue: 2), transportKey: "", number: 1,
                    registeredAt: 0),
                securityDomain: SecurityDomainRecord(
                    secureElement: element, provider: own, aid: Self.domain, custody: .central, sequenceCounter: 0),
                instances: [instance(Self.instance, "own"), instance(Self.foreign, "other")]),
            service: ServiceDefinition(
                identifier: service, name: "Pay", executableLoadFile: Self.package, executableModule: Self.module,
                instanceAIDPrefix: Array(Self.instance.bytes.prefix(12)),
                minimumStandard: StandardVersion(name: "GlobalPlatform", version: "2.1.1")))
    }

    @Test("each command of section 1.7.2 goes to the security domain that it is for (TSM-22)")
    func destinations() throws {
        let commands = [
            InstallCommand.forPersonalization(application: Self.instance).command,
            StoreDataCommand(data: [1, 2, 3], blockNumber: 0, isLastBlock: true).command,
            InstallCommand.forInstall(
                .init(
                    executableLoadFile: Self.package, executableModule: Self.module,
                    application: "F053454E45534348414C50410003")
            ).command,
            InstallCommand.forExtradition(.init(securityDomain: Self.domain, object: Self.instance)).command,
            SelectCommand(Self.instance).command,
            CommandAPDU(0x80, 0xF2, 0x40, 0x02, data: [0x4F, 0x00], expectedLength: 256),
            SetStatusCommand.lock(Self.instance).command,
            DeleteCommand.key(identifier: nil, version: 0x30).command,
        ]
        #expect(
            try policy().judge(commands) == [
                .securityDomain, .securityDomain, .central, .central, .plain, .securityDomain, .securityDomain,
                .securityDomain,
            ])
    }

    @Test(
        "TSM-21 companion applets, PPSE, packages, the central SD and other providers' instances are refused",
        arguments: [
            "325041592E5359532E4444463031", "A000000151000000", "F053454E45534348414C50410002", "A0000000041010",
            "F053454E45534348414C5041", "F053454E45534348414C504101", "F053454E45534348414C50410009",
        ] as [AID])
    func foreignSelections(aid: AID) throws {
        let commands = [SelectCommand(Self.instance).command, SelectCommand(aid).command]
        let error = #expect(throws: TSMError.self) { try policy().judge(commands) }
        guard case .commandRefused(index: 1, _) = error else {
            Issue.record("expected a refusal of command 1, found \(String(describing: error))")
            return
        }
    }

    @Test("an instance that the script itself creates is its own from there on, and there is one at most")
    func createdInstance() throws {
        let created: AID = "F053454E45534348414C50410003"
        let install = InstallCommand.forInstall(
            .init(executableLoadFile: Self.package, executableModule: Self.module, application: created)
        ).command
        let extradite = InstallCommand.forExtradition(.init(securityDomain: Self.domain, object: created)).command
        #expect(try policy().judge([install, extradite]) == [.central, .central])
        #expect(throws: TSMError.self) { try policy().judge([extradite, install]) }
        #expect(throws: TSMError.self) { try policy().judge([install, install]) }
        var satisfied = try policy()
        satisfied.instance = Self.instance
        let refusing = satisfied
        #expect(throws: TSMError.self) { try refusing.judge([install]) }
    }

    @Test("a wrapped script begins with SELECT, or goes on with EXTERNAL AUTHENTICATE where one before it has opened")
    func wrappedBeginnings() throws {
        let authenticate = CommandAPDU(0x84, 0x82, 0x33, 0x00, data: [UInt8](repeating: 1, count: 16))
        let wrapped = CommandAPDU(0x84, 0xE2, 0x80, 0x00, data: [UInt8](repeating: 1, count: 16))
        let opening = CommandAPDU(0x80, 0x50, 0x31, 0x00, data: [UInt8](repeating: 1, count: 8), expectedLength: 256)
        #expect(CommandPolicy.isRelayed([authenticate, wrapped]))
        #expect(try policy().judge([authenticate, wrapped]) == [.plain, .plain])
        for script in [[wrapped], [opening, authenticate, wrapped], [wrapped, authenticate]] {
            #expect(throws: TSMError.self) { try policy().judge(script) }
        }
        #expect(CommandPolicy.isOpening([SelectCommand(Self.domain).command, opening]))
        #expect(!CommandPolicy.isOpening([SelectCommand(Self.domain).command, opening, authenticate]))
        #expect(!CommandPolicy.isOpening([opening]))
    }

    @Test("a relayed script may not select what is another's either")
    func relayedSelection() throws {
        let opening = CommandAPDU(0x80, 0x50, 0x31, 0x00, data: [UInt8](repeating: 1, count: 8), expectedLength: 256)
        #expect(throws: Never.self) { try policy().judge([SelectCommand(Self.domain).command, opening]) }
        #expect(throws: TSMError.self) { try policy().judge([SelectCommand(Self.foreign).command, opening]) }
    }

    @Test("what a provider never does is refused before anything is sent")
    func neverAllowed() throws {
        let refused = [
            InstallCommand.forMakeSelectable(.init(application: Self.instance)).command,
            InstallCommand.forLoad(.init(executableLoadFile: Self.package)).command,
            InstallCommand.forExtradition(.init(securityDomain: Self.domain, object: Self.foreign)).command,
            InstallCommand.forPersonalization(application: Self.foreign).command,
            DeleteCommand.object(Self.instance, withRelated: false).command,
            SetStatusCommand.card(.cardLocked).command,
            SetStatusCommand.lock(Self.foreign).command,
            CommandAPDU(0x80, 0xE8, 0x80, 0x00, data: [0xC4, 0x00]),
            CommandAPDU(0x00, 0x70, 0x00, 0x00, expectedLength: 1),
            CommandAPDU(0x81, 0xCA, 0x00, 0xE0, expectedLength: 256),
            CommandAPDU(0x84, 0xE2, 0x80, 0x00, data: [1, 2, 3]),
        ]
        for command in refused {
            #expect(throws: TSMError.self, "\(command)") { try policy().judge([command]) }
        }
    }
}
