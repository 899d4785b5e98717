import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import ISO7816
import SecureElement
import Synchronization
import Terminal

/// FLASH: a fare gate, and a card that is pulled away after it was debited and before it could say so.
struct DemoGate {
    /// What is in the purse that comes to the gate.
    static let loaded: UInt32 = 2_000
    private static let fare: UInt32 = 200

    private let issuer: PurseIssuer

    /// - Parameter issuer: of the purses that the gate takes: its security module knows the issuer's key.
    init(_ issuer: PurseIssuer) { self.issuer = issuer }

    func pass(_ telephone: some CardChannel) async throws {
        chapter("A fare gate; the telephone is pulled away after the debit, before the answer was read (FLASH)")
        let fare = GateFare(Self.fare)
        let barrier = CountingBarrier()
        let module = InProcessCard(
            PurchaseSAM(terminal: try PurseTerminalNumber([0, 0, 0, 0, 0, 7]), key: issuer.keys.purchase))
        let journal = VolatileGateJournal()
        var gate = try await GateTerminal(GateProfile(), securityModule: module, journal: journal, barrier: barrier)
        let hand = LettingGo(telephone, atInstruction: 0x54)
        var verdict = try await gate.present(hand, fare: fare, at: SystemClock().now())
        guard case .presentAgain = verdict else {
            throw CommandFailure(.refused, "the gate did not ask again: \(verdict)")
        }
        say("debited, not read   the gate stays shut and asks for it again; open \(barrier.count) times")
        // The gate itself goes down here, and comes up with its journal.
        gate = try await GateTerminal(GateProfile(), securityModule: module, journal: journal, barrier: barrier)
        let other = try await Self.card(issuer, loadedWith: 50)
        verdict = try await gate.present(other.contactless, fare: fare, at: SystemClock().now())
        say("another card        \(verdict.inWords)")
        verdict = try await gate.present(telephone, fare: fare, at: SystemClock().now())
        say("the telephone again \(verdict.inWords)")
        guard case .opened(let passage) = verdict, passage.balanceAfter == Self.loaded - Self.fare, barrier.count == 1
        else {
            throw CommandFailure(.refused, "the gate did not recover")
        }
        say("the purse           \(passage.balanceAfter) of \(Self.loaded) cents: the fare was taken once")
    }

    /// A card of plastic with a purse, personalized and loaded by its issuer.
    static func card(_ issuer: PurseIssuer, loadedWith cents: UInt32) async throws -> InProcessCard<SecureElement> {
        var card = try DemoCard()
        try card.install([try issuer.issue().testApplication])
        let inHand = card.inHand()
        try await issuer.load(cents, into: inHand)
        try await inHand.reset()
        return inHand
    }
}

extension GateVerdict {
    fileprivate var inWords: String {
        switch self {
        case .opened(let passage): "the gate opens, by the card's \(passage.evidence.rawValue)"
        case .presentAgain: "to be presented again"
        case .refused(let refusal): "\(refusal)"
        case .unresolved(let record): "a grey record: \(record.reason.rawValue)"
        }
    }
}

/// Counts who was let through.
private final class CountingBarrier: GateBarrier {
    private let opened = Mutex(0)
    var count: Int { opened.withLock { $0 } }
    func open() async { opened.withLock { $0 += 1 } }
}

/// Outlives the gate, not the demonstration.
private actor VolatileGateJournal: GateJournal {
    private var lines: [[UInt8]] = []
    func entries() -> [[UInt8]] { lines }
    func append(_ entry: [UInt8]) { lines.append(entry) }
    func replace(with entries: [[UInt8]]) { lines = entries }
}

/// A hand that pulls the card away once: the card has executed the command, and nobody reads its answer.
private actor LettingGo: CardChannel {
    private let card: any CardChannel
    private let instruction: UInt8
    private var hasLetGo = false

    init(_ card: any CardChannel, atInstruction instruction: UInt8) {
        self.card = card
        self.instruction = instruction
    }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let response = try await card.transmit(command)
        guard command.instruction == instruction, !hasLetGo else { return response }
        hasLetGo = true
        try await card.reset()
        throw CardUnreachable(mayHaveBeenExecuted: true, reason: "the card was pulled away")
    }

    func reset() async throws(CardUnreachable) { try await card.reset() }
}
