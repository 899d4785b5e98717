/// What a gate tells its back office.
public enum GateReport: Hashable, Sendable, Codable {
    case paid(GatePassage)
    case grey(GreyRecord)

    /// With the terminal's serial it names the report.
    public var purchase: PursePurchase {
        switch self {
        case .paid(let passage): passage.purchase
        case .grey(let record): record.pending.purchase
        }
    }

    /// Of the terminal's security module.
    public var terminalSerial: UInt32 { purchase.terminalSerial }

    public var card: PurseSerial {
        switch self {
        case .paid(let passage): passage.card
        case .grey(let record): record.pending.card
        }
    }

    /// The number that the purchase has, or would have, in the card.
    public var offlineNumber: UInt16 {
        switch self {
        case .paid(let passage): passage.offlineNumber
        case .grey(let record): record.pending.expectedRecord.number
        }
    }
}
