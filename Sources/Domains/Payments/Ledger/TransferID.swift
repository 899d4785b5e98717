import CardCryptography
import ISO7816

/// Names a transfer: 128 bits that whoever asks for it has chosen, so that asking again moves nothing twice.
public struct TransferID: Hashable, Sendable, CustomStringConvertible {
    public let value: UInt128

    public static let length = 16

    public init(_ value: UInt128) { self.value = value }

    /// - Returns: `nil` for anything but 16 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// - Returns: `nil` for anything but 32 hex digits.
    public init?(hex: String) {
        guard let bytes = try? [UInt8](hex: hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// The one name of what `cause` says, such as `order ord_…`: who does the same again asks for the same transfer.
    public init(derivedFrom cause: String) {
        value = Digest.hash(Array(cause.utf8)).prefix(Self.length).reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// Most significant byte first.
    public var bytes: [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    public var hex: String { bytes.hex.lowercased() }

    public var description: String { hex }
}

extension TransferID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = TransferID(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not 16 bytes in hex")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
