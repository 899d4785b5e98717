import GlobalPlatform
import ISO7816
import Testing

@testable import TrustedServiceManager

@Suite("The card, read afterwards, tells whether a torn command took effect")
struct TornCommandTests {
    private static let putKey = CommandAPDU(0x80, 0xD8, 0x30, 0x81, data: [0x31])
    private static let deleteKey = DeleteCommand.key(identifier: nil, version: 0x30).command
    private static let personalize = InstallCommand.forPersonalization(application: Card.instance).command
    private static let install = InstallCommand.forInstall(
        .init(executableLoadFile: Card.package, executableModule: Card.package, application: Card.instance)
    ).command
    private static let extradite = InstallCommand.forExtradition(
        .init(securityDomain: Card.domain, object: Card.instance)
    ).command
    private static let makeSelectable = InstallCommand.forMakeSelectable(.init(application: Card.instance)).command
    private static func store(_ number: UInt8, isLast: Bool = false) -> CommandAPDU {
        StoreDataCommand(data: [1], blockNumber: number, isLastBlock: isLast).command
    }

    /// The command at the end of `commands` is torn.
    private func tookEffect(_ commands: CommandAPDU..., on card: Card) throws -> Bool {
        let leg = LegResult(
            part: .script, commands: commands, answers: commands.dropLast().map { _ in ResponseAPDU(.success) },
            ending: .torn(index: commands.count - 1))
        return TornCommand(try card.conclusion(leg), leg: leg, index: commands.count - 1).tookEffect
    }

    // MARK: Keys

    @Test("PUT KEY did when there is another version, and did not when the versions are as before")
    func putKeyByVersion() throws {
        #expect(try tookEffect(Self.putKey, on: Card(keyVersions: [0x31])))
        #expect(try tookEffect(Self.putKey, on: Card(keyVersions: [0x30, 0x31])))
        #expect(try !tookEffect(Self.putKey, on: Card()))
        #expect(try !tookEffect(Self.putKey, on: Card(domainIsPresent: false)))
        #expect(try tookEffect(Self.deleteKey, on: Card(keyVersions: [])))
        #expect(try !tookEffect(Self.deleteKey, on: Card()))
    }

