public import ISO7816

/// CREDIT FOR LOAD: `80 52 00 00 0B`, date (4) | time (3) | MAC2 (4); the answer is the TAC (4).
public struct CreditForLoad: PurseCommand {
    public static let instruction: UInt16 = 0x8052
    public var moment: PurseMoment
    public var mac2: PurseMAC

    public init(moment: PurseMoment, mac2: PurseMAC) {
        self.moment = moment
        self.mac2 = mac2
    }

    public var command: CommandAPDU {
        Self.make(0x00, 0x00, moment.bytes + mac2.bytes, expecting: PurseMAC.length)
    }

    public init(_ command: CommandAPDU) throws(PurseLayoutError) {
        guard command.p1 == 0x00, command.p2 == 0x00 else { throw .parameters }
        var reader = ByteReader(command.data)
        moment = try reader.field("moment")
        mac2 = try reader.field("MAC2")
        try reader.end()
    }
}
