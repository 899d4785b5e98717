import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

/// Drives a card and a ``NaiveRegistry`` through the same steps, and takes the power away in between.
struct RegistryDriver: ~Copyable {
    private let random: Dice
    private let seed: UInt64
    private var card: TestCard
    /// What survives the power.
    private var disk: [UInt8]
    private var model: NaiveRegistry
    private var session: OpenSession?
    private var actor: AID
    private var history: [String] = []
    private(set) var tally = Tally()

    /// What has been done, to be asserted: a driver that is always refused shows nothing.
    struct Tally {
        var sequences = 0
        var commands = 0
        var refusals = 0
        var openings = 0
        var closedDoors = 0
        var accepted: [String: Int] = [:]
        var cuts: [CutCard.Cut.Moment: Int] = [:]
        /// Cuts after which the card had done the step.
        var cutsFoundAfter = 0

        mutating func add(_ other: Tally) {
            sequences += other.sequences
            commands += other.commands
            refusals += other.refusals
            openings += other.openings
            closedDoors += other.closedDoors
            accepted.merge(other.accepted) { $0 + $1 }
            cuts.merge(other.cuts) { $0 + $1 }
            cutsFoundAfter += other.cutsFoundAfter
        }
    }

    init(_ configuration: CardConfiguration, seed: UInt64) throws {
        self.seed = seed
        random = Dice(seed)
        card = try TestCard(configuration)
        disk = card.element.persistentState
        model = NaiveRegistry(card.element.memory)
        actor = model.issuer
        tally.sequences = 1
    }

    /// One sequence of steps.
    ///
    /// - Returns: what was done, up to the first disagreement, which is recorded with the seed and the way there.
    mutating func run(steps: Int) throws -> Tally {
        for _ in 0..<steps {
            guard try open() else { continue }
            guard try take(step()) else { break }
        }
        return tally
    }

    // MARK: Steps

    /// A session with the security domain that acts next, when the model says that there can be one.
    private mutating func open() throws -> Bool {
        let isChanging = random(6) == 0
        guard session == nil || isChanging else { return true }
        session = nil
        actor = random(2) == 0 ? Names.manager(model) : random.choice(of: Names.domains)
        let keys = model.openingKeys(actor)
        let level = SecurityLevel.allCases[1 + random(5)]
        session = try? OpenSession(actor, &card, keys: keys ?? TestCard.centralKeys, level: level)
        save()
        if session != nil { tally.openings += 1 } else { tally.closedDoors += 1 }
        history.append("\(actor) at \(level)")
        expect((session != nil) == (keys != nil), "\(actor) opens a session: \(session != nil)")
        return session != nil
    }

    /// Asks card and model alike.
    ///
    /// - Returns: whether they agree.
    private mutating func take(_ step: RegistryStep) throws -> Bool {
        history.append("\(step)")
        let before = model
        let isAccepted = model.accepts(step, by: actor)
        guard let commands = try session?.commands(step) else { return false }
        let cut = random(4) == 0 ? (random(commands.count), random.choice(of: CutCard.Cut.Moment.allCases)) : nil
        for (index, command) in commands.enumerated() {
            if let cut, cut.0 == index {
                let isLast = index == commands.count - 1
                try lose(power: cut.1, during: command)
                if !(isLast && cut.1 == .afterWrite) { model = before }
                if before != model { tally.cutsFoundAfter += 1 }
                history.append("\(cut.1) of command \(index)")
                return agree(step)
            }
            let response = try send(command)
            guard !response.statusWord.isRefusal else {
                // A load that is refused at a block has been refused.
                expect(!isAccepted, "the model accepts \(step), the card says \(response.statusWord)")
                return agree(step) && !isAccepted
            }
        }
        expect(isAccepted, "the model refuses \(step), the card does it")
        // A session ends with its keys.
        if case .deleteKeys = step { session = nil }
        tally.accepted[step.kind, default: 0] += 1
        return agree(step) && isAccepted
    }

    private mutating func send(_ command: CommandAPDU) throws -> ResponseAPDU {
        tally.commands += 1
        let before = card.element
        let response = try session?.send(command, &card)
        let isRefused = response?.statusWord.isRefusal ?? true
        if isRefused {
            tally.refusals += 1
            expect(card.element.memory == before.memory, "\(command) was refused and changed something")
            expect(card.element.persistentRevision == before.persistentRevision, "\(command) was refused and announced")
        }
        save()
        return try #require(response)
    }

    // MARK: Power

    /// What the card's owner does before the response is released.
    private mutating func save() { disk = card.element.persistentState }

    private mutating func lose(power cut: CutCard.Cut.Moment, during command: CommandAPDU) throws {
        tally.commands += 1
        tally.cuts[cut, default: 0] += 1
        if cut != .beforeExecution, let wrapped = try session?.wrap(command) {
            _ = card.transmit(wrapped)
            if cut == .afterWrite { save() }
        }
        session = nil
        card.element = try SecureElement(persistentState: disk, random: SeededRandomSource(seed: seed))
    }

    // MARK: Judgement

