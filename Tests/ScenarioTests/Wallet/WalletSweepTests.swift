import CardLink
import EMV
import GlobalPlatform
import ISO7816
import MobileDevice
import SecureElement
import Synchronization
import Terminal
import Testing
import Wallet

/// A card is bound on one telephone and moved to another, cut at every command of the wallet's scripts and around every
/// commit of its store; afterwards it is paid with.
///
/// A card record's own scripts (put and delete, on the old telephone and the new) are cut in every phase of every command,
/// each phase for one victim, which turns from command to command. Left out, because the main road's sweep has all nine
/// for scripts of their kind: of those that make the universal instances every command is cut in one phase on the old
/// telephone, and every third in one phase on the new one, phase and victim turning. The second instance of the new
/// telephone is not cut, and no run is cut twice.
@Suite("No interruption makes a card pay twice, or not at all", .serialized)
struct WalletSweepTests {
    @Test("a card that is bound and moved pays on one telephone, wherever a script is cut (MIGR-02, UPD-07)")
    func sweepScripts() async throws {
        let counts = try await Self.run(.none).counts
        let cuts = Self.interruptions(counts)
        let struck = try await Self.runAll(cuts)
        #expect(counts.put >= 5 && counts.delete >= 5, "\(counts)")
        #expect(struck == cuts.count)
        print("swept \(cuts.count) cut points (\(struck) struck) of a card's binding and migration")
    }

    @Test("a card that is bound and moved pays on one telephone, wherever the wallet's server dies (MIGR-02)")
    func sweepCommits() async throws {
        let counts = try await Self.run(.none).counts
        let cuts = WatchedWalletStore.Moment.allCases.flatMap { moment in
            (0..<counts.commits).map { WalletWorld.Interruption.commit($0, moment) }
        }
        let struck = try await Self.runAll(cuts)
        #expect(counts.commits >= 12)
        #expect(struck == cuts.count)
        print("swept \(cuts.count) commits (\(struck) struck) of a card's binding and migration")
    }

    // MARK: - Where to cut

    /// Commands of an uncut run.
    private struct Counts {
        /// That make both universal instances of the old telephone.
        var preparation = 0
        /// That put the card record.
        var put = 0
        /// That delete it from the old telephone.
        var delete = 0
        /// That make the first universal instance of the new telephone and put the record.
        var arrival = 0
        /// Of the wallet's store.
        var commits = 0
    }

    private static func interruptions(_ counts: Counts) -> [WalletWorld.Interruption] {
        let record = counts.preparation..<counts.preparation + counts.put + counts.delete
        let arrivalOfRecord = counts.arrival - counts.put..<counts.arrival
        return (0..<record.lowerBound).map { .old(one(apdu: $0, turn: $0)) } + turning(record).map { .old($0) }
            + stride(from: 0, to: arrivalOfRecord.lowerBound, by: 3).map { .new(one(apdu: $0, turn: $0 / 3)) }
            + turning(arrivalOfRecord).map { .new($0) }
    }

    /// Every phase of every command, the victim turning.
    private static func turning(_ apdus: Range<Int>) -> [Cut] {
        let victims = Cut.Victim.allCases
        return apdus.flatMap { apdu in
            Cut.Phase.allCases.enumerated().map { index, phase in
                Cut(victim: victims[(apdu + index) % victims.count], phase: phase, apdu: apdu)
            }
        }
    }

    /// One of the nine cuts of a command; nine turns have them all.
    private static func one(apdu: Int, turn: Int) -> Cut {
        let (victims, phases) = (Cut.Victim.allCases, Cut.Phase.allCases)
        return Cut(
            victim: victims[turn % victims.count], phase: phases[turn / victims.count % phases.count], apdu: apdu)
    }

    // MARK: - Running

    /// Worlds that run at the same time; each waits more than it computes.
    private static let workers = 8

