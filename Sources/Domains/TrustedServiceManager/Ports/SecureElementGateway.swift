public import ISO7816

/// The way to secure elements through one mobile network.
///
/// Two implementations are meant: the SERAM remote agent (HTTP), and a card in a reader at the operator's desk.
public protocol SecureElementGateway: Sendable {
    /// Hands the commands to the device that holds the secure element and waits for its report.
    ///
    /// The same `number` handed over again is never executed twice: the device repeats its report.
    func execute(_ list: CommandList, on secureElement: SecureElementIdentifier) async throws(GatewayError)
        -> SecureElementReport
}

/// Commands for one secure element, in order.
public struct CommandList: Hashable, Sendable {
    public var number: ExecutionNumber
    /// Stopped at the first refusal.
    public var script: [CommandAPDU]
    /// Run in any case, after the script, to read where the card stands.
    public var epilogue: [CommandAPDU]

    public init(number: ExecutionNumber, script: [CommandAPDU], epilogue: [CommandAPDU] = []) {
        self.number = number
        self.script = script
        self.epilogue = epilogue
    }
}

/// What the device says became of a ``CommandList``.
public struct SecureElementReport: Hashable, Sendable, Codable {
    /// One per command that was sent; `nil` for a command that was sent and not answered. Commands never sent are absent.
    public var script: [[UInt8]?]
    public var epilogue: [[UInt8]?]
    /// The device cannot say: it began the list and lost its record.
    public var isLost: Bool

    public init(script: [[UInt8]?], epilogue: [[UInt8]?], isLost: Bool = false) {
        self.script = script
        self.epilogue = epilogue
        self.isLost = isLost
    }
}

/// Why there is no report.
public enum GatewayError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No device answers for this secure element: the commands were not handed over.
    case unreachable(String)
    /// The commands were handed over and no report came in time.
    case noReport(String)

    public var description: String {
        switch self {
        case .unreachable(let reason): "the secure element cannot be reached: \(reason)"
        case .noReport(let reason): "no report came back: \(reason)"
        }
    }
}