    @Test("a replacement under the same version is told by the counter that started again")
    func putKeyByCounter() throws {
        #expect(try tookEffect(Self.putKey, on: Card(counterBefore: 5, counter: 0)))
        #expect(try !tookEffect(Self.putKey, on: Card(counterBefore: 5, counter: 6)))
        let authenticate = CommandAPDU(0x84, 0x82, 0x33, 0x00, data: [UInt8](repeating: 0, count: 16))
        #expect(
            try tookEffect(authenticate, Self.putKey, on: Card(counterBefore: 0, counter: 0)),
            "a session had been opened, so the counter was beyond 0")
        #expect(try !tookEffect(Self.putKey, on: Card(counterBefore: 0, counter: 0)))
    }

    @Test("the counter of a card with random challenges never moves, and proves nothing")
    func putKeyWithoutCounter() throws {
        let authenticate = CommandAPDU(0x84, 0x82, 0x33, 0x00, data: [UInt8](repeating: 0, count: 16))
        #expect(try !tookEffect(authenticate, Self.putKey, on: Card(implementation: 0x60, counter: 0)))
        #expect(
            try tookEffect(
                authenticate, Self.putKey, on: Card(implementation: 0x60, keyVersions: [0x31], counter: 0)))
    }

    @Test("a torn rotation changes custody when it took effect, and only then")
    func custody() throws {
        let leg = LegResult(part: .rotation, commands: [Self.putKey], answers: [], ending: .torn(index: 0))
        #expect(try Card().conclusion(leg).custody == .temporary(Card.temporaryKeys))
        #expect(try Card(keyVersions: [0x31]).conclusion(leg).custody == .provider(keyVersionNumber: 0x31))
        #expect(
            try Card(counterBefore: 5, counter: 0).conclusion(leg).custody == .provider(keyVersionNumber: 0x30),
            "a provider may keep the version number")
        #expect(try Card(keyVersions: []).conclusion(leg).custody == .central)
    }

    // MARK: Personalization

    @Test("STORE DATA did when the card has accepted one block more than were answered")
    func storeData() throws {
        #expect(
            try tookEffect(Self.personalize, Self.store(0), Self.store(1), on: Card(blocks: 2)))
        #expect(
            try !tookEffect(Self.personalize, Self.store(0), Self.store(1), on: Card(blocks: 1)))
        #expect(
            try !tookEffect(Self.personalize, Self.store(0), Self.store(1), on: Card(blocks: 3)))
        #expect(try !tookEffect(Self.personalize, Self.store(0), on: Card(instanceIsPresent: false)))
        #expect(try !tookEffect(Self.personalize, on: Card(blocks: 0)), "INSTALL [for personalization] leaves nothing")
    }

    @Test("only the STORE DATAs after the last INSTALL [for personalization] count")
    func storeDataAfterSecondBeginning() throws {
        #expect(
            try tookEffect(
                Self.personalize, Self.store(0), Self.personalize, Self.store(0), on: Card(blocks: 1)))
        #expect(
            try !tookEffect(
                Self.personalize, Self.store(0), Self.personalize, Self.store(0), on: Card(blocks: 2)))
    }

    @Test("of a lost script the blocks that the card has are claimed; never when the service was personalized before")
    func lostPersonalization() throws {
        let leg = LegResult(
            part: .script, commands: [Self.personalize, Self.store(0), Self.store(1, isLast: true)], answers: [],
            ending: .lost)
        func outcome(_ card: Card) throws -> ScriptOutcome { try card.conclusion(leg).outcome(of: [.script]) }
        let whole = try outcome(Card(blocks: 2, isComplete: true))
        #expect(whole.verdict == .completed)
        #expect(whole.responses.map(\.statusWord) == [nil, nil, nil])
        let half = try outcome(Card(blocks: 1))
        #expect(half.verdict == .stopped)
        #expect(half.responses.map(\.index) == [0, 1])
        #expect(half.unattempted == [2])
        let nothing = try outcome(Card(blocks: 0))
        #expect(nothing.responses.isEmpty)
        #expect(nothing.unattempted == [0, 1, 2])
        for status in [ServiceStatus.personalized, .active, .locked] {
            let again = try outcome(Card(status: status, blocks: 2, isComplete: true))
            #expect(again.verdict == .stopped, "these may be the blocks of the personalization before")
            #expect(again.unattempted == [0, 1, 2])
        }
    }

    // MARK: Content and states

    @Test("INSTALL [for install] did when the instance is there, extradition when it is under the SP SD")
    func install() throws {
        let absent = Card(status: nil, instanceIsPresent: false)
        #expect(try !tookEffect(Self.install, on: absent))
        #expect(try tookEffect(Self.install, on: Card(status: nil, isExtradited: false)))
        #expect(try !tookEffect(Self.extradite, on: Card(isExtradited: false)))
        #expect(try tookEffect(Self.extradite, on: Card()))
    }

    @Test("INSTALL [for make selectable] did when the instance can be selected")
    func makeSelectable() throws {
        #expect(try tookEffect(Self.makeSelectable, on: Card(isSelectable: true)))
        #expect(try !tookEffect(Self.makeSelectable, on: Card(isSelectable: false)))
    }

    @Test("SET STATUS did when the application is in the state that it asks for, and was not before")
    func setStatus() throws {
        let (lock, unlock) = (
            SetStatusCommand.lock(Card.instance).command, SetStatusCommand.unlock(Card.instance).command
        )
        for status in [ServiceStatus.active, .personalized, .prePersonalized] {
            #expect(try tookEffect(lock, on: Card(status: status, isLocked: true)))
            #expect(try !tookEffect(lock, on: Card(status: status, isLocked: false)))
        }
        #expect(try !tookEffect(lock, on: Card(status: .locked, isLocked: true)))
        #expect(try tookEffect(unlock, on: Card(status: .locked, isLocked: false)))
        #expect(try !tookEffect(unlock, on: Card(status: .locked, isLocked: true)))
    }

    @Test("SELECT, GET DATA, GET STATUS and the opening of a session leave nothing behind")
    func readings() throws {
        for command in [
            SelectCommand(Card.domain).command, CommandAPDU(0x80, 0xCA, 0x00, 0xE0, expectedLength: 256),
            CommandAPDU(0x80, 0xF2, 0x40, 0x02, data: [0x4F, 0x00], expectedLength: 256),
            CommandAPDU(0x80, 0x50, 0x30, 0x00, data: [1, 2, 3, 4, 5, 6, 7, 8], expectedLength: 256),
        ] {
            #expect(try !tookEffect(command, on: Card(keyVersions: [0x31], blocks: 1)))
        }
    }
}

