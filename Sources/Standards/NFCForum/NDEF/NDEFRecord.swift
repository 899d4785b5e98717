/// One record of an NDEF message: a payload, and what says how to read it. NFC Forum NDEF 1.0 §3.2.
///
///     MB ME CF SR IL TNF(3) | type length | payload length (1 or 4) | [ID length] | type | [ID] | payload
///
/// A held record keeps the rules between its fields; the message sets the flags.
public struct NDEFRecord: Hashable, Sendable {
    /// How the type field is to be read (TNF). `06`, a chunk's continuation, is no record of its own.
    public enum TypeNameFormat: UInt8, Hashable, Sendable, CaseIterable {
        case empty = 0x00
        /// An NFC Forum well-known type: `U`, `T`, `Sp`.
        case wellKnown = 0x01
        /// A media type of RFC 2046.
        case media = 0x02
        case absoluteURI = 0x03
        /// An NFC Forum external type: `domain:type`.
        case external = 0x04
        case unknown = 0x05
    }

    public let format: TypeNameFormat
    public let type: [UInt8]
    /// The payload's ID; empty is the same as none.
    public let identifier: [UInt8]
    public let payload: [UInt8]

    /// The length byte of type and ID.
    public static let fieldLengthMax = 255

    /// - Throws: ``NDEFRecordError`` when the fields contradict each other.
    public init(
        _ format: TypeNameFormat, type: [UInt8] = [], identifier: [UInt8] = [], payload: [UInt8] = []
    ) throws(NDEFRecordError) {
        guard type.count <= Self.fieldLengthMax else { throw .typeTooLong(type.count) }
        guard identifier.count <= Self.fieldLengthMax else { throw .identifierTooLong(identifier.count) }
        guard payload.count <= Int(UInt32.max) else { throw .payloadTooLong(payload.count) }
        switch format {
        case .empty:
            guard type.isEmpty, identifier.isEmpty, payload.isEmpty else { throw .emptyRecordHasContent }
        case .unknown:
            guard type.isEmpty else { throw .unknownRecordHasType }
        case .wellKnown, .media, .absoluteURI, .external:
            guard !type.isEmpty else { throw .missingType(format) }
        }
        self.init(known: format, type: type, identifier: identifier, payload: payload)
    }

    /// A record whose fields the caller has made sure of.
    init(known format: TypeNameFormat, type: [UInt8] = [], identifier: [UInt8] = [], payload: [UInt8] = []) {
        self.format = format
        self.type = type
        self.identifier = identifier
        self.payload = payload
    }

    /// The empty record, which stands in for a message without content.
    public static let empty = NDEFRecord(known: .empty)

    /// Whether this is the well-known type of a name.
    func isWellKnown(_ name: String) -> Bool { format == .wellKnown && type == Array(name.utf8) }
}

/// Why some fields are no record.
public enum NDEFRecordError: Error, Equatable, Sendable, CustomStringConvertible {
    case typeTooLong(Int)
    case identifierTooLong(Int)
    case payloadTooLong(Int)
    /// An empty record has neither type nor ID nor payload (§3.3).
    case emptyRecordHasContent
    /// The type of an unknown payload is not written (§3.2.6).
    case unknownRecordHasType
    case missingType(NDEFRecord.TypeNameFormat)

    public var description: String {
        switch self {
        case .typeTooLong(let count): "a record's type has 255 bytes at most, found \(count)"
        case .identifierTooLong(let count): "a record's ID has 255 bytes at most, found \(count)"
        case .payloadTooLong(let count): "a record's payload has 4 294 967 295 bytes at most, found \(count)"
        case .emptyRecordHasContent: "an empty record has neither type nor ID nor payload"
        case .unknownRecordHasType: "a record of unknown type has no type field"
        case .missingType(let format): "a record with type name format \(format.rawValue) names its type"
        }
    }
}
