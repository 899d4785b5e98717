/// A reader finds one card of type A and brings it to the block protocol: request, anticollision at each cascade level,
/// select, RATS. ISO/IEC 14443-3 §6.5, ISO/IEC 14443-4 §5.
public struct CardActivation: Sendable {
    /// What the reader does now.
    public enum Step: Hashable, Sendable {
        case send([UInt8])
        case activated(ISODEPCard)
        /// The card has gone, speaks no ISO-DEP, or answers nonsense.
        case failed(CardActivationFailure)
    }

    private enum Phase: Hashable, Sendable {
        case requested
        case anticollision(level: UInt8)
        case selecting(level: UInt8, identifier: [UInt8])
        case answerToSelect
    }

    /// FSDI 8, CID 0: frames of 256 bytes. ISO/IEC 14443-4 §5.1.
    private static let requestForAnswerToSelect: [UInt8] = [0xE0, 0x80]

    private var phase = Phase.requested
    private var identifier: [UInt8] = []

    public init() {}

    /// REQA: the first frame.
    public var first: [UInt8] { [0x26] }

    /// A frame from the card, without its CRC.
    public mutating func received(_ frame: [UInt8]) -> Step {
        switch phase {
        case .requested:
            guard frame.count == 2 else { return .failed(.malformed) }
            return anticollision(level: 0)
        case .anticollision(let level):
            guard frame.count == 5, frame.reduce(0, ^) == 0 else { return .failed(.malformed) }
            phase = .selecting(level: level, identifier: frame)
            return .send([0x93 + 2 * level, 0x70] + frame)
        case .selecting(let level, let part):
            guard frame.count == 1 else { return .failed(.malformed) }
            return selected(frame[0], level, part)
        case .answerToSelect:
            guard let answer = AnswerToSelect(frame) else { return .failed(.malformed) }
            return .activated(ISODEPCard(identifier: identifier, answerToSelect: answer, answerBytes: frame))
        }
    }

    private mutating func anticollision(level: UInt8) -> Step {
        phase = .anticollision(level: level)
        return .send([0x93 + 2 * level, 0x20])
    }

    /// SAK: b3 says that the UID goes on, b6 that the card speaks ISO-DEP.
    private mutating func selected(_ acknowledge: UInt8, _ level: UInt8, _ part: [UInt8]) -> Step {
        guard acknowledge & 0x04 == 0 else {
            guard part[0] == NFCIdentifier.cascadeTag, level < 2 else { return .failed(.malformed) }
            identifier += part[1..<4]
            return anticollision(level: level + 1)
        }
        guard acknowledge & 0x20 != 0 else { return .failed(.speaksNoISODEP) }
        identifier += part[..<4]
        phase = .answerToSelect
        return .send(Self.requestForAnswerToSelect)
    }
}

/// A card in the field, selected and ready for blocks.
public struct ISODEPCard: Hashable, Sendable {
    /// 4, 7 or 10 bytes.
    public let identifier: [UInt8]
    public let answerToSelect: AnswerToSelect
    /// The answer to select as the card sent it.
    public let answerBytes: [UInt8]
}

/// Why no card was activated.
public enum CardActivationFailure: Error, Hashable, Sendable {
    case malformed
    case speaksNoISODEP
}
