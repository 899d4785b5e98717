import ISO7816

/// What a key or key component is. GPC v2.3.1 Table 11-16.
public struct KeyType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let des = KeyType(rawValue: 0x80)
    public static let tripleDESInCBC = KeyType(rawValue: 0x82)
    public static let preSharedKeyTLS = KeyType(rawValue: 0x85)
    public static let aes = KeyType(rawValue: 0x88)
    public static let rsaPublicExponent = KeyType(rawValue: 0xA0)
    public static let rsaModulus = KeyType(rawValue: 0xA1)
    public static let rsaPrivateModulus = KeyType(rawValue: 0xA2)
    public static let rsaPrivateExponent = KeyType(rawValue: 0xA3)
    public static let rsaPrimeP = KeyType(rawValue: 0xA4)
    public static let rsaPrimeQ = KeyType(rawValue: 0xA5)
    /// The inverse of q modulo p.
    public static let rsaCoefficient = KeyType(rawValue: 0xA6)
    public static let rsaExponentP = KeyType(rawValue: 0xA7)
    public static let rsaExponentQ = KeyType(rawValue: 0xA8)
    public static let eccPublicKey = KeyType(rawValue: 0xB0)
    public static let eccPrivateKey = KeyType(rawValue: 0xB1)
    public static let eccField = KeyType(rawValue: 0xB2)
    public static let eccCoefficientA = KeyType(rawValue: 0xB3)
    public static let eccCoefficientB = KeyType(rawValue: 0xB4)
    public static let eccGenerator = KeyType(rawValue: 0xB5)
    public static let eccOrder = KeyType(rawValue: 0xB6)
    public static let eccCofactor = KeyType(rawValue: 0xB7)
    public static let eccParametersReference = KeyType(rawValue: 0xF0)
    /// Announces the extended format of the Key Information Template.
    public static let extendedFormat = KeyType(rawValue: 0xFF)

    /// Whether PUT KEY carries the component encrypted: symmetric keys and the parts of private ones.
    public var isSecret: Bool {
        switch rawValue {
        case 0x80...0x8F, 0xA2...0xA8, Self.eccPrivateKey.rawValue: true
        default: false
        }
    }

    /// Key types fill `80`–`FF`; a byte below is a length field.
    public var isDefined: Bool { rawValue >= 0x80 && self != .extendedFormat }

    public var description: String { [rawValue].hex }
}
