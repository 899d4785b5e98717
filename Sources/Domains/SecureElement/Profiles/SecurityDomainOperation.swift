import GlobalPlatform
public import ISO7816

/// What a security domain can be asked to do once a session is open: the rows of Tables 2, 3, 5 to 7 and 9 to 11.
public enum SecurityDomainOperation: Hashable, CaseIterable, Sendable {
    case getStatus, putKey, deleteKey, storeData, installForPersonalization, installForLoad, load, installForInstall
    case installForExtradition, installForRegistryUpdate, deleteContent, setStatus, setCardStatus

    /// The row that a command belongs to; `nil` for what is in no row, or in one that every security domain has.
    public init?(_ command: CommandAPDU) {
        switch command.instruction {
        case GetStatusCommand.instruction: self = .getStatus
        case PutKeyCommand.instruction: self = .putKey
        case StoreDataCommand.instruction: self = .storeData
        case LoadCommand.instruction: self = .load
        case SetStatusCommand.instruction: self = command.p1 == 0x80 ? .setCardStatus : .setStatus
        case DeleteCommand.instruction:
            // D0 and D2 name keys, 4F an object (GPC v2.3.1 Tables 11-23 and 11-24).
            self = command.data.first == 0xD0 || command.data.first == 0xD2 ? .deleteKey : .deleteContent
        case InstallCommand.instruction:
            switch command.p1 {
            case 0x02: self = .installForLoad
            case 0x10: self = .installForExtradition
            case 0x20: self = .installForPersonalization
            case 0x40: self = .installForRegistryUpdate
            default: self = .installForInstall
            }
        default: return nil
        }
    }
}
