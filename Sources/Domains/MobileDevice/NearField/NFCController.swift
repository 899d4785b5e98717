public import CardCryptography
public import ISO7816

/// The NFC controller of a device in card emulation: what a reader's field finds is a card of type A that speaks ISO-DEP.
///
///     var controller = NFCController()
///     controller.received([0x26])                        // [.send([0x44, 0x03])]
///     …
///     controller.received([0x02, 0x00, 0xA4, …])         // [.execute(SELECT, exchange: 1)]
///     controller.responded(response, to: 1)              // [.send([0x02, 0x6F, …, 0x90, 0x00])]
///
/// A state machine without a radio, a clock or a card: frames come in without their CRC, and what is to be done comes
/// out. Frames that do not fit the state get no answer, as ISO/IEC 14443-3 §6.3 has it.
public struct NFCController: Sendable {
    /// What the device does now, in this order.
    public enum Action: Hashable, Sendable {
        /// Answers the reader.
        case send([UInt8])
        /// Hands a whole command to the secure element's contactless interface. The response goes to
        /// ``NFCController/responded(_:to:)`` with the number.
        case execute(CommandAPDU, exchange: Int)
        /// The contactless interface loses its power: selections are gone.
        case reset
    }

    /// ISO/IEC 14443-3 §6.3, Figure 7.
    private enum State: Sendable {
        case idle
        /// Anticollision at a cascade level, from 0.
        case ready(level: Int)
        case active
        /// The answer to select was sent: blocks. `mayNegotiate` until the first one.
        case transmission(ISODEPTarget, mayNegotiate: Bool)
        case halted
    }

    private enum Identity: Sendable {
        case fixed(NFCIdentifier)
        case fresh(any RandomSource)
    }

    private static let requestA: [UInt8] = [0x26]
    private static let wakeUpA: [UInt8] = [0x52]
    private static let haltA: [UInt8] = [0x50, 0x00]
    /// SAK: ISO-DEP, and in b3 whether the UID goes on.
    private static let selected: UInt8 = 0x20
    private static let cascadeBit: UInt8 = 0x04

    public let answerToSelect: AnswerToSelect
    private let identity: Identity
    /// Of this appearance in a field.
    public private(set) var identifier: NFCIdentifier
    private var state = State.idle
    /// Whether the card was woken from HALT: then that is where it falls back to.
    private var wasHalted = false
    private var exchange = 0
    private var isExecuting = false

    /// A card with one and the same identifier.
    public init(identifier: NFCIdentifier, answerToSelect: AnswerToSelect = AnswerToSelect()) {
        self.identifier = identifier
        self.answerToSelect = answerToSelect
        identity = .fixed(identifier)
    }

    /// A card with another random identifier each time a field is lost.
    public init(random source: any RandomSource, answerToSelect: AnswerToSelect = AnswerToSelect()) {
        identifier = NFCIdentifier(random: source)
        self.answerToSelect = answerToSelect
        identity = .fresh(source)
    }

    /// How long the card may think before ``needsTime(for:)`` is due: well within the reader's waiting time.
    public var patience: Duration { answerToSelect.waitingTime / 3 }
}

// MARK: - Events

extension NFCController {
    /// A frame arrived, without its CRC.
    public mutating func received(_ frame: [UInt8]) -> [Action] {
        switch state {
        case .idle:
            return frame == Self.requestA || frame == Self.wakeUpA ? answerRequest(wasHalted: false) : []
        case .halted:
            return frame == Self.wakeUpA ? answerRequest(wasHalted: true) : []
        case .ready(let level):
            return anticollision(frame, level)
        case .active:
            return select(frame)
        case .transmission(let target, let mayNegotiate):
            if mayNegotiate, let answer = negotiated(frame) {
                state = .transmission(target, mayNegotiate: false)
                return [.send(answer)]
            }
            return block(frame, target)
        }
    }

    /// The field is gone, and with it the card's power.
    public mutating func fieldLost() -> [Action] {
        let wasInSession = if case .transmission = state { true } else { false }
        state = .idle
        wasHalted = false
        isExecuting = false
        if case .fresh(let source) = identity { identifier = NFCIdentifier(random: source) }
        return wasInSession ? [.reset] : []
    }

