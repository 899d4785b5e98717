import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import ISO7816
import SeneschalAPI
import SeneschalClient
import Synchronization
import Terminal

/// FLASH: a fare gate, and a card that is pulled away after it was debited and before it could say so.
struct DemoGate {
    /// What is in the purse that comes to the gate.
    static let loaded: Int64 = 2_000
    private static let fare: UInt32 = 200
    private static let (name, owner) = ("gate-1", "Harbour Line")

    let town: PaymentNeighbourhood
    /// Of another person, with too little in it.
    let other: any CardChannel

    func pass(_ telephone: some CardChannel) async throws {
        chapter("A fare gate; the telephone is pulled away after the debit, before the answer was read (FLASH)")
        let account = try await town.paymentOperator.openAccount(.transit, Self.owner)
        let registered = try await town.paymentOperator.send(
            Endpoints.registerPaymentTerminal,
            .init(name: Self.name, publicKey: ECPrivateKey.generate(.p256).publicKey.pem, payee: account))
        let module = InProcessCard(
            try await town.paymentOperator.securityModule(
                try PurseTerminalNumber([0xA1, 0, 0, 0, 0, 7]), of: Self.name))
        let fare = GateFare(Self.fare)
        let barrier = CountingBarrier()
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
        verdict = try await gate.present(other, fare: fare, at: SystemClock().now())
        say("another card        \(verdict.inWords)")
        verdict = try await gate.present(telephone, fare: fare, at: SystemClock().now())
        say("the telephone again \(verdict.inWords)")
        let left = UInt32(Self.loaded) - Self.fare
        guard case .opened(let passage) = verdict, passage.balanceAfter == left, barrier.count == 1 else {
            throw CommandFailure(.refused, "the gate did not recover")
        }
        say("the purse           \(passage.balanceAfter) of \(Self.loaded) cents: the fare was taken once")
        try await settle(&gate, passage, account, registered.secret)
    }

    /// The card's authentication code turns what the gate took into money of its owner's, once.
    private func settle(
        _ gate: inout GateTerminal, _ passage: GatePassage, _ account: String, _ secret: String
    ) async throws {
        let office = HTTPGateReports(town.paymentClient(secret))
        let reporting = try await gate.report(to: office)
        try await office.take(.paid(passage))
        guard reporting.taken == 1, try await town.balance(of: account) == Int(Self.fare) else {
            throw CommandFailure(.refused, "the gate's owner was not paid once")
        }
        say("reported            \(Self.fare) cents to \(Self.owner), by the card's own code; told twice, paid once")
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
