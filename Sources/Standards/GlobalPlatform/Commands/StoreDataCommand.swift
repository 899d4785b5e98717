public import ISO7816

/// STORE DATA: one block of data for the Security Domain, or for the Application being personalized through it.
/// GPC v2.3.1 §11.11.
public struct StoreDataCommand: GlobalPlatformCommand {
    public static let instruction: UInt8 = 0xE2

    /// P1 b5–b4. Table 11-89.
    public enum Structure: UInt8, Hashable, Sendable {
        case unspecified = 0x00
        case dataGroupings = 0x08
        case berTLV = 0x10
    }

    /// P1 b7–b6.
    public enum Encryption: UInt8, Hashable, Sendable {
        case unspecifiedOrClear = 0x00
        case applicationDependent = 0x20
        case encrypted = 0x60
    }

    /// P1 b8.
    public var isLastBlock: Bool
    public var encryption: Encryption
    public var structure: Structure
    /// P1 b1: a response is expected (case 4).
    public var expectsResponse: Bool
    /// P2, from 0.
    public var blockNumber: UInt8
    public var data: [UInt8]

    public init(
        data: [UInt8], blockNumber: UInt8, isLastBlock: Bool, structure: Structure = .dataGroupings,
        encryption: Encryption = .unspecifiedOrClear, expectsResponse: Bool = false
    ) {
        self.data = data
        self.blockNumber = blockNumber
        self.isLastBlock = isLastBlock
        self.structure = structure
        self.encryption = encryption
        self.expectsResponse = expectsResponse
    }

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        guard let structure = Structure(rawValue: command.p1 & 0x18),
            let encryption = Encryption(rawValue: command.p1 & 0x60), command.p1 & 0x06 == 0
        else { throw .parameters(command) }
        isLastBlock = command.p1 & 0x80 != 0
        self.structure = structure
        self.encryption = encryption
        expectsResponse = command.p1 & 0x01 != 0
        blockNumber = command.p2
        data = command.data
    }

    public var command: CommandAPDU {
        let p1 =
            (isLastBlock ? 0x80 : 0x00) | encryption.rawValue | structure.rawValue | (expectsResponse ? 0x01 : 0x00)
        return CommandAPDU(
            proprietaryClass, Self.instruction, p1, blockNumber, data: data,
            expectedLength: expectsResponse ? 256 : nil)
    }
}
