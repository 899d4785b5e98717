/// The name of a platform or a terminal, such as `quay-market`: `iss` of what it signs.
public struct PartyName: Hashable, Sendable, Codable, CustomStringConvertible {
    public let value: String

    public static let lengthMax = 32

    /// - Returns: `nil` for anything but 1 to 32 lower-case letters, digits and hyphens.
    public init?(_ text: String) {
        let allowed = text.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
        }
        guard (1...Self.lengthMax).contains(text.utf8.count), allowed else { return nil }
        value = text
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let name = PartyName(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a party's name")
        }
        self = name
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    public var description: String { value }
}
