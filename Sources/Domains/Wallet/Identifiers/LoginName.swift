/// The name that somebody logs in by, unique in the wallet; upper and lower case are one.
public struct LoginName: Hashable, Sendable, Codable, CustomStringConvertible {
    public let value: String

    public static let lengths = 3...64

    /// - Returns: `nil` for anything but 3 to 64 letters, digits and `. _ - + @` of ASCII.
    public init?(_ text: String) {
        let lowered = text.lowercased()
        let allowed = lowered.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || ".-_+@".utf8.contains($0)
        }
        guard Self.lengths.contains(lowered.utf8.count), allowed else { return nil }
        value = lowered
    }

    public var description: String { value }
}
