public import ISO7816

/// A command or response APDU as SERAM carries it: upper-case hex digits in JSON, the empty string for "not available".
///
/// GP SERAM 2.0, schema `apdu`. The pattern there allows upper-case digits only; lower-case ones are read too.
public struct HexAPDU: Hashable, Sendable {
    public let bytes: [UInt8]

    /// The response that never came: `""`.
    public static let notAvailable = HexAPDU([])

    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    public init(_ command: CommandAPDU) { bytes = command.bytes }
    public init(_ response: ResponseAPDU) { bytes = response.bytes }

    public var isAvailable: Bool { !bytes.isEmpty }

    /// The bytes as a command.
    public func command() throws(CommandAPDUDecodingError) -> CommandAPDU { try CommandAPDU(bytes: bytes) }

    /// The bytes as a response, or `nil` when it is not available.
    public func response() throws(ResponseAPDUDecodingError) -> ResponseAPDU? {
        isAvailable ? try ResponseAPDU(bytes: bytes) : nil
    }
}

extension HexAPDU: CustomStringConvertible {
    /// The length only: the bytes may carry keys or a PAN.
    public var description: String { isAvailable ? "‹\(bytes.count) bytes›" : "not available" }
}

extension HexAPDU: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            bytes = try [UInt8](hex: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes.hex)
    }
}
