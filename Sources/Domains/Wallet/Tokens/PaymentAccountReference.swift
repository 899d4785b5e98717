/// PAR: names the account behind a card and all of its tokens, without being good for a payment (tag 9F24).
///
/// 29 upper-case letters and digits, of which the first four name who gives it. EMV Payment Tokenisation §3.3.
public struct PaymentAccountReference: Hashable, Sendable, Codable, CustomStringConvertible {
    public let value: String

    public static let length = 29
    /// Names the wallet's token service as the giver.
    public static let controller = "SNSC"

    /// - Returns: `nil` for anything but 29 upper-case letters and digits.
    public init?(_ text: String) {
        let allowed = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
        guard text.utf8.count == Self.length, allowed else { return nil }
        value = text
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let reference = PaymentAccountReference(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not 29 upper-case letters and digits"))
        }
        self = reference
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    public var description: String { value }
}
