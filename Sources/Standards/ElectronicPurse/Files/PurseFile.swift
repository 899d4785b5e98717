public import ISO7816

/// The application of JT/T 978 and its files.
public enum PurseFile {
    /// "T-Union", the transport purse of JT/T 978.
    public static let transport: AID = "A000000632010105"
    /// The purse of many a city before it.
    public static let city: AID = "A00000000386980701"

    /// Public application data, transparent, ``PurseApplicationData``.
    public static let applicationData: UInt8 = 0x15
    /// Records of composite (CAPP) transactions.
    public static let compositeRecords: UInt8 = 0x17
    /// The log, cyclic, ``PurseLogRecord``.
    public static let log: UInt8 = 0x18
    /// Trips, ``PurseTripRecord``.
    public static let trips: UInt8 = 0x1E

    /// Records that the log keeps.
    public static let logRecordsMax = 10

    /// READ BINARY of the application data, whole.
    public static let readApplicationData = CommandAPDU(
        0x00, 0xB0, 0x80 | applicationData, 0x00, expectedLength: PurseApplicationData.length)

    /// READ RECORD of the log; 1 is the newest.
    public static func readLog(_ number: UInt8) -> CommandAPDU {
        CommandAPDU(0x00, 0xB2, number, log << 3 | 0x04, expectedLength: PurseLogRecord.length)
    }

    /// READ RECORD by number.
    public static func readRecord(_ number: UInt8, in file: UInt8) -> CommandAPDU {
        CommandAPDU(0x00, 0xB2, number, file << 3 | 0x04, expectedLength: 256)
    }

    /// SELECT by name.
    public static func select(_ application: AID) -> CommandAPDU {
        CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: application.bytes, expectedLength: 256)
    }
}
