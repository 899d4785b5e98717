import CardLink
import CardManagement
import GlobalPlatform
import ISO7816
import SecureElement
import Testing

@Suite("An installation that is cut off")
struct InstallationCutTests {
    /// Where the power fails: before each command and after it.
    private static func cuts(_ count: Int) -> [PowerCut] {
        (0..<count).flatMap { index in PowerCut.Moment.allCases.map { PowerCut($0, commandsBefore: index) } }
    }

    /// How many commands an installation takes that nothing disturbs.
    private static func commandCount(_ plan: InstallationPlan, on card: BenchCard) async throws -> Int {
        _ = try await card.manager().install(plan)
        return card.commands.count
    }

    @Test("continues by itself at every command, before and after it, and ends as if nothing had been")
    func continues() async throws {
        let plan = try Packages.plan()
        let undisturbed = BenchCard()
        let count = try await Self.commandCount(plan, on: undisturbed)
        let expected = try await InstallationTests.registry(undisturbed)
        var cutCount = 0
        for cut in Self.cuts(count) {
            let card = BenchCard()
            let journal = MemoryJournal()
            await card.card.cutPower(cut)
            let outcome = try await card.manager(journal: journal).install(plan)
            #expect(outcome.reconnections == 1, "\(cut)")
            let registry = try await InstallationTests.registry(card)
            #expect(registry == expected, "\(cut)")
            #expect(try await journal.keys().isEmpty, "\(cut)")
            cutCount += 1
        }
        #expect(count >= 20)
        #expect(cutCount == 2 * count)
    }

    @Test("is taken up by a later call, or rolled back to what was before, whatever the command")
    func laterCall() async throws {
        let plan = try Packages.plan()
        let count = try await Self.commandCount(plan, on: BenchCard())
        let untouched = try await InstallationTests.registry(BenchCard())
        for cut in Self.cuts(count) {
            for rollsBack in [false, true] {
                let card = BenchCard()
                let journal = MemoryJournal()
                await card.card.cutPower(cut)
                await #expect(throws: CardManagementError.self, "\(cut)") {
                    _ = try await card.manager(journal: journal).install(plan, reconnectionsMax: 0)
                }
                try await card.reset()
                if rollsBack {
                    try await card.manager(journal: journal).rollBackInstallation(of: Packages.aid)
                    let registry = try await InstallationTests.registry(card)
                    #expect(registry == untouched, "\(cut)")
                } else {
                    _ = try await card.manager(journal: journal).install(plan)
                    let registry = try await InstallationTests.registry(card)
                    #expect(registry.applications.count == untouched.applications.count + 2, "\(cut)")
                }
                #expect(try await journal.keys().isEmpty, "\(cut)")
            }
        }
    }

    @Test("replaces the old package all the same, at every command")
    func replacing() async throws {
        let old = try Packages.plan()
        var new = try Packages.plan(codeLength: 500)
        new.replacesPackage = true
        new.instances.removeFirst()
        let undisturbed = BenchCard()
        _ = try await undisturbed.manager().install(old)
        undisturbed.forgetCommands()
        let count = try await Self.commandCount(new, on: undisturbed)
        let expected = try await InstallationTests.registry(undisturbed)
        for cut in Self.cuts(count) {
            let card = BenchCard()
            _ = try await card.manager().install(old)
            await card.card.cutPower(cut)
            let outcome = try await card.manager().install(new)
            #expect(outcome.reconnections == 1, "\(cut)")
            let registry = try await InstallationTests.registry(card)
            #expect(registry == expected, "\(cut)")
        }
    }

    @Test("what another plan left half done goes before the new one is loaded")
    func anotherPlan() async throws {
        let plan = try Packages.plan()
        let other = try Packages.plan(codeLength: 1_500)
        let card = BenchCard()
        let journal = MemoryJournal()
        // The first application is on the card, the second is not.
        let count = try await Self.commandCount(plan, on: BenchCard())
        await card.card.cutPower(PowerCut(.beforeExecution, commandsBefore: count - 1))
        await #expect(throws: CardManagementError.self) {
            _ = try await card.manager(journal: journal).install(plan, reconnectionsMax: 0)
        }
        try await card.reset()
        await #expect(throws: CardManagementError.self) { _ = try await card.manager().install(other) }
        let outcome = try await card.manager(journal: journal).install(other)
        #expect(!outcome.wasResumed)
        #expect(outcome.blocksLoaded > 5)
        let registry = try await InstallationTests.registry(card)
        #expect(registry.application(Packages.secondInstance) != nil)
    }

    @Test("a card that stays away is sought as often as was asked")
    func staysAway() async throws {
        let card = BenchCard()
        await card.card.cutPower(PowerCut(.beforeExecution, commandsBefore: 20, failingResets: 3))
        await #expect(throws: CardManagementError.self) {
            _ = try await card.manager().install(try Packages.plan(), reconnectionsMax: 3)
        }
        let patient = BenchCard()
        await patient.card.cutPower(PowerCut(.beforeExecution, commandsBefore: 20, failingResets: 3))
        let outcome = try await patient.manager().install(try Packages.plan(), reconnectionsMax: 4)
        #expect(outcome.reconnections == 4)
    }
}
