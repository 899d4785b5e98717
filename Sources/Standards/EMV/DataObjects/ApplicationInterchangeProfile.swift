/// What an application can do (tag 82). EMV Book 3, Annex C1; the last bit: EMV Contactless Book C-2.
public struct ApplicationInterchangeProfile: OptionSet, Hashable, Sendable {
    /// Byte 1 above byte 2.
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let staticDataAuthentication = Self(rawValue: 0x4000)
    public static let dynamicDataAuthentication = Self(rawValue: 0x2000)
    public static let cardholderVerification = Self(rawValue: 0x1000)
    public static let terminalRiskManagement = Self(rawValue: 0x0800)
    /// EXTERNAL AUTHENTICATE is understood.
    public static let issuerAuthentication = Self(rawValue: 0x0400)
    public static let onDeviceCardholderVerification = Self(rawValue: 0x0200)
    public static let combinedDataAuthentication = Self(rawValue: 0x0100)
    /// EMV mode is understood over the contactless interface.
    public static let contactlessEMVMode = Self(rawValue: 0x0080)

    /// Reads the value of tag 82, or answers `nil` when it has not two bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 2 else { return nil }
        rawValue = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    }

    public var bytes: [UInt8] { [UInt8(rawValue >> 8), UInt8(rawValue & 0xFF)] }
}
