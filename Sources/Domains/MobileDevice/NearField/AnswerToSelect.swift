/// The answer to select (ATS) of a card of type A: how long frames may be and how long the reader waits.
/// ISO/IEC 14443-4 §5.2.
///
///     TL | T0: TC1, TB1, TA1 follow, FSCI | TA1 | TB1: FWI, SFGI | TC1: CID, NAD | historical bytes
public struct AnswerToSelect: Hashable, Sendable {
    /// FSCI: the longest frame that the card takes, by its code.
    public var frameSizeCode: UInt8
    /// FWI: the reader waits 256·16/fc·2^FWI for an answer, 0.3 ms to 5 s.
    public var waitingTimeCode: UInt8
    /// Whether blocks may carry a card identifier (CID).
    public var supportsCardIdentifier: Bool
    /// At most 15.
    public var historicalBytes: [UInt8]

    /// 256 bytes a frame and 155 ms, which a card in software keeps on a busy machine.
    public init(
        frameSizeCode: UInt8 = 8, waitingTimeCode: UInt8 = 9, supportsCardIdentifier: Bool = true,
        historicalBytes: [UInt8] = []
    ) {
        self.frameSizeCode = min(frameSizeCode, 8)
        self.waitingTimeCode = min(waitingTimeCode, 14)
        self.supportsCardIdentifier = supportsCardIdentifier
        self.historicalBytes = Array(historicalBytes.prefix(15))
    }

    /// FSC, with the two bytes of CRC.
    public var frameSize: Int { ISODEPFrame.size(code: frameSizeCode) }

    /// FWT.
    public var waitingTime: Duration { .nanoseconds(302_065 << Int64(waitingTimeCode)) }

    /// 106 kbit/s in both directions (TA1 80), no start-up guard time.
    public var bytes: [UInt8] {
        [UInt8(5 + historicalBytes.count), 0x70 | frameSizeCode, 0x80, waitingTimeCode << 4]
            + [supportsCardIdentifier ? 0x02 : 0x00] + historicalBytes
    }

    /// Reads an ATS. Fields that are absent have the standard's defaults: 32 bytes, FWI 4, CID supported.
    ///
    /// - Returns: `nil` when TL does not fit, or a byte that T0 announces is missing.
    public init?(_ bytes: [UInt8]) {
        guard let length = bytes.first, Int(length) == bytes.count else { return nil }
        var rest = bytes.dropFirst()
        self.init(frameSizeCode: 2, waitingTimeCode: 4)
        guard let format = rest.popFirst() else { return }
        guard format & 0x80 == 0, rest.count >= (format >> 4).nonzeroBitCount else { return nil }
        frameSizeCode = min(format & 0x0F, 8)
        if format & 0x10 != 0 { rest.removeFirst() }
        // FWI 15 is reserved and means 4.
        if format & 0x20 != 0, let byte = rest.popFirst() { waitingTimeCode = byte >> 4 == 15 ? 4 : byte >> 4 }
        if format & 0x40 != 0, let byte = rest.popFirst() { supportsCardIdentifier = byte & 0x02 != 0 }
        historicalBytes = Array(rest)
    }
}

/// Sizes of frames. ISO/IEC 14443-4 §5.1, Table 1.
enum ISODEPFrame {
    private static let sizes = [16, 24, 32, 40, 48, 64, 96, 128, 256]
    /// The two bytes of CRC stand on the real air only; the size counts them.
    static let checkLength = 2

    /// Codes above 8 are taken for 8: longer frames need not be used.
    static func size(code: UInt8) -> Int { sizes[min(Int(code), sizes.count - 1)] }
}
