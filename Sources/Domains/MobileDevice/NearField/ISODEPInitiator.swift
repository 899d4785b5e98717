/// The reader's half of the half-duplex block protocol: a command becomes blocks, and blocks become a response.
/// ISO/IEC 14443-4 §7.5.
///
/// What is lost on the air is asked for again with R(NAK), or R(ACK) within a chained response, so that the card executes
/// a command once, however often its blocks travel.
public struct ISODEPInitiator: Sendable {
    /// What the reader does now.
    public enum Step: Hashable, Sendable {
        /// Sends a frame and waits for the card at most so long.
        case send([UInt8], within: Duration)
        /// The response is complete.
        case response([UInt8])
        /// The card is gone, or does not keep to the protocol.
        case failed(Failure)
    }

    /// Why there is no response.
    public enum Failure: Error, Hashable, Sendable {
        /// As often as ``retriesMax`` the card was asked again.
        case timeout
        /// A block that cannot stand there.
        case protocolViolation
        /// More than an extended response can hold.
        case responseTooLong
    }

    private enum Phase: Hashable, Sendable {
        case idle
        /// `sent` of the command have been handed over, `part` is on its way.
        case sending(sent: Int, part: Int)
        case receiving([UInt8])
    }

    /// Times that one block is asked for again.
    public static let retriesMax = 5
    /// Extended response data and the status word.
    static let responseLengthMax = 65_538
    /// A card that asks for more time this often does nothing else.
    static let extensionsMax = 10_000

    private let answer: AnswerToSelect
    private var number: UInt8 = 0
    private var phase = Phase.idle
    private var command: [UInt8] = []
    private var lastPart: [UInt8] = []
    private var retries = 0
    private var extensions = 0
    /// Whether all blocks of the command have left at least once: then the card may have executed it.
    public private(set) var hasSentWholeCommand = false

    /// After the answer to select; the card was given the number 0 and gets no CID.
    public init(_ answer: AnswerToSelect) { self.answer = answer }

    /// FWT and a little: what a reader adds for the way (ISO/IEC 14443-3 §6.2).
    private var waitingTime: Duration { answer.waitingTime + .milliseconds(5) }

    /// Begins a command; the one before must be finished.
    public mutating func begin(_ command: [UInt8]) -> Step {
        self.command = command
        hasSentWholeCommand = false
        retries = 0
        extensions = 0
        return sendPart(after: 0)
    }

    /// A frame from the card, without its CRC.
    public mutating func received(_ frame: [UInt8]) -> Step {
        guard let block = ISODEPBlock(frame), block.cardIdentifier == nil else { return askAgain() }
        switch (block.kind, phase) {
        case (.waitingTimeExtension(let multiplier), .sending), (.waitingTimeExtension(let multiplier), .receiving):
            return grant(multiplier)
        case (.acknowledge(let number), .sending(let sent, let part)):
            return acknowledged(number, sent, part)
        case (.information(let bytes, let isChained, let number), .sending(let sent, let part))
        where number == self.number && sent + part == command.count:
            return take(bytes, after: [], isChained: isChained)
        case (.information(let bytes, let isChained, let number), .receiving(let earlier)) where number == self.number:
            return take(bytes, after: earlier, isChained: isChained)
        default:
            return fail(.protocolViolation)
        }
    }

    /// Nothing came in time, or something that was destroyed on its way. Rules 4 and 5.
    public mutating func timedOut() -> Step { askAgain() }
}

// MARK: - Rules

extension ISODEPInitiator {
    private mutating func sendPart(after sent: Int) -> Step {
        let capacity = ISODEPBlock.capacity(frameSize: answer.frameSize, hasCardIdentifier: false)
        let part = Array(command[sent...].prefix(capacity))
        let isLast = sent + part.count == command.count
        if isLast { hasSentWholeCommand = true }
        phase = .sending(sent: sent, part: part.count)
        lastPart = ISODEPBlock(.information(part, isChained: !isLast, number: number)).frame
        return .send(lastPart, within: waitingTime)
    }

    /// Rules 6, 7 and B: the acknowledgement of this block goes on, that of the one before sends it again.
    private mutating func acknowledged(_ number: UInt8, _ sent: Int, _ part: Int) -> Step {
        guard number == self.number else {
            guard countRetry() else { return fail(.timeout) }
            return .send(lastPart, within: waitingTime)
        }
        guard sent + part < command.count else { return fail(.protocolViolation) }
        self.number ^= 1
        retries = 0
        return sendPart(after: sent + part)
    }

    private mutating func take(_ bytes: [UInt8], after earlier: [UInt8], isChained: Bool) -> Step {
        let response = earlier + bytes
        guard response.count <= Self.responseLengthMax else { return fail(.responseTooLong) }
        number ^= 1
        retries = 0
        guard isChained else {
            phase = .idle
            return .response(response)
        }
        phase = .receiving(response)
        return .send(ISODEPBlock(.acknowledge(number: number)).frame, within: waitingTime)
    }

    private mutating func grant(_ multiplier: UInt8) -> Step {
        extensions += 1
        guard extensions <= Self.extensionsMax else { return fail(.timeout) }
        let granted = min(waitingTime * Int(multiplier), Self.waitingTimeMax)
        return .send(ISODEPBlock(.waitingTimeExtension(multiplier)).frame, within: granted)
    }

    /// FWT of FWI 14. ISO/IEC 14443-4 §7.3.
    private static let waitingTimeMax = Duration.milliseconds(4_949)

    private mutating func askAgain() -> Step {
        guard countRetry() else { return fail(.timeout) }
        switch phase {
        case .idle: return fail(.protocolViolation)
        case .sending: return .send(ISODEPBlock(.notAcknowledge(number: number)).frame, within: waitingTime)
        case .receiving: return .send(ISODEPBlock(.acknowledge(number: number)).frame, within: waitingTime)
        }
    }

    private mutating func countRetry() -> Bool {
        retries += 1
        return retries <= Self.retriesMax
    }

    private mutating func fail(_ failure: Failure) -> Step {
        phase = .idle
        return .failed(failure)
    }
}
