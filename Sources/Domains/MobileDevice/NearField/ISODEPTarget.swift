import ISO7816

/// The card's half of the half-duplex block protocol, from the answer to select to DESELECT: blocks become commands, and
/// responses become blocks. ISO/IEC 14443-4 §7.5.
struct ISODEPTarget: Sendable {
    /// What is to be done now.
    enum Action: Hashable, Sendable {
        case send([UInt8])
        /// A whole command is for the card.
        case execute([UInt8])
        /// S(DESELECT) was answered.
        case deselected([UInt8])
        /// The block is not for this card, or none: silence.
        case ignore
    }

    private enum Phase: Hashable, Sendable {
        /// The reader's turn.
        case listening
        /// Parts of a command are here.
        case receiving([UInt8])
        /// The card executes.
        case executing
        /// S(WTX) was sent; the response, if it came meanwhile, waits for the reader's answer.
        case extending(response: [UInt8]?)
        /// Parts of a response are still to be sent.
        case sending([UInt8])
    }

    /// A command with an extended length: header, Lc, data and Le.
    static let commandLengthMax = CommandAPDU.dataLengthMax + 10
    /// The multiplier of S(WTX): short steps, so that a lost card is noticed.
    static let multiplier: UInt8 = 5

    private let answer: AnswerToSelect
    private let readerFrameSize: Int
    private let cardIdentifier: UInt8
    private var phase = Phase.listening
    /// Rule C: 1 at activation.
    private var number: UInt8 = 1
    private var lastFrame: [UInt8]?
    /// Whether the block that is being answered carried a CID: then the answer does.
    private var usesCardIdentifier = false

    init(_ answer: AnswerToSelect, readerFrameSize: Int, cardIdentifier: UInt8) {
        self.answer = answer
        self.readerFrameSize = readerFrameSize
        self.cardIdentifier = cardIdentifier
    }

    /// A frame from the reader.
    mutating func received(_ frame: [UInt8]) -> Action {
        guard frame.count + ISODEPFrame.checkLength <= answer.frameSize, let block = ISODEPBlock(frame),
            isForThisCard(block)
        else { return .ignore }
        switch block.kind {
        case .information(let bytes, let isChained, _):
            return take(bytes, isChained: isChained, usingCardIdentifier: block.cardIdentifier != nil)
        case .acknowledge(let number):
            return self.number == number ? repeatLast() : goOn()
        case .notAcknowledge(let number):
            return self.number == number ? repeatLast() : acknowledge()
        case .waitingTimeExtension:
            return extended()
        case .deselect:
            usesCardIdentifier = block.cardIdentifier != nil
            return .deselected(ISODEPBlock(.deselect, cardIdentifier: ownIdentifier).frame)
        }
    }

    /// The card answered.
    mutating func responded(_ response: [UInt8]) -> Action {
        switch phase {
        case .executing: return begin(response)
        case .extending(nil):
            phase = .extending(response: response)
            return .ignore
        default: return .ignore
        }
    }

    /// The card still executes and the reader's patience ends soon: S(WTX) asks for more time.
    mutating func needsTime() -> Action {
        guard phase == .executing else { return .ignore }
        phase = .extending(response: nil)
        return send(.waitingTimeExtension(Self.multiplier))
    }
}

// MARK: - Rules

extension ISODEPTarget {
    /// ISO/IEC 14443-4 §7.1.2.2: a block without CID is for the card with number 0.
    private func isForThisCard(_ block: ISODEPBlock) -> Bool {
        guard let identifier = block.cardIdentifier else { return cardIdentifier == 0 }
        return answer.supportsCardIdentifier && identifier == cardIdentifier
    }

    /// Rule D: the block number changes with every I-block, whatever its own number is. Rules 2 and 10.
    private mutating func take(
        _ bytes: [UInt8], isChained: Bool, usingCardIdentifier uses: Bool
    ) -> Action {
        var command = bytes
        switch phase {
        case .executing, .extending: return .ignore
        case .receiving(let earlier): command = earlier + bytes
        case .listening, .sending: break
        }
        guard command.count <= Self.commandLengthMax else {
            phase = .listening
            return .ignore
        }
        number ^= 1
        usesCardIdentifier = uses
        if isChained {
            phase = .receiving(command)
            return send(.acknowledge(number: number))
        }
        phase = .executing
        lastFrame = nil
        return .execute(command)
    }

    /// Rule 11: the reader lost the last block.
    private func repeatLast() -> Action { lastFrame.map { .send($0) } ?? .ignore }

    /// Rule 12: the reader asks for a block that the card never got; the acknowledgement of the block before makes it send
    /// again.
    private mutating func acknowledge() -> Action {
        switch phase {
        case .executing, .extending: .ignore
        // Not remembered: what rule 11 repeats is the last block of the exchange.
        case .listening, .receiving, .sending:
            .send(ISODEPBlock(.acknowledge(number: number), cardIdentifier: ownIdentifier).frame)
        }
    }

    /// Rules 13 and E: the next part of the response.
    private mutating func goOn() -> Action {
        guard case .sending(let rest) = phase else { return .ignore }
        number ^= 1
        return sendPart(of: rest)
    }

    /// The reader grants the time that S(WTX) asked for.
    private mutating func extended() -> Action {
        guard case .extending(let response) = phase else { return .ignore }
        phase = .executing
        lastFrame = nil
        guard let response else { return .ignore }
        return begin(response)
    }

    private mutating func begin(_ response: [UInt8]) -> Action { sendPart(of: response) }

    private mutating func sendPart(of bytes: [UInt8]) -> Action {
        let capacity = ISODEPBlock.capacity(frameSize: readerFrameSize, hasCardIdentifier: usesCardIdentifier)
        let rest = Array(bytes.dropFirst(capacity))
        phase = rest.isEmpty ? .listening : .sending(rest)
        return send(.information(Array(bytes.prefix(capacity)), isChained: !rest.isEmpty, number: number))
    }

    private mutating func send(_ kind: ISODEPBlock.Kind) -> Action {
        let frame = ISODEPBlock(kind, cardIdentifier: ownIdentifier).frame
        lastFrame = frame
        return .send(frame)
    }

    private var ownIdentifier: UInt8? { usesCardIdentifier ? cardIdentifier : nil }
}
