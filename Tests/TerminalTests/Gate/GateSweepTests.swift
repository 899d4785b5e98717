import CardTesting
import ElectronicPurse
import ISO7816
import Terminal
import Testing

/// The card is taken away before and after every command, once and again and again, in the purchase and in every recovery
/// of it; the terminal dies before and after every write of its journal; and other things happen meanwhile.
@Suite("No interruption at a gate loses or doubles money")
struct GateSweepTests {
    /// A purchase, one that writes a record, and an entry that costs nothing and writes one.
    private static let fares = [
        GateFare(200), GateFare(composite: 350, writing: [CompositeRecord(number: 2, data: record)]),
        GateFare(composite: 0, writing: [CompositeRecord(number: 2, data: record)]),
    ]
    private static let record = [UInt8](repeating: 0x5A, count: 48)
    /// A recovery that debits again: SELECT, READ BINARY, GET BALANCE, two records, PROVE, INITIALIZE, cache, DEBIT; one
    /// more that is never reached.
    private static let commandsMax = 10

    private static var everywhere: [PurseCard.Removal] {
        (0..<commandsMax).flatMap { index in
            PurseCard.Removal.Moment.allCases.map { PurseCard.Removal(index: index, moment: $0) }
        }
    }

    private static func atDebit(_ fare: GateFare) -> [PurseCard.Removal] {
        PurseCard.Removal.Moment.allCases.map { .init(index: fare.isComposite ? 4 : 3, moment: $0) }
    }

    /// Plays stories, two at a time.
    private func play(_ stories: [GateStory]) async throws -> [GateStory.Ending] {
        try await withThrowingTaskGroup(of: (Int, GateStory.Ending).self) { group in
            var endings = [GateStory.Ending](repeating: .init(), count: stories.count)
            var next = 0
            func start() {
                guard next < stories.count else { return }
                let (index, story) = (next, stories[next])
                next += 1
                group.addTask { (index, try await story.play()) }
            }
            for _ in 0..<4 { start() }
            while let (index, ending) = try await group.next() {
                endings[index] = ending
                start()
            }
            return endings
        }
    }

    @Test("taken away before and after every command, once, twice and three times: paid once, and open (FLASH-10)")
    func removals() async throws {
        var stories: [GateStory] = []
        for fare in Self.fares {
            stories += Self.everywhere.map { GateStory(fare: fare, removals: [$0]) }
            for first in Self.everywhere {
                stories += Self.everywhere.map { GateStory(fare: fare, removals: [first, $0]) }
            }
            for first in Self.atDebit(fare) {
                for second in Self.everywhere {
                    stories += Self.everywhere.map { GateStory(fare: fare, removals: [first, second, $0]) }
                }
            }
        }
        let endings = try await play(stories)
        for (story, ending) in zip(stories, endings) {
            #expect(ending.isOpened && ending.purchases == 1 && !ending.isGrey, "\(story): \(ending)")
        }
        print("swept \(stories.count) removals of a card from a gate")
    }

    @Test(
        "the terminal dies before and after every write, with the card taken away too: paid once, and open (FLASH-08)")
    func powerFailures() async throws {
        var stories: [GateStory] = []
        for fare in Self.fares {
            let removals =
                [[]] + Self.atDebit(fare).map { [$0] }
                + Self.atDebit(fare).map { [$0, .init(index: 5, moment: .after)] }
            for removals in removals {
                let uncut = GateStory(fare: fare, removals: removals)
                let writes = try await uncut.play().writes
                for first in Self.failures(writes) {
                    stories.append(GateStory(fare: fare, removals: removals, failures: [first]))
                    for second in Self.failures(3) {
                        stories.append(GateStory(fare: fare, removals: removals, failures: [first, second]))
                    }
                }
            }
        }
        let endings = try await play(stories)
        for (story, ending) in zip(stories, endings) {
            #expect(ending.isOpened && ending.purchases == 1 && !ending.isGrey, "\(story): \(ending)")
        }
        print("swept \(stories.count) power failures of a gate")
    }

    private static func failures(_ writes: Int) -> [MemoryJournal.Failure] {
        (0..<writes).flatMap { write in [false, true].map { MemoryJournal.Failure(write: write, isWritten: $0) } }
    }

    @Test("other cards, loads of the same amount, equal fares and purchases elsewhere in between (FLASH-05, FLASH-06)")
    func meanwhile() async throws {
        var stories: [GateStory] = []
        for fare in Self.fares {
            for meanwhile in GateStory.Meanwhile.allCases {
                for isSecondFare in [false, true] {
                    for first in Self.everywhere {
                        stories.append(
                            GateStory(
                                fare: fare, removals: [first], meanwhile: meanwhile, isSecondFare: isSecondFare))
                    }
                    for first in Self.atDebit(fare) {
                        stories += Self.everywhere.map { second in
                            GateStory(
                                fare: fare, removals: [first, second], meanwhile: meanwhile,
                                isSecondFare: isSecondFare)
                        }
                    }
                }
            }
        }
        let endings = try await play(stories)
        var grey = 0
        for (story, ending) in zip(stories, endings) {
            grey += ending.isGrey ? 1 : 0
            // Only purchases elsewhere can leave it open whether this one was paid.
            let canBeGrey = [.sameFareElsewhere, .logOverrun].contains(story.meanwhile)
            #expect(ending.isOpened && ending.purchases == 1 || canBeGrey && ending.isGrey, "\(story): \(ending)")
        }
        #expect(grey > 0)
        print("swept \(stories.count) removals with something in between, \(grey) of them grey")
    }

    @Test("random stories: the money that moves is nothing or the fare, and the gate agrees (FLASH-10)")
    func random() async throws {
        let seed: UInt64 = 20_261_127
        let random = SeededRandomSource(seed: seed)
        func dice(_ count: Int) -> Int {
            let bytes = random.bytes(4)
            return (Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])) % count
        }
        let stories = (0..<600).map { _ in
            var story = GateStory(fare: Self.fares[dice(Self.fares.count)])
            story.removals = (0..<dice(5)).map { _ in Self.everywhere[dice(Self.everywhere.count)] }
            story.failures = (0..<dice(3)).map { _ in .init(write: dice(5), isWritten: dice(2) == 0) }
            story.meanwhile = GateStory.Meanwhile.allCases[dice(GateStory.Meanwhile.allCases.count)]
            story.isSecondFare = dice(4) == 0
            return story
        }
        let endings = try await play(stories)
        let opened = endings.count(where: \.isOpened)
        let grey = endings.count(where: \.isGrey)
        #expect(opened + grey == stories.count, "seed \(seed)")
        print("played \(stories.count) random stories at a gate (seed \(seed)): \(opened) opened, \(grey) grey")
    }
}
