/// An acquirer that asks the token service for payments, such as `quay-acquiring`.
public struct AcquirerName: Hashable, Sendable, Codable, CustomStringConvertible {
    public let value: String

    /// - Returns: `nil` for anything but 1 to 32 lower-case letters, digits and hyphens.
    public init?(_ text: String) {
        let allowed = text.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
        }
        guard (1...32).contains(text.utf8.count), allowed else { return nil }
        value = text
    }

    public var description: String { value }
}
