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
    private let fare: UInt32 = 200

    func pass() async throws {
        chapter("A fare gate; the card is pulled away after the debit, before its answer was read (FLASH)")
        let keys = try Self.issuerKeys()
        let purse = InProcessCard(try Self.card(keys, loadedWith: 2_000))
        let barrier = CountingBarrier()
        let module = InProcessCard(
            PurchaseSAM(terminal: try PurseTerminalNumber([0, 0, 0, 0, 0, 7]), key: keys.purchase))
        let journal = VolatileGateJournal()
        var gate = try await GateTerminal(GateProfile(), securityModule: module, journal: journal, barrier: barrier)
        let hand = LettingGo(purse.contactless, atInstruction: 0x54)
        var verdict = try await gate.present(hand, fare: GateFare(fare), at: SystemClock().now())
        guard case .presentAgain = verdict else {
            throw CommandFailure(.refused, "the gate did not ask again: \(verdict)")
        }
        say("debited, not read   the gate stays shut and asks for the card again; open \(barrier.count) times")
        // The gate itself goes down here, and comes up with its journal.
        gate = try await GateTerminal(GateProfile(), securityModule: module, journal: journal, barrier: barrier)
        let other = InProcessCard(try Self.card(keys, loadedWith: 50))
        verdict = try await gate.present(other.contactless, fare: GateFare(fare), at: SystemClock().now())
        say("another card        \(verdict.inWords)")
        verdict = try await gate.present(purse.contactless, fare: GateFare(fare), at: SystemClock().now())
        say("the card again      \(verdict.inWords)")
        guard case .opened(let passage) = verdict, passage.balanceAfter == 1_800, barrier.count == 1 else {
            throw CommandFailure(.refused, "the gate did not recover")
        }
        say("the purse           \(passage.balanceAfter) of 2000 cents: the fare was taken once")
    }

    static func issuerKeys() throws -> PurseKeys { try PurseKeys(SecretBytes.random(count: 48)) }

    /// A card with a purse, personalized and loaded by its issuer.
    static func card(_ keys: PurseKeys, loadedWith cents: UInt32) throws -> SecureElement {
        var card = try DemoCard()
        let purse = try IssuedPurse(keys)
        try card.install([purse.application])
        return try card.atTheIssuer { element in
            if cents > 0 { try purse.load(&element, cents) }
            element.reset()
            return element
        }
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
