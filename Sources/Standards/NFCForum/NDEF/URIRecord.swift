import ISO7816

/// A URI in a record of the well-known type `U`: a prefix by number, and the rest. NFC Forum RTD URI 1.0 §3.2.
public struct URIRecord: Hashable, Sendable {
    public let uri: String
    public var identifier: [UInt8]

    static let type = "U"

    public init(_ uri: String, identifier: [UInt8] = []) {
        precondition(identifier.count <= NDEFRecord.fieldLengthMax, "a record's ID has 255 bytes at most")
        self.uri = uri
        self.identifier = identifier
    }

    /// - Throws: ``RecordTypeError``, when the record is of another type or its payload is no URI.
    public init(_ record: NDEFRecord) throws(RecordTypeError) {
        guard record.isWellKnown(Self.type) else { throw .otherType(expected: Self.type) }
        guard let code = record.payload.first else { throw .truncated(field: "identifier code") }
        guard Int(code) < Self.prefixes.count else { throw .reservedValue(field: "identifier code", code) }
        guard let rest = String(validating: record.payload.dropFirst(), as: UTF8.self) else { throw .notText }
        uri = Self.prefixes[Int(code)] + rest
        identifier = record.identifier
    }

    /// The record, with the longest prefix that the URI starts with.
    public var record: NDEFRecord {
        let (code, rest) = abbreviated
        return NDEFRecord(
            known: .wellKnown, type: Array(Self.type.utf8), identifier: identifier, payload: [code] + Array(rest.utf8))
    }

    /// The identifier code, and what is written behind it.
    public var abbreviated: (code: UInt8, rest: String) {
        let known = Self.prefixes.indices.filter { uri.hasPrefix(Self.prefixes[$0]) }
        // The empty prefix, number 0, starts every URI.
        let code = known.max { Self.prefixes[$0].utf8.count < Self.prefixes[$1].utf8.count } ?? 0
        return (UInt8(code), String(decoding: uri.utf8.dropFirst(Self.prefixes[code].utf8.count), as: UTF8.self))
    }

    /// Table 3: the identifier codes, in order.
    static let prefixes = [
        "", "http://www.", "https://www.", "http://", "https://", "tel:", "mailto:", "ftp://anonymous:anonymous@",
        "ftp://ftp.", "ftps://", "sftp://", "smb://", "nfs://", "ftp://", "dav://", "news:", "telnet://", "imap:",
        "rtsp://", "urn:", "pop:", "sip:", "sips:", "tftp:", "btspp://", "btl2cap://", "btgoep://", "tcpobex://",
        "irdaobex://", "file://", "urn:epc:id:", "urn:epc:tag:", "urn:epc:pat:", "urn:epc:raw:", "urn:epc:",
        "urn:nfc:",
    ]
}

/// Why a record is not of the type that is wanted, or not a good one.
public enum RecordTypeError: Error, Equatable, Sendable, CustomStringConvertible {
    case otherType(expected: String)
    case truncated(field: String)
    case reservedValue(field: String, UInt8)
    /// The bytes are no text in their encoding.
    case notText
    /// The language code of a text is not one of RFC 5646 in ASCII.
    case languageCode
    /// A smart poster's payload is no message.
    case message(NDEFDecodingError)
    case missing(String)
    case repeated(String)
    case wrongLength(field: String, Int)
    /// An external type's name is not `domain:type`.
    case externalName(ExternalTypeName.Fault)

    public var description: String {
        switch self {
        case .otherType(let expected): "the record is not of type \(expected)"
        case .truncated(let field): "the \(field) is missing"
        case .reservedValue(let field, let value): "\(field) \([value].hex) is reserved"
        case .notText: "the payload is no text in its encoding"
        case .languageCode: "the language code has 1 to 63 letters, digits and hyphens"
        case .message(let error): "the payload is no message: \(error)"
        case .missing(let what): "\(what) is missing"
        case .repeated(let what): "\(what) stands twice"
        case .wrongLength(let field, let count): "\(field) has a wrong length, \(count)"
        case .externalName(let fault): "\(fault)"
        }
    }
}
