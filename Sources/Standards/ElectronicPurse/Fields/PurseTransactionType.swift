/// The kinds of transactions, as log records and MACs name them. JR/T 0025.2.
public enum PurseTransactionType: UInt8, Sendable, Codable, CaseIterable {
    case depositLoad = 0x01
    case load = 0x02
    case unload = 0x03
    case cashWithdrawal = 0x04
    case depositPurchase = 0x05
    case purchase = 0x06
    case overdraftLimit = 0x07
    case creditPurchase = 0x08
    /// A composite (CAPP) purchase: it debits the purse and writes a record of the application in one.
    case compositePurchase = 0x09

    /// Purchases count with the offline counter, what needs the issuer with the online one: numbers of the two are not
    /// to be compared.
    public var isOffline: Bool {
        switch self {
        case .depositPurchase, .purchase, .creditPurchase, .compositePurchase: true
        case .depositLoad, .load, .unload, .cashWithdrawal, .overdraftLimit: false
        }
    }
}

/// Which of the card's two accounts a command is for: P2.
public enum PurseAccount: UInt8, Sendable, Codable {
    case electronicDeposit = 0x01
    case electronicPurse = 0x02
}

/// The first bit of a balance says that it is overdrawn, and is none of the amount's.
public enum PurseAmount {
    public static let max: UInt32 = 0x7FFF_FFFF

    /// A balance without its first bit.
    public static func masked(_ field: UInt32) -> UInt32 { field & max }
}
