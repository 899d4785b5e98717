public import ISO7816

/// The commands of a Type 4 Tag, as a reader sends them. NFC Forum Type 4 Tag 2.0 §5.4.
public enum Type4Command: Hashable, Sendable {
    /// The NDEF Tag Application, `D2760000850101`.
    case selectApplication
    /// A file by its identifier, without an answer.
    case selectFile(UInt16)
    case readBinary(offset: Int, length: Int)
    case updateBinary(offset: Int, data: [UInt8])

    public static let application: AID = "D2760000850101"
    public static let capabilityContainer: UInt16 = 0xE103
    /// Fifteen bits of P1 P2.
    public static let offsetMax = 0x7FFF

    static let selectInstruction: UInt8 = 0xA4
    static let readBinaryInstruction: UInt8 = 0xB0
    static let updateBinaryInstruction: UInt8 = 0xD6

    public var command: CommandAPDU {
        switch self {
        case .selectApplication:
            CommandAPDU(0x00, Self.selectInstruction, 0x04, 0x00, data: Self.application.bytes, expectedLength: 256)
        case .selectFile(let identifier):
            CommandAPDU(
                0x00, Self.selectInstruction, 0x00, 0x0C, data: CapabilityContainer.twoBytes(Int(identifier)))
        case .readBinary(let offset, let length):
            CommandAPDU(
                0x00, Self.readBinaryInstruction, UInt8(offset >> 8 & 0x7F), UInt8(offset & 0xFF),
                expectedLength: length)
        case .updateBinary(let offset, let data):
            CommandAPDU(
                0x00, Self.updateBinaryInstruction, UInt8(offset >> 8 & 0x7F), UInt8(offset & 0xFF), data: data)
        }
    }
}