@Suite("What a reading means for the directory")
struct ConclusionTests {
    private func status(_ card: Card) throws -> ServiceStatus? {
        let leg = LegResult(part: .script, commands: [], answers: [], ending: .complete)
        for change in try card.conclusion(leg).changes() {
            if case .putServiceInstance(let record) = change { return record.status }
            if case .deleteServiceInstance = change { return .deleted }
        }
        return nil
    }

    @Test("the status is what the card says, not what was asked for")
    func statuses() throws {
        #expect(try status(Card()) == .prePersonalized)
        #expect(try status(Card(keyVersions: [0x31])) == .keysRotated)
        #expect(try status(Card(blocks: 2, isComplete: true)) == .personalized)
        #expect(try status(Card(blocks: 2)) == .prePersonalized)
        #expect(try status(Card(isSelectable: true)) == .active)
        #expect(try status(Card(isLocked: true)) == .locked)
        #expect(try status(Card(isExtradited: false)) == .absent, "it is still under the central SD")
        #expect(try status(Card(instanceIsPresent: false)) == .deleted)
        #expect(try status(Card(status: nil, instanceIsPresent: false)) == nil)
    }

    @Test("a lock remembers the state before it, also when it is found locked twice")
    func statusBeforeLock() throws {
        let leg = LegResult(part: .script, commands: [], answers: [], ending: .complete)
        func before(_ card: Card) throws -> ServiceStatus? {
            for case .putServiceInstance(let record) in try card.conclusion(leg).changes() {
                return record.statusBeforeLock
            }
            return nil
        }
        #expect(try before(Card(status: .active, isLocked: true)) == .active)
        #expect(try before(Card(status: .locked, statusBeforeLock: .personalized, isLocked: true)) == .personalized)
        #expect(try before(Card(status: .locked, statusBeforeLock: .personalized, isLocked: false)) == nil)
    }

    @Test("counters are taken from the card, and a vanished SD is forgotten")
    func countersAndAbsence() throws {
        let leg = LegResult(part: .script, commands: [], answers: [], ending: .complete)
        let changes = try Card(counter: 9, centralCounter: 17).conclusion(leg).changes()
        for case .updateSecureElement(let record) in changes {
            #expect(record.centralSecurityDomain.sequenceCounter == 17)
        }
        for case .putSecurityDomain(let record) in changes { #expect(record.sequenceCounter == 9) }
        #expect(changes.count == 3)
        let gone = try Card(domainIsPresent: false).conclusion(leg).changes()
        #expect(gone.contains { if case .deleteSecurityDomain = $0 { true } else { false } })
        #expect(gone.contains { if case .deleteServiceInstance = $0 { true } else { false } })
    }
}

/// What the directory knew of a card, and what a reading found on it.
private struct Card {
    var implementation: UInt8 = 0x70
    var status: ServiceStatus? = .prePersonalized
    var statusBeforeLock: ServiceStatus?
    var counterBefore: UInt32 = 2

