public import ISO7816

/// INITIALIZE FOR LOAD, FOR PURCHASE or FOR CAPP PURCHASE: `80 50 P1 02 0B`, key index (1) | amount (4) | terminal (6).
public struct InitializeTransaction: PurseCommand {
    public static let instruction: UInt16 = 0x8050

    /// P1.
    public enum Purpose: UInt8, Sendable, Codable {
        case load = 0x00
        case purchase = 0x01
        case compositePurchase = 0x03

        /// As the MACs and the log name it, for a purse.
        public var type: PurseTransactionType {
            switch self {
            case .load: .load
            case .purchase: .purchase
            case .compositePurchase: .compositePurchase
            }
        }

        fileprivate var answerLength: Int {
            self == .load ? InitializedLoad.length : InitializedPurchase.length
        }
    }

    public var purpose: Purpose
    public var account: PurseAccount
    public var keyIndex: UInt8
    public var amount: UInt32
    public var terminal: PurseTerminalNumber

    public init(
        for purpose: Purpose, account: PurseAccount = .electronicPurse, keyIndex: UInt8 = 0x01, amount: UInt32,
        terminal: PurseTerminalNumber
    ) {
        self.purpose = purpose
        self.account = account
        self.keyIndex = keyIndex
        self.amount = amount
        self.terminal = terminal
    }

    public var command: CommandAPDU {
        Self.make(
            purpose.rawValue, account.rawValue, [keyIndex] + amount.bigEndianBytes + terminal.bytes,
            expecting: purpose.answerLength)
    }

    public init(_ command: CommandAPDU) throws(PurseLayoutError) {
        guard let purpose = Purpose(rawValue: command.p1), let account = PurseAccount(rawValue: command.p2) else {
            throw .parameters
        }
        self.purpose = purpose
        self.account = account
        var reader = ByteReader(command.data)
        keyIndex = try reader.number("key index")
        amount = try reader.number("amount")
        terminal = try reader.field("terminal")
        try reader.end()
    }
}

/// balance (4) | online number (2) | key version (1) | algorithm (1) | random (4) | MAC1 (4)
public struct InitializedLoad: PurseResponse {
    static let length = 16

    public var balance: UInt32
    public var onlineNumber: UInt16
    public var keyVersion: UInt8
    public var algorithm: UInt8
    public var random: PurseRandom
    public var mac1: PurseMAC

    public init(
        balance: UInt32, onlineNumber: UInt16, keyVersion: UInt8, algorithm: UInt8, random: PurseRandom, mac1: PurseMAC
    ) {
        self.balance = balance
        self.onlineNumber = onlineNumber
        self.keyVersion = keyVersion
        self.algorithm = algorithm
        self.random = random
        self.mac1 = mac1
    }

    public init(_ bytes: [UInt8]) throws(PurseLayoutError) {
        var reader = ByteReader(bytes)
        balance = PurseAmount.masked(try reader.number("balance"))
        onlineNumber = try reader.number("online number")
        keyVersion = try reader.number("key version")
        algorithm = try reader.number("algorithm")
        random = try reader.field("random")
        mac1 = try reader.field("MAC1")
        try reader.end()
    }

    public var bytes: [UInt8] {
        balance.bigEndianBytes + onlineNumber.bigEndianBytes + [keyVersion, algorithm] + random.bytes + mac1.bytes
    }
}

/// balance (4) | offline number (2) | overdraft (3) | key version (1) | algorithm (1) | random (4)
public struct InitializedPurchase: PurseResponse {
    static let length = 15

    public var balance: UInt32
    public var offlineNumber: UInt16
    public var overdraft: UInt32
    public var keyVersion: UInt8
    public var algorithm: UInt8
    public var random: PurseRandom

    public init(
        balance: UInt32, offlineNumber: UInt16, overdraft: UInt32 = 0, keyVersion: UInt8, algorithm: UInt8,
        random: PurseRandom
    ) {
        self.balance = balance
        self.offlineNumber = offlineNumber
        self.overdraft = overdraft
        self.keyVersion = keyVersion
        self.algorithm = algorithm
        self.random = random
    }

    public init(_ bytes: [UInt8]) throws(PurseLayoutError) {
        var reader = ByteReader(bytes)
        balance = PurseAmount.masked(try reader.number("balance"))
        offlineNumber = try reader.number("offline number")
        overdraft = try reader.bytes(3, "overdraft").reduce(0) { $0 << 8 | UInt32($1) }
        keyVersion = try reader.number("key version")
        algorithm = try reader.number("algorithm")
        random = try reader.field("random")
        try reader.end()
    }

    public var bytes: [UInt8] {
        balance.bigEndianBytes + offlineNumber.bigEndianBytes + overdraft.bigEndianBytes.suffix(3)
            + [keyVersion, algorithm] + random.bytes
    }
}
