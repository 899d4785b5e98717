public import CardCryptography
import ISO7816

/// Names a card record inside a universal instance: eight random bytes, tag C0.
public struct RecordReference: Hashable, Sendable, Codable, CustomStringConvertible {
    public let bytes: [UInt8]

    public static let length = 8

    /// - Returns: `nil` for anything but eight bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = Array(bytes)
    }

    /// A fresh reference.
    public static func random(_ source: any RandomSource) -> RecordReference {
        RecordReference(unchecked: source.bytes(length))
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let bytes = try? [UInt8](hex: text), let reference = RecordReference(bytes) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not eight bytes in hex"))
        }
        self = reference
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes.hex)
    }

    public var description: String { bytes.hex }
}