    /// The card answered. An answer that nobody waits for any longer is let go of.
    public mutating func responded(_ response: ResponseAPDU, to exchange: Int) -> [Action] {
        guard isExecuting, exchange == self.exchange, case .transmission(var target, _) = state else { return [] }
        isExecuting = false
        let action = target.responded(response.bytes)
        state = .transmission(target, mayNegotiate: false)
        return actions(for: action)
    }

    /// The card is still executing: the reader is asked for more time.
    public mutating func needsTime(for exchange: Int) -> [Action] {
        guard isExecuting, exchange == self.exchange, case .transmission(var target, _) = state else { return [] }
        let action = target.needsTime()
        state = .transmission(target, mayNegotiate: false)
        return actions(for: action)
    }
}

// MARK: - Activation

extension NFCController {
    private mutating func answerRequest(wasHalted: Bool) -> [Action] {
        self.wasHalted = wasHalted
        state = .ready(level: 0)
        return [.send(identifier.answerToRequest)]
    }

    /// ANTICOLLISION `9x NVB …` and SELECT `9x 70 …`, whole bytes only: this air carries no single bits.
    private mutating func anticollision(_ frame: [UInt8], _ level: Int) -> [Action] {
        let levels = identifier.cascadeLevels
        guard frame.count >= 2, frame[0] == 0x93 + UInt8(2 * level), (2...7).contains(frame[1] >> 4),
            frame[1] & 0x0F == 0, Int(frame[1] >> 4) == frame.count, levels[level].starts(with: frame[2...])
        else { return fallBack() }
        guard frame.count == 7 else { return [.send(Array(levels[level].dropFirst(frame.count - 2)))] }
        let isLast = level == levels.count - 1
        state = isLast ? .active : .ready(level: level + 1)
        return [.send([isLast ? Self.selected : Self.selected | Self.cascadeBit])]
    }

    /// RATS `E0 | FSDI, CID`. ISO/IEC 14443-4 §5.1.
    private mutating func select(_ frame: [UInt8]) -> [Action] {
        guard frame.count == 2, frame[0] == 0xE0, frame[1] & 0x0F != 0x0F else {
            if frame == Self.haltA {
                state = .halted
                return []
            }
            return fallBack()
        }
        let target = ISODEPTarget(
            answerToSelect, readerFrameSize: ISODEPFrame.size(code: frame[1] >> 4), cardIdentifier: frame[1] & 0x0F)
        state = .transmission(target, mayNegotiate: true)
        return [.send(answerToSelect.bytes)]
    }

    /// What does not fit before the answer to select sends the card back to where it was woken.
    private mutating func fallBack() -> [Action] {
        state = wasHalted ? .halted : .idle
        return []
    }

    /// The answer to a PPS request `Dx 11 00`: 106 kbit/s, which is in force already. ISO/IEC 14443-4 §5.3.
    private func negotiated(_ frame: [UInt8]) -> [UInt8]? {
        guard let start = frame.first, start & 0xF0 == 0xD0 else { return nil }
        return frame.dropFirst() == [0x11, 0x00] || frame.dropFirst() == [0x01] ? [start] : nil
    }
}

// MARK: - Blocks

extension NFCController {
    private mutating func block(_ frame: [UInt8], _ target: ISODEPTarget) -> [Action] {
        var target = target
        let action = target.received(frame)
        state = .transmission(target, mayNegotiate: false)
        return actions(for: action)
    }

    private mutating func actions(for action: ISODEPTarget.Action) -> [Action] {
        switch action {
        case .send(let frame): return [.send(frame)]
        case .ignore: return []
        case .deselected(let frame):
            state = .halted
            isExecuting = false
            return [.send(frame), .reset]
        case .execute(let bytes):
            exchange += 1
            isExecuting = true
            guard let command = try? CommandAPDU(bytes: bytes) else {
                return responded(ResponseAPDU(.wrongLength), to: exchange)
            }
            return [.execute(command, exchange: exchange)]
        }
    }
}
