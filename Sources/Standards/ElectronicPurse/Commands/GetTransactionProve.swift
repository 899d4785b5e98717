public import ISO7816

/// GET TRANSACTION PROVE: `80 5A 00 type 02`, the transaction's number after it (2).
public struct GetTransactionProve: PurseCommand {
    public static let instruction: UInt16 = 0x805A
    public var type: PurseTransactionType
    public var number: UInt16

    public init(_ type: PurseTransactionType, number: UInt16) {
        self.type = type
        self.number = number
    }

    public var command: CommandAPDU { Self.make(0x00, type.rawValue, number.bigEndianBytes, expecting: 8) }

    public init(_ command: CommandAPDU) throws(PurseLayoutError) {
        guard command.p1 == 0x00, let type = PurseTransactionType(rawValue: command.p2) else { throw .parameters }
        self.type = type
        var reader = ByteReader(command.data)
        number = try reader.number("number")
        try reader.end()
    }
}

/// What a card keeps of its last transaction: MAC2 (4) | TAC (4).
public struct TransactionProve: PurseResponse {
    public var mac2: PurseMAC
    public var tac: PurseMAC

    public init(mac2: PurseMAC, tac: PurseMAC) {
        self.mac2 = mac2
        self.tac = tac
    }

    public init(_ bytes: [UInt8]) throws(PurseLayoutError) {
        var reader = ByteReader(bytes)
        mac2 = try reader.field("MAC2")
        tac = try reader.field("TAC")
        try reader.end()
    }

    public var bytes: [UInt8] { mac2.bytes + tac.bytes }
}
