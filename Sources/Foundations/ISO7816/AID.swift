/// An Application Identifier: 5 to 16 bytes, RID (5) and PIX (0–11). ISO/IEC 7816-4 §12.2.3.
public struct AID: Hashable, Sendable {
    public let bytes: [UInt8]

    /// - Throws: ``AIDError`` when the length is outside 5–16.
    public init(_ bytes: some Sequence<UInt8>) throws(AIDError) {
        let bytes = Array(bytes)
        guard (5...16).contains(bytes.count) else { throw .lengthOutOfRange(bytes.count) }
        self.bytes = bytes
    }

    /// Reads an AID from hex digits.
    public init(hex: some StringProtocol) throws(AIDError) {
        do {
            try self.init([UInt8](hex: hex))
        } catch let error as AIDError {
            throw error
        } catch let error as HexDecodingError {
            throw .notHex(error)
        } catch {
            preconditionFailure("only the two errors above are thrown")
        }
    }

    /// The Registered Application Provider Identifier, the first five bytes.
    public var rid: [UInt8] { Array(bytes.prefix(5)) }

    /// Whether `prefix` starts this AID, the comparison of a partial SELECT.
    public func hasPrefix(_ prefix: some Collection<UInt8>) -> Bool { bytes.starts(with: prefix) }
}

/// Why some bytes are not an AID.
public enum AIDError: Error, Equatable, Sendable, CustomStringConvertible {
    case lengthOutOfRange(Int)
    case notHex(HexDecodingError)

    public var description: String {
        switch self {
        case .lengthOutOfRange(let count): "an AID has 5 to 16 bytes, found \(count)"
        case .notHex(let error): "an AID is written in hex: \(error)"
        }
    }
}

extension AID: CustomStringConvertible {
    public var description: String { bytes.hex }
}

extension AID: Comparable {
    public static func < (left: AID, right: AID) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

extension AID: ExpressibleByStringLiteral {
    /// An AID written in the source text. A malformed literal stops the program: it is a mistake in the source.
    public init(stringLiteral literal: StaticString) {
        do {
            try self.init(hex: "\(literal)")
        } catch {
            preconditionFailure("\(literal) is not an AID: \(error)")
        }
    }
}

extension AID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(hex: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
