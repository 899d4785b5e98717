import ISO7816

/// Bytes written as hex digits in JSON. They may carry keys or a PAN: only their number is printed.
public struct HexBytes: Hashable, Sendable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }
}

extension HexBytes: CustomStringConvertible {
    public var description: String { "‹\(bytes.count) bytes›" }
}

extension HexBytes: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            bytes = try [UInt8](hex: try container.decode(String.self))
        } catch let error as HexDecodingError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes.hex)
    }
}