    var domainIsPresent = true
    var keyVersions: [UInt8] = [0x30]
    var counter: UInt32 = 3
    var centralCounter: UInt32 = 1
    var instanceIsPresent = true
    var isExtradited = true
    var blocks = 0
    var isComplete = false
    var isSelectable = false
    var isLocked = false

    static let central: AID = "A000000151000000"
    static let domain: AID = "F053454E45534348414C53440001"
    static let package: AID = "F053454E45534348414C5041"
    static let instance: AID = "F053454E45534348414C50410001"
    private static let diversification = [UInt8](repeating: 0, count: 10)
    static let temporaryKeys = KeyReference(
        masterKeyIndex: MasterKeyIndex(rawValue: 2), keyVersionNumber: 0x30, keyDiversificationData: diversification)

    func conclusion(_ leg: LegResult) throws -> Conclusion {
        let element = try SecureElementIdentifier(value: "01020304")
        let service = try ServiceIdentifier(number: 1, version: "1")
        let qualifier = try ServiceQualifier(providerName: "own", paymentReferenceNumber: "1")
        let provider = ServiceProviderID(rawValue: "own")
        let record = SecureElementRecord(
            id: element, mobileNetwork: "north", profileID: "p", type: .embedded,
            standard: StandardVersion(name: "GlobalPlatform", version: "2.3.1"), certificationLevel: 1,
            expiresAt: .max,
            centralSecurityDomain: CentralSecurityDomainRecord(
                aid: Self.central,
                keys: KeyReference(
                    masterKeyIndex: MasterKeyIndex(rawValue: 1), keyVersionNumber: 1,
                    keyDiversificationData: Self.diversification),
                sequenceCounter: 0, implementation: implementation), registeredAt: 0)
        let file = QueryModule.CardFile(
            secureElement: record,
            provider: ServiceProviderRecord(
                id: provider, name: "own", temporaryMasterKey: MasterKeyIndex(rawValue: 2), transportKey: "",
                number: 1, registeredAt: 0),
            securityDomain: SecurityDomainRecord(
                secureElement: element, provider: provider, aid: Self.domain, custody: .temporary(Self.temporaryKeys),
                sequenceCounter: counterBefore),
            instances: status.map {
                [
                    ServiceInstanceRecord(
                        secureElement: element, provider: provider, service: service, qualifier: qualifier,
                        instance: Self.instance, securityDomain: Self.domain, status: $0,
                        statusBeforeLock: statusBeforeLock)
                ]
            } ?? [])
        let plan = ScriptPlan(
            legs: [],
            reading: CardReading(
                centralSecurityDomain: Self.central, securityDomain: Self.domain, instance: Self.instance))
        var execution = Execution(
            secureElement: element, purpose: .script, mobileNetwork: "north", sealedPlan: [], createdAt: 0)
        execution.service = service
        execution.qualifier = qualifier
        return Conclusion(
            file: file, snapshot: snapshot, result: PlanResult(legs: [leg], snapshot: snapshot), plan: plan,
            execution: execution)
    }

    private var snapshot: CardSnapshot {
        let progress = PersonalizationProgress(blocksAccepted: blocks, isComplete: isComplete, isLocked: isLocked)
        func applications(_ areHere: Bool) -> [AID: PersonalizationProgress] {
            instanceIsPresent && areHere ? [Self.instance: progress] : [:]
        }
        return CardSnapshot(
            central: CardSnapshot.SecurityDomain(
                keyVersionNumbers: [], sequenceCounter: centralCounter, personalization: applications(!isExtradited)),
            securityDomain: domainIsPresent
                ? .present(
                    CardSnapshot.SecurityDomain(
                        keyVersionNumbers: keyVersions, sequenceCounter: counter,
                        personalization: applications(isExtradited))) : .absent,
            instanceIsSelectable: isSelectable)
    }
}

extension Conclusion {
    fileprivate var custody: SecurityDomainRecord.Custody? {
        for case .putSecurityDomain(let record) in changes() { return record.custody }
        return nil
    }
}
