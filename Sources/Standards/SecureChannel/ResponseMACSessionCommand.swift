public import ISO7816

/// BEGIN R-MAC SESSION and END R-MAC SESSION, with which responses get and lose their R-MAC while a session of SCP02
/// lasts. GPC v2.3.1 §E.5.3 and §E.5.4.
public enum ResponseMACSessionCommand: Hashable, Sendable {
    /// `data` is the host's own, 24 bytes at most.
    case begin(ResponseMACScope, data: [UInt8])
    /// Returns the R-MAC so far; the R-MAC session goes on unless `isOver`.
    case end(isOver: Bool)

    public static let beginInstruction: UInt8 = 0x7A
    public static let endInstruction: UInt8 = 0x78
    /// The bytes that BEGIN R-MAC SESSION carries at most.
    public static let dataLengthMax = 24

    /// Which responses of an R-MAC session carry an R-MAC: P1 of BEGIN R-MAC SESSION.
    public enum ResponseMACScope: UInt8, Sendable, CaseIterable {
        /// The response to END R-MAC SESSION alone.
        case lastResponse = 0x00
        case everyResponse = 0x10
    }

    /// Reads one of the two; `nil` for another instruction.
    ///
    /// - Throws: ``SecureChannelCardError``: parameters or data.
    public init?(_ command: CommandAPDU) throws(SecureChannelCardError) {
        switch command.instruction {
        case Self.beginInstruction:
            guard command.p2 == 0x01, let scope = ResponseMACScope(rawValue: command.p1) else {
                throw .incorrectParameters(p1: command.p1, p2: command.p2)
            }
            guard let length = command.data.first, length <= Self.dataLengthMax, command.data.count == 1 + Int(length)
            else { throw .malformedData }
            self = .begin(scope, data: Array(command.data.dropFirst()))
        case Self.endInstruction:
            guard command.p1 == 0x00, command.p2 == 0x01 || command.p2 == 0x03 else {
                throw .incorrectParameters(p1: command.p1, p2: command.p2)
            }
            guard command.data.isEmpty else { throw .wrongLength(found: command.data.count, expected: 0) }
            self = .end(isOver: command.p2 == 0x03)
        default:
            return nil
        }
    }

    /// The command in plain, on the basic logical channel.
    public var command: CommandAPDU {
        switch self {
        case .begin(let scope, let data):
            CommandAPDU(
                0x80, Self.beginInstruction, scope.rawValue, 0x01,
                data: [UInt8(truncatingIfNeeded: data.count)] + data.prefix(Self.dataLengthMax))
        case .end(let isOver):
            CommandAPDU(0x80, Self.endInstruction, 0x00, isOver ? 0x03 : 0x01, expectedLength: 256)
        }
    }
}