    /// - Returns: how many of the interruptions came to pass.
    private static func runAll(_ interruptions: [WalletWorld.Interruption]) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            var waiting = interruptions[...]
            var struck = 0
            func startNext() {
                guard let interruption = waiting.popFirst() else { return }
                group.addTask {
                    try await run(interruption).hasStruck
                }
            }
            for _ in 0..<workers { startNext() }
            while let hasStruck = try await group.next() {
                struck += hasStruck ? 1 : 0
                startNext()
            }
            return struck
        }
    }

    private static func run(_ interruption: WalletWorld.Interruption) async throws -> (counts: Counts, hasStruck: Bool)
    {
        let world = try await WalletWorld(interruption)
        var counts = Counts()
        do {
            counts = try await tell(world, "\(interruption)")
        } catch {
            Issue.record("\(interruption): \(error)")
        }
        await world.tearDown()
        return (counts, world.hasStruck(interruption))
    }

    /// Binds, pays, moves, pays; and looks at everything.
    private static func tell(_ world: WalletWorld, _ place: Comment) async throws -> Counts {
        var counts = Counts()
        let watch = PayingWatch(world)
        _ = try await world.insisting { try await $0.prepareSecureElement(world.request(on: world.old)) }
        counts.preparation = world.world.guillotine.apdus
        try await world.bind()
        counts.put = world.world.guillotine.apdus - counts.preparation
        #expect(try await world.paying().count == 2, place)
        let till = WalletTill(world: world)
        let before = try await WalletTill.tap(world.oldCard)
        #expect(try await till.authorize(before).isApproved, place)
        // A payment begun on the old telephone that comes in when the card has moved.
        let late = try await WalletTill.tap(world.oldCard)
        try await world.move()
        counts.delete = world.world.guillotine.apdus - counts.preparation - counts.put
        counts.arrival = world.newGuillotine.apdus
        counts.commits = world.store.commits
        _ = try await world.insisting { try await $0.prepareSecureElement(world.request(on: world.new)) }
        #expect(watch.violations.isEmpty, "\(place): \(watch.violations)")
        try await check(world, late, after: before, place)
        return counts
    }

    private static func check(
        _ world: WalletWorld, _ late: AuthorizationData, after before: AuthorizationData, _ place: Comment
    ) async throws {
        let till = WalletTill(world: world)
        #expect(late.transactionCounter > before.transactionCounter, place)
        #expect(try await till.authorize(late) == .declined(actionCode: "05"), "the old card pays no more: \(place)")
        // The old telephone has nothing left to pay with.
        #expect(try await WalletSecureElement(world.oldCard).cards().isEmpty, place)
        await #expect(throws: TerminalError.noApplication, place) { _ = try await WalletTill.tap(world.oldCard) }
        // The new one has the record as the store has it, and pays with the tokens that are active, each once.
        let records = try await WalletSecureElement(world.newCard).cards()
        let record = try #require(records.first, place)
        #expect(records.count == 1 && record.functions == [.nfc, .qr], place)
        let done = try await world.desk.synchronize(nil, world.request(on: world.new))
        #expect(done.restored.isEmpty && done.removed.isEmpty, place)
        let tap = try await WalletTill.tap(world.newCard)
        let scan = try await WalletTill.scan(record, of: world.newCard)
        let paying = try await world.paying()
        #expect(Set(paying.map(\.device)) == [world.new.id], place)
        #expect(
            Dictionary(uniqueKeysWithValues: paying.map { ($0.function, $0.number.digits) })
                == [.nfc: tap.number.revealed(), .qr: scan.number.revealed()], place)
        #expect(scan.transactionCounter > tap.transactionCounter, place)
        for data in [tap, scan] {
            #expect(try await till.authorize(data).isApproved, place)
            #expect(try await till.authorize(data) == .declined(actionCode: "05"), "replayed: \(place)")
        }
        #expect(world.issuer.bindings.map(\.secureElement) == [world.new.secureElement], place)
        for card in [world.oldCard, world.newCard] { try await checkInstances(of: card, place) }
        #expect(try await world.world.isSettled, place)
    }

    /// Two universal instances and no more; the one that no card was bound to shows how often one is personalized.
    private static func checkInstances(of card: InProcessCard<SecureElement>, _ place: Comment) async throws {
        var card = await card.card
        card.reset()
        let all = card.inventory.applications.filter { !$0.isSecurityDomain && $0.aid.hasPrefix(World.universalPrefix) }
        #expect(all.map { $0.aid.bytes[World.universalPrefix.count] }.sorted() == [1, 2], place)
        #expect(card.inventory.applications.count(where: { $0.aid.hasPrefix(World.universalPrefix) }) == 2, place)
        _ = card.process(SelectCommand(PrepersonalizationNames.securityDomain).command)
        let answer = card.process(GetDataCommand(0xDF70).command)
        let entries = try BERTLV.sequence(try BERTLV(bytes: answer.data).value).dropFirst()
        #expect(entries.count == 2, place)
        for entry in entries {
            let fields = try entry.children()
            #expect(fields[0x81 as BERTag] == [0x01], "complete: \(place)")
            guard fields[0x4F as BERTag]?[World.universalPrefix.count] == 2 else { continue }
            #expect(fields[0x82 as BERTag] == [0x00, 0x01], "personalized once: \(place)")
        }
    }
}

/// Looks after every commit how many credentials pay: none before the card is bound, one ever after.
private final class PayingWatch: Sendable {
    private let state = Mutex<(hasPaid: Bool, violations: [String])>((false, []))

    init(_ world: WalletWorld) {
        world.store.afterCommit { [weak world, state = self] in
            guard let world, let paying = try? await world.paying(.nfc) else { return state.note("unreadable") }
            state.saw(paying.count, after: world.store.commits)
        }
    }

    var violations: [String] { state.withLock(\.violations) }

    private func note(_ violation: String) { state.withLock { $0.violations.append(violation) } }

    private func saw(_ count: Int, after commit: Int) {
        state.withLock { state in
            if count == 1 { state.hasPaid = true }
            if count > 1 || count == 0 && state.hasPaid {
                state.violations.append("\(count) pay after commit \(commit)")
            }
        }
    }
}
