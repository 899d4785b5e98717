public import ISO7816

/// Where and when a chip was made, GET DATA `9F7F`: 42 bytes. GPC v2.3.1 §11.3.3.1; layout of GPC 2.1.1 VISA mapping.
public struct CardProductionLifeCycleData: Hashable, Sendable {
    public var fabricator: UInt16 = 0
    public var type: UInt16 = 0
    public var operatingSystem: UInt16 = 0
    /// Dates are BCD `YDDD`: last digit of the year, day of the year.
    public var operatingSystemReleaseDate: UInt16 = 0
    public var operatingSystemReleaseLevel: UInt16 = 0
    public var fabricationDate: UInt16 = 0
    public var serialNumber: UInt32 = 0
    public var batch: UInt16 = 0
    public var moduleFabricator: UInt16 = 0
    public var modulePackagingDate: UInt16 = 0
    public var manufacturer: UInt16 = 0
    public var embeddingDate: UInt16 = 0
    public var prepersonalizer: UInt16 = 0
    public var prepersonalizationDate: UInt16 = 0
    public var prepersonalizationEquipment: UInt32 = 0
    public var personalizer: UInt16 = 0
    public var personalizationDate: UInt16 = 0
    public var personalizationEquipment: UInt32 = 0

    public static let tag: BERTag = 0x9F7F
    static let length = 42

    public init() {}

    /// Reads the response of GET DATA `9F7F`.
    ///
    /// - Throws: ``CommandDecodingError``.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let objects = try BERTLV.commandData(bytes)
        guard objects.count == 1, let value = objects[Self.tag] else { throw .tlv(.missing(Self.tag)) }
        guard value.count == Self.length else { throw .invalid(field: "9F7F", value: value) }
        func short(_ offset: Int) -> UInt16 { UInt16(value[offset]) << 8 | UInt16(value[offset + 1]) }
        func long(_ offset: Int) -> UInt32 { UInt32(short(offset)) << 16 | UInt32(short(offset + 2)) }
        fabricator = short(0)
        type = short(2)
        operatingSystem = short(4)
        operatingSystemReleaseDate = short(6)
        operatingSystemReleaseLevel = short(8)
        fabricationDate = short(10)
        serialNumber = long(12)
        batch = short(16)
        moduleFabricator = short(18)
        modulePackagingDate = short(20)
        manufacturer = short(22)
        embeddingDate = short(24)
        prepersonalizer = short(26)
        prepersonalizationDate = short(28)
        prepersonalizationEquipment = long(30)
        personalizer = short(34)
        personalizationDate = short(36)
        personalizationEquipment = long(38)
    }

    public var bytes: [UInt8] {
        func short(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
        func long(_ value: UInt32) -> [UInt8] { short(UInt16(value >> 16)) + short(UInt16(value & 0xFFFF)) }
        let head = [
            fabricator, type, operatingSystem, operatingSystemReleaseDate, operatingSystemReleaseLevel,
            fabricationDate,
        ].flatMap(short)
        let middle = [
            batch, moduleFabricator, modulePackagingDate, manufacturer, embeddingDate, prepersonalizer,
            prepersonalizationDate,
        ].flatMap(short)
        let tail =
            long(prepersonalizationEquipment) + short(personalizer) + short(personalizationDate)
            + long(personalizationEquipment)
        return BERTLV(Self.tag, head + long(serialNumber) + middle + tail).bytes
    }
}
