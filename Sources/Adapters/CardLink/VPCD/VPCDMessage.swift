/// One message on a vpcd connection: a length of two bytes, big-endian, and a body. vsmartcard, vpcd.h.
///
///     body of 1 byte: 00 power off · 01 power on · 02 reset · 04 get ATR (the only one that is answered)
///     longer body, towards the card: a command APDU, answered by one response APDU
public enum VPCDMessage: Equatable, Sendable {
    case powerOff, powerOn, reset, getATR
    /// A one-byte body without a meaning: ignored, as the other cards behind vpcd do.
    case unknownControl(UInt8)
    case body([UInt8])

    init(_ body: [UInt8]) {
        switch body {
        case [0x00]: self = .powerOff
        case [0x01]: self = .powerOn
        case [0x02]: self = .reset
        case [0x04]: self = .getATR
        default: self = body.count == 1 ? .unknownControl(body[0]) : .body(body)
        }
    }

    var content: [UInt8] {
        switch self {
        case .powerOff: [0x00]
        case .powerOn: [0x01]
        case .reset: [0x02]
        case .getATR: [0x04]
        case .unknownControl(let byte): [byte]
        case .body(let bytes): bytes
        }
    }

    /// The longest body.
    public static let bodyLengthMax = 65_535

    /// Length and body, to be sent in one write: two would meet Nagle's algorithm and cost 40 ms.
    var frame: [UInt8] { Self.frame(content) }

    static func frame(_ body: [UInt8]) -> [UInt8] {
        precondition(body.count <= bodyLengthMax, "a vpcd body has 65 535 bytes at most")
        return [UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }
}

/// Cuts a byte stream into vpcd bodies, however the bytes arrive.
struct VPCDFrameParser {
    private var buffer: [UInt8] = []

    mutating func append(_ bytes: some Collection<UInt8>) { buffer += bytes }

    /// The next whole body, or `nil` while it is incomplete. A body may be empty.
    mutating func next() -> [UInt8]? {
        guard buffer.count >= 2 else { return nil }
        let length = Int(buffer[0]) << 8 | Int(buffer[1])
        guard buffer.count >= 2 + length else { return nil }
        defer { buffer.removeFirst(2 + length) }
        return Array(buffer[2..<2 + length])
    }
}
