import ISO7816

/// The version of a key set in a Security Domain: `01`–`7F`, or `FF` for keys put in before issuance.
/// GPC v2.3.1 §11.8.2.1.
public struct KeyVersionNumber: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt8

    public init?(rawValue: UInt8) {
        guard (0x01...0x7F).contains(rawValue) || rawValue == 0xFF else { return nil }
        self.rawValue = rawValue
    }

    /// The version of initial keys on many products; PUT KEY cannot create it.
    public static let initial = KeyVersionNumber(unchecked: 0xFF)
    /// Version 1, ours for keys given at manufacture.
    public static let one = KeyVersionNumber(unchecked: 0x01)

    /// Whether PUT KEY may give this version to a key set: `01`–`7F`.
    public var isAssignable: Bool { rawValue <= 0x7F }

    public var description: String { [rawValue].hex }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    private init(unchecked rawValue: UInt8) { self.rawValue = rawValue }
}

extension KeyVersionNumber: ExpressibleByIntegerLiteral {
    /// A version written in the source text. An undefined one stops the program: it is a mistake in the source.
    public init(integerLiteral value: UInt8) {
        guard let number = KeyVersionNumber(rawValue: value) else {
            preconditionFailure("\(value) is not a Key Version Number")
        }
        self = number
    }
}

extension KeyVersionNumber: Codable {}
