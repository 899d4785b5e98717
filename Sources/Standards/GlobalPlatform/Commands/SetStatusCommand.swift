public import ISO7816

/// SET STATUS: moves the card, an Application or a Security Domain to another life cycle state. GPC v2.3.1 §11.10.
public enum SetStatusCommand: GlobalPlatformCommand {
    /// P1 `80`: the Issuer Security Domain, that is, the card.
    case card(CardLifeCycle)
    /// P1 `40`: an Application or a supplementary Security Domain; the state is coded in its own way.
    case application(AID, state: UInt8)
    /// P1 `60`: a Security Domain and all Applications associated with it.
    case securityDomainAndApplications(AID, state: UInt8)

    public static let instruction: UInt8 = 0xF0

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        switch command.p1 {
        case 0x80:
            // The AID, if any, is ignored. Table 11-88.
            guard let state = CardLifeCycle(rawValue: command.p2) else { throw .parameters(command) }
            self = .card(state)
        case 0x40: self = .application(try AID(field: "data field", command.data), state: command.p2)
        case 0x60: self = .securityDomainAndApplications(try AID(field: "data field", command.data), state: command.p2)
        default: throw .parameters(command)
        }
    }

    public var command: CommandAPDU {
        switch self {
        case .card(let state): CommandAPDU(proprietaryClass, Self.instruction, 0x80, state.rawValue)
        case .application(let aid, let state):
            CommandAPDU(proprietaryClass, Self.instruction, 0x40, state, data: aid.bytes)
        case .securityDomainAndApplications(let aid, let state):
            CommandAPDU(proprietaryClass, Self.instruction, 0x60, state, data: aid.bytes)
        }
    }

    /// Locks an Application or supplementary Security Domain (b8; the state beneath is the card's to remember).
    public static func lock(_ aid: AID) -> SetStatusCommand { .application(aid, state: 0x80) }
    /// Unlocks it. Table 11-87: b8 cleared.
    public static func unlock(_ aid: AID) -> SetStatusCommand { .application(aid, state: 0x00) }
}
