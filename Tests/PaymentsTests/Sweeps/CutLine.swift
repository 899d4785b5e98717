import ISO7816
import MobileDevice
import Terminal

@testable import Payments

/// A way on which things get lost: a request, or the answer to it.
struct CutLine: Sendable {
    let scissors: StoreScissors

    struct Lost: Error {}

    func carry<Answer>(_ request: () async throws -> Answer) async throws -> Answer {
        let cut = scissors.next()
        if cut == .before { throw Lost() }
        let answer = try await request()
        if cut == .after { throw Lost() }
        return answer
    }
}

/// A device or a card in a field that it can be taken out of, before or after each command; it comes back at once.
struct CutField: CardChannel {
    let channel: any CardChannel
    let scissors: StoreScissors

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let cut = scissors.next()
        if cut == .before { throw try await removed(mayHaveBeenExecuted: false) }
        let response = try await channel.transmit(command)
        if cut == .after { throw try await removed(mayHaveBeenExecuted: true) }
        return response
    }

    func reset() async throws(CardUnreachable) { try await channel.reset() }

    private func removed(mayHaveBeenExecuted: Bool) async throws(CardUnreachable) -> CardUnreachable {
        try await channel.reset()
        return CardUnreachable(mayHaveBeenExecuted: mayHaveBeenExecuted, reason: "taken out of the field")
    }
}

/// A terminal's sequence, which can fail before a number is durable, and after it is and before it is given out.
actor CutSequence: ItemSequence {
    private let scissors: StoreScissors
    private var last: Int64 = 0

    init(_ scissors: StoreScissors) { self.scissors = scissors }

    func next() async throws(ItemSequenceError) -> Int64 {
        let cut = scissors.next()
        if cut == .before { throw ItemSequenceError("cut") }
        last += 1
        if cut == .after { throw ItemSequenceError("cut") }
        return last
    }
}

/// Whether the same is done again: something was lost on the way, and nobody has said no.
func isPassing(_ error: any Error) -> Bool {
    switch error {
    case BillCollectorError.service(.unsettled), BillServiceError.unsettled, BillTerminalError.deviceRemoved,
        BillTerminalError.sequence, SmartCardTerminalError.cardRemoved, SmartCardTerminalError.server(.unsettled):
        true
    case let error as PaymentsError: !error.isCertain
    default: false
    }
}
