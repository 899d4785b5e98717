/// A block of the half-duplex transmission protocol. ISO/IEC 14443-4 §7.1.
///
///     PCB | CID, if b4 | NAD, if b3 of an I-block | INF
struct ISODEPBlock: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// Part of an APDU; `isChained` when more of it follows.
        case information([UInt8], isChained: Bool, number: UInt8)
        case acknowledge(number: UInt8)
        case notAcknowledge(number: UInt8)
        /// S(WTX): multiplies the waiting time once, by 1 to 59.
        case waitingTimeExtension(UInt8)
        case deselect
    }

    var kind: Kind
    /// `nil` without the field.
    var cardIdentifier: UInt8?

    init(_ kind: Kind, cardIdentifier: UInt8? = nil) {
        self.kind = kind
        self.cardIdentifier = cardIdentifier
    }

    /// Reads a frame without its CRC.
    ///
    /// - Returns: `nil` for what is no block, or one with a node address (NAD), which nobody here offers.
    init?(_ frame: [UInt8]) {
        guard let control = frame.first else { return nil }
        var rest = frame.dropFirst()
        if control & 0x08 != 0 {
            // b8 b7 are a power level indication, b6 b5 are zero.
            guard let identifier = rest.popFirst(), identifier & 0x30 == 0 else { return nil }
            cardIdentifier = identifier & 0x0F
        }
        let number = control & 0x01
        switch control {
        case _ where control & 0xE6 == 0x02:
            kind = .information(Array(rest), isChained: control & 0x10 != 0, number: number)
        case _ where control & 0xE6 == 0xA2 && rest.isEmpty:
            kind = control & 0x10 == 0 ? .acknowledge(number: number) : .notAcknowledge(number: number)
        case _ where control & 0xF7 == 0xC2 && rest.isEmpty:
            kind = .deselect
        case _ where control & 0xF7 == 0xF2 && rest.count == 1:
            // Of INF, b8 b7 are a power level indication.
            let multiplier = frame[frame.count - 1] & 0x3F
            guard Self.multipliers.contains(multiplier) else { return nil }
            kind = .waitingTimeExtension(multiplier)
        default:
            return nil
        }
    }

    static let multipliers: ClosedRange<UInt8> = 1...59

    var frame: [UInt8] {
        let identifier = cardIdentifier.map { [$0] } ?? []
        let flag: UInt8 = cardIdentifier == nil ? 0x00 : 0x08
        switch kind {
        case .information(let bytes, let isChained, let number):
            return [0x02 | flag | (isChained ? 0x10 : 0x00) | number] + identifier + bytes
        case .acknowledge(let number): return [0xA2 | flag | number] + identifier
        case .notAcknowledge(let number): return [0xB2 | flag | number] + identifier
        case .waitingTimeExtension(let multiplier): return [0xF2 | flag] + identifier + [multiplier]
        case .deselect: return [0xC2 | flag] + identifier
        }
    }

    /// The bytes of INF that fit into a frame of `size`, which counts the CRC.
    static func capacity(frameSize size: Int, hasCardIdentifier: Bool) -> Int {
        size - ISODEPFrame.checkLength - (hasCardIdentifier ? 2 : 1)
    }
}
