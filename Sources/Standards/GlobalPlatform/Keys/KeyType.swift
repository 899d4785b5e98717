import ISO7816

/// What a key or key component is. GPC v2.3.1 Table 11-16.
public struct KeyType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let des = KeyType(rawValue: 0x80)
    public static let preSharedKeyTLS = KeyType(rawValue: 0x85)
    public static let aes = KeyType(rawValue: 0x88)
    public static let rsaPublicExponent = KeyType(rawValue: 0xA0)
    public static let rsaModulus = KeyType(rawValue: 0xA1)
    public static let eccPublicKey = KeyType(rawValue: 0xB0)
    public static let eccPrivateKey = KeyType(rawValue: 0xB1)
    public static let eccParametersReference = KeyType(rawValue: 0xF0)
    /// Announces the extended format of the Key Information Template.
    public static let extendedFormat = KeyType(rawValue: 0xFF)

    /// Key types fill `80`–`FF`; a byte below is a length field.
    public var isDefined: Bool { rawValue >= 0x80 && self != .extendedFormat }

    public var description: String { [rawValue].hex }
}