    private func agree(_ step: RegistryStep) -> Bool {
        let found = NaiveRegistry(card.element.memory)
        expect(found == model, "after \(step): \(difference(found))")
        return found == model
    }

    private func difference(_ found: NaiveRegistry) -> String {
        let names = Set(found.objects.keys).union(model.objects.keys).filter { found.objects[$0] != model.objects[$0] }
        return names.map { name in
            "\(name) is \(found.objects[name].map { "\($0)" } ?? "absent"), expected "
                + "\(model.objects[name].map { "\($0)" } ?? "absent")"
        }.joined(separator: "; ") + (found.isCardLocked == model.isCardLocked ? "" : "; the card's lock")
    }

    private func expect(_ condition: Bool, _ what: String) {
        guard !condition else { return }
        Issue.record("\(model.figure), seed \(seed): \(what)\n\(history.suffix(12).joined(separator: "\n"))")
    }
}

// MARK: - Chance

extension RegistryDriver {
    enum Names {
        static let domains: [AID] = [
            TestCard.domain, TestCard.otherDomain, "F053454E45534348414C53440003", TestCard.central,
            CardConfiguration.managingCentralSecurityDomain, CardConfiguration.mobileNetworkSecurityDomain,
            CardConfiguration.thirdPartySecurityDomain, CardConfiguration.controllingAuthoritySecurityDomain,
        ]
        static let applications: [AID] = [
            TestCard.instance, TestCard.otherInstance, "F053454E45534348414C50410003",
        ]
        static let others: [AID] = [
            CardConfiguration.walletCompanion, BuiltInModule.paymentPackage, Package.Name.one.aid,
            Package.Name.two.aid, "F053450001",
        ]
        static let versions: [KeyVersionNumber] = [0x01, 0x30, 0x31, 0x32]
        static let keys = [0x10, 0x20, 0x30].map { TestCard.keySet($0) }
        static let tags: [BERTag] = [0x42, 0x45, 0x5F20, 0x5F50, 0x9F66, 0x50]

        /// Whoever does most of the work on a card of this figure.
        static func manager(_ model: NaiveRegistry) -> AID {
            let central = CardConfiguration.managingCentralSecurityDomain
            return model.objects[central] == nil ? TestCard.central : central
        }
    }

    /// Any name; more often than not, of something that is there and that matters.
    private func name(where matters: (NaiveRegistry.Object) -> Bool = { _ in true }) -> AID {
        let there = model.objects.filter { $0.value.kind != .companion && matters($0.value) }.map(\.key)
            .filter { model.isBelow($0, actor) }
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        guard there.isEmpty || random(3) == 0 else { return random.choice(of: there) }
        return random.choice(of: random(6) == 0 ? Names.others : random(2) == 0 ? Names.domains : Names.applications)
    }

    private func privileges() -> Privileges {
        var privileges: Privileges = random(12) == 0 ? [] : .securityDomain
        let further: [Privileges] = [
            .dapVerification, .trustedPath, .authorizedManagement, .delegatedManagement, .cardLock, .globalService,
        ]
        if random(3) == 0 { privileges.formUnion(random.choice(of: further)) }
        return privileges
    }

    private func step() -> RegistryStep {
        // A locked card is soon unlocked again, or there would be nothing else to see.
        if model.isCardLocked, random(2) == 0 { return .unlockCard }
        let version = random.choice(of: Names.versions)
        switch random(26) {
        case 0, 1: return .load(random.choice(of: [.one, .two]), into: random(2) == 0 ? nil : name())
        case 2, 3, 4:
            return .install(
                random.choice(of: Names.applications), from: random.choice(of: Package.Name.allCases),
                isSelectable: random(2) == 0)
        case 5, 6, 7:
            return .createDomain(
                random.choice(of: Array(Names.domains.prefix(3))), privileges(), isSelectable: random(4) != 0)
        case 8, 9: return .makeSelectable(name { $0.state == 0x03 && $0.kind == .application })
        case 10, 11, 12: return .extradite(name(), to: random.choice(of: Names.domains))
        case 13:
            return .updateRegistry(
                name(), to: random(2) == 0 ? nil : random.choice(of: Names.domains),
                random(2) == 0 ? nil : privileges())
        case 14, 15: return .delete(name(), withRelated: random(2) == 0)
        case 16, 17: return .lock(name())
        case 18, 19: return .unlock(name { $0.locker != nil })
        case 20, 21:
            let replaced = random.choice(of: Names.versions)
            return .putKeys(random.choice(of: Names.keys), version, replacing: random(2) == 0 ? nil : replaced)
        case 22: return .deleteKeys(version)
        case 23, 24:
            return .storeData(random.choice(of: Names.tags), Array(repeating: UInt8(random(256)), count: random(40)))
        default: return .lockCard
        }
    }
}

extension OpenSession {
    fileprivate borrowing func commands(_ step: RegistryStep) throws -> [CommandAPDU] { try step.commands(self) }
}

extension Dice {
    func choice<Element>(of elements: [Element]) -> Element { elements[self(elements.count)] }
}
