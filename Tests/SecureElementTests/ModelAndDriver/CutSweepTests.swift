import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

/// Every step of content and key management, cut at every command of it and at every moment of the command.
///
/// After the restart the card holds what it held before or what the whole step makes of it, never anything between. The
/// host sends the same commands again: where nothing had been done they do it; where it had been done they change nothing.
@Suite("A step that loses the power")
struct CardCutSweepTests {
    /// What a host does with one security domain in one session.
    private struct Step {
        var card: SecureElement
        var domain: AID = TestCard.central
        var keys = TestCard.centralKeys
        var commands: (borrowing HostSession) throws -> [CommandAPDU]

        /// SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE.
        static let openingCommands = 3

        /// - Returns: whether the card did it all.
        @discardableResult
        func run(on card: CutCard) -> Bool {
            do {
                var session = try HostSession(domain, keys: keys) { card.transmit($0) }
                for command in try commands(session) {
                    guard try session.send(command, { card.transmit($0) }).statusWord.isSuccess else { return false }
                }
                return true
            } catch { return false }
        }
    }

    /// - Returns: the cut points.
    private func sweep(_ step: Step, sourceLocation: SourceLocation = #_sourceLocation) throws -> Int {
        let whole = CutCard(step.card)
        #expect(step.run(on: whole), "uncut, the step is done", sourceLocation: sourceLocation)
        let (before, after) = (CutCard.content(of: step.card), whole.content)
        #expect(before != after, "the step changes something", sourceLocation: sourceLocation)
        let cuts = CutCard.Cut.all(whole.commands)
        for cut in cuts {
            let card = CutCard(step.card, cut)
            #expect(!step.run(on: card), "\(cut)", sourceLocation: sourceLocation)
            try card.powerOn()
            let isDone = cut == CutCard.Cut(command: whole.commands - 1, moment: .afterWrite)
            #expect(card.content == (isDone ? after : before), "\(cut)", sourceLocation: sourceLocation)
            let repeated = step.run(on: card)
            #expect(isDone || repeated, "\(cut)", sourceLocation: sourceLocation)
            #expect(card.content == after, "\(cut), once more", sourceLocation: sourceLocation)
        }
        return cuts.count
    }

    @Test("key rotation alone: the old keys or the new ones, and always a set that opens")
    func keyRotation() throws {
        var card = try TestCard()
        try card.prePersonalize()
        let step = Step(card: card.element, domain: TestCard.domain, keys: TestCard.temporaryKeys) { session in
            [session.putKey(TestCard.providerKeys, version: 0x31, replacing: 0x30)]
        }
        #expect(try sweep(step) == 12)
        var added = step
        added.commands = { session in [session.putKey(TestCard.providerKeys, version: 0x31)] }
        #expect(try sweep(added) == 12)
    }

    @Test("a load: nothing of it before its last block")
    func load() throws {
        let package = Package()
        let blocks = try package.blocks().count
        #expect(blocks >= 4)
        let step = Step(card: try TestCard().element) { _ in try package.commands() }
        #expect(try sweep(step) == 3 * (Step.openingCommands + 1 + blocks))
    }

    @Test("an extradition of an instance, of a load file and of a security domain")
    func extradition() throws {
        var card = try TestCard()
        try card.expectSuccess(
            card.manage(
                try Package().commands() + [
                    TestCard.createDomain(TestCard.domain), TestCard.createDomain(TestCard.otherDomain),
                    TestCard.instantiate(TestCard.instance),
                ]))
        for object in [TestCard.instance, Package().aid, TestCard.otherDomain] {
            let step = Step(card: card.element) { _ in
                [InstallCommand.forExtradition(.init(securityDomain: TestCard.domain, object: object)).command]
            }
            #expect(try sweep(step) == 12)
        }
    }

    @Test("a deletion with all that depends on it, and the end of the card's life")
    func deletion() throws {
        var card = try TestCard()
        try card.prePersonalize()
        for command in [
            DeleteCommand.object(TestCard.domain, withRelated: true).command,
            SetStatusCommand.securityDomainAndApplications(TestCard.domain, state: 0x80).command,
            SetStatusCommand.card(.terminated).command,
        ] { #expect(try sweep(Step(card: card.element) { _ in [command] }) == 12) }
    }

    @Test("a token is used up exactly when its operation is done: the same token then does it, or does nothing")
    func tokens() throws {
        let factory = try DelegatedCard()
        var cutCount = 0
        for index in DelegatedCard.operations.indices {
            let prepared = try factory.before(index)
            let operation = DelegatedCard.operations[index].0
            for number in [prepared.number + 1, nil] {
                let approved = try prepared.signed(operation, number: number)
                let step = Step(
                    card: prepared.card.element, domain: DelegatedCard.domain, keys: DelegatedCard.keys
                ) { _ in [approved] }
                cutCount += try sweep(step)
            }
        }
        #expect(cutCount == 2 * 12 * DelegatedCard.operations.count)
        #expect(DelegatedCard.operations.count >= 9)
    }

    @Test("the token of a load is used up with the last block")
    func loadToken() throws {
        let factory = try DelegatedCard()
        let package = try DelegatedCard.loading()
        let announcement = try factory.signed(package.announcement(), number: 1)
        let blocks = try package.blocks()
        let step = Step(card: factory.card.element, domain: DelegatedCard.domain, keys: DelegatedCard.keys) { _ in
            [announcement] + blocks
        }
        #expect(try sweep(step) == 3 * (Step.openingCommands + 1 + blocks.count))
    }
}
