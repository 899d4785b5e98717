import CardCryptography
import ISO7816
import MobileDevice

/// The first byte chooses: any frames for a controller, or a reader and a card over a link that loses what the others say.
func fuzzNearField(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var input = FuzzInput(bytes)
    return input.flag() ? try fuzzLostFrames(&input) : try fuzzFrames(&input)
}

/// Whatever a reader sends, the controller answers within its frames, and one command at a time is with the card.
private func fuzzFrames(_ input: inout FuzzInput) throws(FuzzViolation) -> Int {
    var controller = NFCController(identifier: .double([4, 1, 2, 3, 4, 5, 6]))
    var executing: Int?
    var accepted = 0
    for _ in 0..<64 where !input.isAtEnd {
        let actions: [NFCController.Action]
        switch input.number(below: 8) {
        case 0: actions = controller.fieldLost()
        case 1: actions = controller.needsTime(for: executing ?? 0)
        case 2, 3:
            guard let exchange = executing else { continue }
            executing = nil
            actions = controller.responded(
                ResponseAPDU(.success, data: [UInt8](repeating: 1, count: input.uint16() % 700)), to: exchange)
        case 4: actions = activate(&controller)
        default: actions = controller.received(input.take(input.number(below: 24)))
        }
        for action in actions {
            switch action {
            case .send(let frame):
                try require(!frame.isEmpty && frame.count + 2 <= 256, "a frame has a byte and fits the longest one")
            case .execute(_, let exchange):
                try require(executing == nil || executing != exchange, "no exchange has the number of another")
                executing = exchange
                accepted += 1
            case .reset: executing = nil
            }
        }
    }
    return accepted
}

private func activate(_ controller: inout NFCController) -> [NFCController.Action] {
    _ = controller.fieldLost()
    for frame: [UInt8] in [
        [0x26], [0x93, 0x20], [0x93, 0x70, 0x88, 0x04, 0x01, 0x02, 0x8F], [0x95, 0x20],
        [0x95, 0x70, 0x03, 0x04, 0x05, 0x06, 0x04],
    ] { _ = controller.received(frame) }
    return controller.received([0xE0, 0x80])
}

/// Frames get lost, and the card takes its time: the command is executed once, or not at all when the reader gives up.
private func fuzzLostFrames(_ input: inout FuzzInput) throws(FuzzViolation) -> Int {
    let answer = AnswerToSelect(frameSizeCode: UInt8(input.number(below: 9)))
    var controller = NFCController(identifier: .double([4, 1, 2, 3, 4, 5, 6]), answerToSelect: answer)
    _ = activate(&controller)
    var initiator = ISODEPInitiator(answer)
    var accepted = 0
    for _ in 0..<8 where !input.isAtEnd {
        let command = CommandAPDU(
            0x00, 0xB0, 0, 0, data: [UInt8](repeating: 7, count: input.number(below: 200)), expectedLength: 256)
        let response = ResponseAPDU(.success, data: [UInt8](repeating: 8, count: input.uint16() % 600))
        var exchange = LossyExchange(response: response)
        guard try exchange.run(command, &initiator, &controller, &input) else { return accepted }
        try require(exchange.executions == 1, "a command that was answered was executed once")
        accepted += 1
    }
    return accepted
}

/// One command over a link that loses a frame where the input says so.
private struct LossyExchange {
    let response: ResponseAPDU
    var executions = 0
    private var executing: Int?

    init(response: ResponseAPDU) { self.response = response }

    /// - Returns: whether the reader got the response.
    mutating func run(
        _ command: CommandAPDU, _ initiator: inout ISODEPInitiator, _ controller: inout NFCController,
        _ input: inout FuzzInput
    ) throws(FuzzViolation) -> Bool {
        var step = initiator.begin(command.bytes)
        for _ in 0..<2_000 {
            switch step {
            case .response(let bytes):
                try require(bytes == response.bytes, "the response arrives as it was given")
                return true
            case .failed(let failure):
                try require(failure == .timeout, "two honest sides only ever lose each other: \(failure)")
                try require(executions <= 1, "a command that was given up was executed once at most")
                return false
            case .send(let frame, _):
                var actions = isLost(&input) ? [] : controller.received(frame)
                for case .execute(let received, let number) in actions {
                    try require(received == command, "the command arrives as it was given")
                    executions += 1
                    executing = number
                }
                if let number = executing, !actions.containsFrame {
                    let takesTime = input.number(below: 4) == 1
                    actions = takesTime ? controller.needsTime(for: number) : controller.responded(response, to: number)
                    if !takesTime { executing = nil }
                }
                step = answered(actions, &initiator, &input)
            }
        }
        throw FuzzViolation("an exchange comes to an end")
    }

    private func answered(
        _ actions: [NFCController.Action], _ initiator: inout ISODEPInitiator, _ input: inout FuzzInput
    ) -> ISODEPInitiator.Step {
        for case .send(let frame) in actions where !isLost(&input) { return initiator.received(frame) }
        return initiator.timedOut()
    }

    private func isLost(_ input: inout FuzzInput) -> Bool { input.number(below: 5) == 4 }
}

extension [NFCController.Action] {
    fileprivate var containsFrame: Bool {
        contains { if case .send = $0 { true } else { false } }
    }
}
