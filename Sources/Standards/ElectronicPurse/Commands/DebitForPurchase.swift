public import ISO7816

/// DEBIT FOR PURCHASE: `80 54 01 00 0F`, terminal serial (4) | date (4) | time (3) | MAC1 (4).
public struct DebitForPurchase: PurseCommand {
    public static let instruction: UInt16 = 0x8054
    public var terminalSerial: UInt32
    public var moment: PurseMoment
    public var mac1: PurseMAC

    public init(terminalSerial: UInt32, moment: PurseMoment, mac1: PurseMAC) {
        self.terminalSerial = terminalSerial
        self.moment = moment
        self.mac1 = mac1
    }

    public var command: CommandAPDU {
        Self.make(0x01, 0x00, terminalSerial.bigEndianBytes + moment.bytes + mac1.bytes, expecting: 8)
    }

    public init(_ command: CommandAPDU) throws(PurseLayoutError) {
        guard command.p1 == 0x01, command.p2 == 0x00 else { throw .parameters }
        var reader = ByteReader(command.data)
        terminalSerial = try reader.number("terminal serial")
        moment = try reader.field("moment")
        mac1 = try reader.field("MAC1")
        try reader.end()
    }
}

/// What a debit proves itself by: TAC (4) for the issuer | MAC2 (4) for the terminal.
public struct DebitProof: PurseResponse {
    public var tac: PurseMAC
    public var mac2: PurseMAC

    public init(tac: PurseMAC, mac2: PurseMAC) {
        self.tac = tac
        self.mac2 = mac2
    }

    public init(_ bytes: [UInt8]) throws(PurseLayoutError) {
        var reader = ByteReader(bytes)
        tac = try reader.field("TAC")
        mac2 = try reader.field("MAC2")
        try reader.end()
    }

    public var bytes: [UInt8] { tac.bytes + mac2.bytes }
}
