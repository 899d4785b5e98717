import ISO7816

/// The place of a key inside its key set: `01`–`7F`. GPC v2.3.1 §11.8.2.2.
public struct KeyIdentifier: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt8

    public init?(rawValue: UInt8) {
        guard (0x01...0x7F).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// Secure channel encryption, K-ENC.
    public static let encryption = KeyIdentifier(unchecked: 0x01)
    /// Secure channel message authentication, K-MAC.
    public static let mac = KeyIdentifier(unchecked: 0x02)
    /// Data encryption, K-DEK.
    public static let dataEncryption = KeyIdentifier(unchecked: 0x03)

    /// The identifier after this one, or `nil` after `7F`.
    public var next: KeyIdentifier? { KeyIdentifier(rawValue: rawValue + 1) }

    public var description: String { [rawValue].hex }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    private init(unchecked rawValue: UInt8) { self.rawValue = rawValue }
}

extension KeyIdentifier: ExpressibleByIntegerLiteral {
    /// An identifier written in the source text. An undefined one stops the program: it is a mistake in the source.
    public init(integerLiteral value: UInt8) {
        guard let identifier = KeyIdentifier(rawValue: value) else {
            preconditionFailure("\(value) is not a Key Identifier")
        }
        self = identifier
    }
}
