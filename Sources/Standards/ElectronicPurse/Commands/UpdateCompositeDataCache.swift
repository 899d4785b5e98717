public import ISO7816

/// UPDATE CAPP DATA CACHE: `80 DC record (SFI << 3)`; the record is written with the debit and not before.
public struct UpdateCompositeDataCache: PurseCommand {
    public static let instruction: UInt16 = 0x80DC
    public var record: UInt8
    public var file: UInt8
    public var data: [UInt8]

    public init(record: UInt8, file: UInt8 = PurseFile.compositeRecords, data: [UInt8]) {
        self.record = record
        self.file = file
        self.data = data
    }

    public var command: CommandAPDU { Self.make(record, file << 3, data) }

    public init(_ command: CommandAPDU) throws(PurseLayoutError) {
        guard command.p1 != 0x00, command.p2 & 0x07 == 0x00 else { throw .parameters }
        record = command.p1
        file = command.p2 >> 3
        data = command.data
    }
}
