import ISO4217
import ISO7816
import SmartCardVerification
import Synchronization
import Terminal
import Testing

@testable import Payments

/// A purchase with a smart card: the card is read, asked a challenge, and its transaction handed in, with the terminal's own
/// program, cut at some steps, each made up for as the terminal would.
///
/// A step is a commit of the server, at which it dies; a request or its answer on the way to it; a command to the card.
struct CardStory: CutStory, CustomStringConvertible {
    enum Kind: CaseIterable, Sendable { case valid, clone, declined }

    var kind = Kind.valid
    var cuts: Cuts = [:]
    var isInFile = false

    var description: String { "\(kind), cut \(cuts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })" }

    private static let amount: Int64 = 1_250
    private var funds: Int64 { kind == .declined ? Self.amount - 1 : 10_000 }

    /// Tells the whole story, and checks its end.
    ///
    /// - Returns: how many steps it had.
    @discardableResult
    func play() async throws -> Int {
        let scene = try await CardScene(self, holding: funds)
        // A transaction that was not prepared is never heard of again: the next one has a name of its own.
        let prepared = try await scene.insisting { try await scene.prepare(Self.amount) }
        let answer = try await scene.insisting { try await scene.terminal.submit(prepared) }
        let steps = scene.scissors.stepCount
        scene.scissors.set(nil)
        let moved = try await scene.expectDecided(prepared, answer, self, place: "\(self)")
        try await scene.expectMoney(moved, of: funds, place: "\(self)")
        // The same transaction, the same answer, however late it comes.
        #expect(try await scene.terminal.submit(prepared) == answer, "\(self)")
        try await scene.expectMoney(moved, of: funds, place: "\(self), repeated")
        return steps
    }

    /// Tells the story until the terminal loses something, and then dies with what it had: the payment is nothing or the
    /// amount, and the server's record of it says which.
    ///
    /// - Returns: how many steps it had.
    func playUntilTerminalDies() async throws -> Int {
        let scene = try await CardScene(self, holding: funds)
        var steps = 0
        do {
            let prepared = try await scene.prepare(Self.amount)
            _ = try await scene.terminal.submit(prepared)
            Issue.record("nothing was cut: \(self)")
        } catch {
            steps = scene.scissors.stepCount
            scene.scissors.set(nil)
        }
        let payment = try await scene.payment("t-1")
        var moved: Int64 = 0
        if case .approved = payment?.outcome { moved = Self.amount }
        try await scene.expectMoney(moved, of: funds, place: "\(self)")
        return steps
    }

    fileprivate var expected: (answer: CardTransactionAnswer, moved: Int64, failures: Int) {
        switch kind {
        // What the answer names is the transfer's, which depends on the transaction.
        case .valid: (.approved(transfer: ""), Self.amount, 0)
        case .clone: (.refused, 0, 1)
        case .declined: (.declined, 0, 0)
        }
    }
}

/// A card in the field of the baker's terminal, and a payment server that dies, with everything between them that can be
/// cut.
private final class CardScene: Sendable {
    let cards: SmartCardBench
    let scissors: StoreScissors
    let terminal: SmartCardTerminal
    private let field: CutField
    private let names = Atomic<Int>(0)

    init(_ story: CardStory, holding amount: Int64) async throws {
        scissors = StoreScissors()
        cards = try await SmartCardBench(.mortal(inFile: story.isInFile, scissors), holding: amount)
        terminal = SmartCardTerminal(
            name: "shop-1", paymentServer: "harbour-pay", application: SimulatedSmartCard.application,
            key: try cards.key("shop-1"), server: MortalSmartCardServer(cards: cards, line: CutLine(scissors: scissors))
        )
        let card = story.kind == .clone ? try cards.card.clone : cards.card
        field = CutField(channel: SimulatedSmartCard(card: card), scissors: scissors)
        scissors.set(story.cuts)
    }

    func insisting<Answer>(_ work: () async throws -> Answer) async throws -> Answer {
        for _ in 0..<5 {
            do { return try await work() } catch  where isPassing(error) { continue }
        }
        return try await work()
    }

    func prepare(_ amount: Int64) async throws -> PreparedCardTransaction {
        let name = "t-\(names.add(1, ordering: .relaxed).newValue)"
        return try await terminal.prepare(
            name, Money(minorUnits: amount, currency: PaymentBench.euro), with: field, at: cards.bench.clock.now())
    }

    func payment(_ transaction: String) async throws -> CardPayment? {
        try await cards.bench.started().store.cardPayment(
            terminal: present(PartyName("shop-1")), transaction: transaction)
    }

    /// - Returns: how much must have moved.
    func expectDecided(
        _ prepared: PreparedCardTransaction, _ answer: CardTransactionAnswer, _ story: CardStory, place: Comment
    ) async throws -> Int64 {
        let (expected, moved, failures) = story.expected
        let outcome = try await payment(prepared.transaction)?.outcome
        switch (expected, answer, outcome) {
        case (.approved, .approved(let name), .approved(let transfer)): #expect(name == "\(transfer)", place)
        case (.declined, .declined, .declined), (.refused, .refused, .refused): break
        default: Issue.record("\(place): \(answer), recorded \(String(describing: outcome))")
        }
        let counted = try await cards.bench.store.cardFailures(
            of: cards.card.identification, at: present(PartyName("shop-1")))
        #expect((counted?.count ?? 0) == failures, "a failure is counted once: \(place)")
        return moved
    }

    func expectMoney(_ moved: Int64, of funds: Int64, place: Comment) async throws {
        #expect(try await cards.balances() == [funds - moved, moved], place)
        let transfers = try await cards.bench.store.transfers(of: cards.ada.id, before: nil, limit: 99).filter {
            $0.transfer.code == .cardPayment
        }
        #expect(transfers.map(\.transfer.amount) == (moved == 0 ? [] : [moved]), place)
        try await ReadLedger(cards.bench.store).expectSumsOfTheJournal()
    }
}

/// What a terminal sees of a card with the application on it, without the chip.
private struct SimulatedSmartCard: CardChannel {
    static let application: AID = "F053454E45534348414C534301000001"
    let card: PresentedCard

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        if command == SmartCardCommand.select(Self.application) { return ResponseAPDU(.success) }
        if command == SmartCardCommand.getIdentification {
            return answer(SmartCardCommand.identificationTag, card.identification.bytes)
        }
        if command == SmartCardCommand.getDataFile { return answer(SmartCardCommand.dataFileTag, card.file.bytes) }
        guard command.instruction == 0x88, let challenge = try? SmartCardChallenge(bytes: command.data) else {
            return ResponseAPDU(.instructionNotSupported)
        }
        return ResponseAPDU(.success, data: card.key.response(of: card.identification, to: challenge).bytes)
    }

    func reset() async throws(CardUnreachable) {}

    private func answer(_ tag: BERTag, _ value: [UInt8]) -> ResponseAPDU {
        ResponseAPDU(.success, data: BERTLV(tag, value).bytes)
    }
}
