public import ISO7816

/// INIT SAM FOR PURCHASE, to a terminal's security module (PSAM): `80 70 00 00 1C` or `24`.
///
///     random (4) | offline number (2) | amount (4) | type (1) | date (4) | time (3) | key version (1) | algorithm (1) |
///     card serial (8) | city (8), where there are two levels of keys
public struct InitializeSAMForPurchase: PurseCommand {
    public static let instruction: UInt16 = 0x8070
    public var random: PurseRandom
    public var offlineNumber: UInt16
    public var amount: UInt32
    public var type: PurseTransactionType
    public var moment: PurseMoment
    public var keyVersion: UInt8
    public var algorithm: UInt8
    public var serial: PurseSerial
    public var city: PurseSerial?

    /// For a card that has answered INITIALIZE.
    public init(
        _ card: InitializedPurchase, amount: UInt32, type: PurseTransactionType, moment: PurseMoment,
        serial: PurseSerial, city: PurseSerial? = nil
    ) {
        random = card.random
        offlineNumber = card.offlineNumber
        self.amount = amount
        self.type = type
        self.moment = moment
        keyVersion = card.keyVersion
        algorithm = card.algorithm
        self.serial = serial
        self.city = city
    }

    public var command: CommandAPDU {
        let card = random.bytes + offlineNumber.bigEndianBytes
        let purchase = amount.bigEndianBytes + [type.rawValue] + moment.bytes
        return Self.make(
            0x00, 0x00, card + purchase + [keyVersion, algorithm] + serial.bytes + (city?.bytes ?? []), expecting: 8)
    }

    public init(_ command: CommandAPDU) throws(PurseLayoutError) {
        guard command.p1 == 0x00, command.p2 == 0x00 else { throw .parameters }
        var reader = ByteReader(command.data)
        random = try reader.field("random")
        offlineNumber = try reader.number("offline number")
        amount = try reader.number("amount")
        let code: UInt8 = try reader.number("type")
        guard let type = PurseTransactionType(rawValue: code) else { throw .unknown("type", code) }
        self.type = type
        moment = try reader.field("moment")
        keyVersion = try reader.number("key version")
        algorithm = try reader.number("algorithm")
        serial = try reader.field("card serial")
        city = reader.isAtEnd ? nil : try reader.field("city")
        try reader.end()
    }
}

/// terminal serial (4) | MAC1 (4)
public struct InitializedSAM: PurseResponse {
    public var terminalSerial: UInt32
    public var mac1: PurseMAC

    public init(terminalSerial: UInt32, mac1: PurseMAC) {
        self.terminalSerial = terminalSerial
        self.mac1 = mac1
    }

    public init(_ bytes: [UInt8]) throws(PurseLayoutError) {
        var reader = ByteReader(bytes)
        terminalSerial = try reader.number("terminal serial")
        mac1 = try reader.field("MAC1")
        try reader.end()
    }

    public var bytes: [UInt8] { terminalSerial.bigEndianBytes + mac1.bytes }
}

/// CREDIT SAM FOR PURCHASE: the card's MAC2 is checked, `9302` when it is not the right one.
///
///     80 72 00 00 04   MAC2 (4), of the last INIT SAM
///     80 72 01 00 08   terminal serial (4) | MAC2 (4), of an earlier one: ours, for what was read later
public struct CreditSAMForPurchase: PurseCommand {
    public static let instruction: UInt16 = 0x8072
    /// `nil` for the last INIT SAM.
    public var terminalSerial: UInt32?
    public var mac2: PurseMAC

    public init(_ mac2: PurseMAC, terminalSerial: UInt32? = nil) {
        self.mac2 = mac2
        self.terminalSerial = terminalSerial
    }

    public var command: CommandAPDU {
        Self.make(terminalSerial == nil ? 0x00 : 0x01, 0x00, (terminalSerial?.bigEndianBytes ?? []) + mac2.bytes)
    }

    public init(_ command: CommandAPDU) throws(PurseLayoutError) {
        guard command.p1 <= 0x01, command.p2 == 0x00 else { throw .parameters }
        var reader = ByteReader(command.data)
        terminalSerial = command.p1 == 0x01 ? try reader.number("terminal serial") : nil
        mac2 = try reader.field("MAC2")
        try reader.end()
    }
}
