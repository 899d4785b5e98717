public import ISO7816

/// GET DATA: one data object of the selected Application, by its tag. GPC v2.3.1 §11.3.
public struct GetDataCommand: GlobalPlatformCommand {
    public static let instruction: UInt8 = 0xCA

    /// P1 P2.
    public var tag: UInt16

    public init(_ tag: UInt16) { self.tag = tag }

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        guard command.data.isEmpty else { throw .wrongDataLength(command.data.count) }
        tag = UInt16(command.p1) << 8 | UInt16(command.p2)
    }

    public var command: CommandAPDU {
        CommandAPDU(
            proprietaryClass, Self.instruction, UInt8(tag >> 8), UInt8(tag & 0xFF), expectedLength: 256)
    }
}

extension GetDataCommand {
    public static let issuerIdentificationNumber = GetDataCommand(0x0042)
    public static let cardImageNumber = GetDataCommand(0x0045)
    public static let cardData = GetDataCommand(0x0066)
    public static let cardCapabilityInformation = GetDataCommand(0x0067)
    public static let sequenceCounter = GetDataCommand(0x00C1)
    public static let confirmationCounter = GetDataCommand(0x00C2)
    public static let keyDerivationData = GetDataCommand(0x00CF)
    public static let keyInformationTemplate = GetDataCommand(0x00E0)
    public static let listOfApplications = GetDataCommand(0x2F00)
    public static let cardProductionLifeCycleData = GetDataCommand(0x9F7F)
    public static let extendedCardResources = GetDataCommand(0xFF21)
}
