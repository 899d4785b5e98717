import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("Garbage")
struct GarbageTests {
    private static let seed: UInt64 = 20_261_121
    private static let commandsMax = 10_000

    @Test(
        "10 000 random and mutated commands, plain and secured, never break the registry (seed 20261121)",
        arguments: [
            CardConfiguration.embedded, CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: false)),
        ])
    func commands(_ configuration: CardConfiguration) throws {
        // The one that manages more often than those that refuse most.
        let domains =
            Array(repeating: configuration.centralSecurityDomain, count: 6) + configuration.securityDomains.map(\.aid)
        var card = try PersistenceTests.full(configuration)
        let factory = card
        let random = Dice(Self.seed)
        var session: OpenSession? = try OpenSession(TestCard.central, &card)
        let templates = Self.templates(try OpenSession(TestCard.central, &card))
        session = nil
        var successes = 0
        for number in 0..<Self.commandsMax {
            if number % 250 == 0 || card.element.memory.lifeCycle == .terminated { card = factory }
            if session == nil || number % 8 == 0 { session = Self.session(&card, domains, random) }
            if random(64) == 0 { card.element.reset() }
            let command = random(8) == 0 ? random.command() : random.mutated(templates[random(templates.count)])
            let before = card.element
            let response: ResponseAPDU
            if session != nil, random(4) != 0, let wrapped = try? session?.wrap(command) {
                response = card.transmit(wrapped)
            } else {
                response = card.transmit(command)
            }
            let changed = card.element.memory != before.memory
            if response.statusWord.isRefusal {
                #expect(!changed, "\(command) was refused with \(response.statusWord)")
            } else {
                successes += 1
            }
            #expect((card.element.persistentRevision != before.persistentRevision) == changed, "command \(number)")
            if changed { try card.element.memory.checkRegistry() }
            #expect(
                card.element.channels.allSatisfy { channel in
                    channel.map { card.element.memory.application($0.selected) != nil } ?? true
                }, "command \(number)")
            guard changed, number % 8 == 0 else { continue }
            let restored = try SecureElement(persistentState: card.element.persistentState)
            #expect(restored.memory == card.element.memory, "command \(number)")
        }
        // Garbage that is always refused would show nothing.
        #expect(successes > Self.commandsMax / 15)
    }

    /// A session with one of the security domains, when the card, as it is, opens one.
    private static func session(_ card: inout TestCard, _ domains: [AID], _ random: Dice) -> OpenSession? {
        let level = SecurityLevel.allCases[random(6)]
        switch random(3) {
        case 0: return try? OpenSession(TestCard.domain, &card, keys: TestCard.providerKeys, level: level)
        default:
            let domain = domains[random(domains.count)]
            return try? OpenSession(domain, &card, keys: TestCard.keys(of: domain), level: level)
        }
    }

    /// Sound commands to be mutated.
    private static func templates(_ session: borrowing OpenSession) -> [CommandAPDU] {
        let package = Package(aid: "F053454E45534348414C7E05", modules: ["F053454E45534348414C7E0501"], codeLength: 20)
        let load = (try? package.commands()) ?? []
        let selections = [
            TestCard.central, TestCard.domain, TestCard.instance, CardConfiguration.walletCompanion,
            CardConfiguration.paymentSystemEnvironment, CardConfiguration.storedValue,
        ].map { SelectCommand($0).command }
        let reads = ([0x42, 0x45, 0x66, 0x67, 0xE0, 0xC1, 0xCF, 0x9F7F, 0x2F00, 0xFF21, 0xDF70, 0xDF71] as [UInt16])
            .map { GetDataCommand($0).command }
        let channels = [
            ManageChannelCommand.open(channel: nil), .open(channel: 2), .close(channel: 1), .close(channel: 2),
        ].map(\.command)
        let status = GetStatusCommand.Subset.allCases.flatMap { subset in
            [GetStatusCommand(subset).command, GetStatusCommand(subset, isContinuation: true).command]
        }
        let installs = [
            TestCard.createDomain("F053454E4501"), TestCard.instantiate("F053454E4502"),
            InstallCommand.forMakeSelectable(.init(application: "F053454E4502")).command,
            InstallCommand.forExtradition(.init(securityDomain: TestCard.domain, object: "F053454E4502")).command,
            InstallCommand.forExtradition(.init(securityDomain: TestCard.central, object: TestCard.instance)).command,
            InstallCommand.forRegistryUpdate(.init(application: TestCard.domain, privileges: .securityDomain)).command,
        ]
        let states = [
            SetStatusCommand.lock(TestCard.instance), .unlock(TestCard.instance), .lock(TestCard.domain),
            .unlock(TestCard.domain), .card(.cardLocked), .card(.secured), .card(.terminated),
            .securityDomainAndApplications(TestCard.domain, state: 0x80),
        ].map(\.command)
        let deletions = [
            DeleteCommand.object("F053454E4502", withRelated: false), .object("F053454E4501", withRelated: true),
            .object(package.aid, withRelated: true), .object(TestCard.domain, withRelated: true),
            .key(identifier: nil, version: 2), .key(identifier: 1, version: 1),
        ].map(\.command)
        let keys = [
            session.putKey(TestCard.providerKeys, version: 2),
            session.putKey(TestCard.centralKeys, version: 1, replacing: 1),
        ]
        let handshake = [
            InitializeUpdateCommand(keyVersion: nil, hostChallenge: [1, 2, 3, 4, 5, 6, 7, 8]).command,
            ExternalAuthenticateCommand(securityLevel: 0x33, cryptogramAndMAC: [UInt8](repeating: 5, count: 16))
                .command,
        ]
        let own = StoreDataCommand(data: [0x42, 2, 1, 2], blockNumber: 0, isLastBlock: true, structure: .berTLV).command
        return selections + reads + channels + status + installs + states + deletions + keys + handshake + load + [own]
            + TestCard.personalize(TestCard.instance)
    }
}
