import ISO7816

/// What nfcpy's UDP driver sends in place of radio waves: `106A 9320`, `RFOFF`. No CRC, no parity.
enum AirDatagram: Equatable, Sendable {
    /// A frame of type A at 106 kbit/s.
    case frame([UInt8])
    case fieldOff
    /// Another modulation, or nothing that belongs here.
    case other

    /// More than any frame in hex.
    static let bytesMax = 1_024

    init(_ bytes: [UInt8]) {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        switch words.first {
        case "RFOFF": self = .fieldOff
        case "106A" where words.count == 2: self = (try? [UInt8](hex: words[1])).map { .frame($0) } ?? .other
        default: self = .other
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .frame(let frame): Array("106A \(frame.hex.lowercased())".utf8)
        case .fieldOff: Array("RFOFF".utf8)
        case .other: []
        }
    }
}
