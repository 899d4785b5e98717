import ISO7816

/// The transmission protocol between reader and card. ISO/IEC 7816-3 §10 and §11.
public enum TransmissionProtocol: String, Equatable, Sendable, CaseIterable {
    case t0, t1

    /// SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1.
    var flag: UInt { self == .t0 ? 1 : 2 }

    init?(flag: UInt) {
        switch flag {
        case 1: self = .t0
        case 2: self = .t1
        default: return nil
        }
    }

    /// The bytes that carry a command: all of them in T=1. In T=0 a command with data has no Le (ISO/IEC 7816-3
    /// §12.2.1, case 4), and extended lengths do not exist.
    ///
    /// - Throws: ``CardUnreachable`` for a command that the protocol cannot carry; nothing was executed.
    func bytes(of command: CommandAPDU) throws(CardUnreachable) -> [UInt8] {
        guard self == .t0 else { return command.bytes }
        guard command.data.count <= 255, command.expectedLength.map({ $0 <= 256 }) ?? true else {
            throw CardUnreachable(
                mayHaveBeenExecuted: false, reason: "T=0 carries 255 bytes of data and 256 of response per command",
                nextStep: "use a reader and card that speak T=1 (--protocol t1), or smaller blocks")
        }
        var short = command
        short.isExtended = false
        if !command.data.isEmpty { short.expectedLength = nil }
        // Case 1 travels as five bytes, P3 zero.
        return short.apduCase == .case1 ? short.bytes + [0] : short.bytes
    }
}
