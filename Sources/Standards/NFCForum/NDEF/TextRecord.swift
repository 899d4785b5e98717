/// Text for people in a record of the well-known type `T`: language, encoding, text. NFC Forum RTD Text 1.0 §3.
///
///     status: bit 8 UTF-16, bit 7 reserved, bits 6–1 length of the language code | language code | text
public struct TextRecord: Hashable, Sendable {
    /// The two encodings that a text may have.
    public enum Encoding: Hashable, Sendable {
        case utf8
        /// Written with a byte order mark, least significant byte first, and read in either order.
        case utf16
    }

    public let text: String
    /// A language tag of RFC 5646.
    public let language: String
    public let encoding: Encoding
    public let identifier: [UInt8]

    static let type = "T"
    /// Six bits.
    public static let languageLengthMax = 63

    /// - Throws: ``RecordTypeError/languageCode``.
    public init(
        _ text: String, language: String = "en", encoding: Encoding = .utf8, identifier: [UInt8] = []
    ) throws(RecordTypeError) {
        precondition(identifier.count <= NDEFRecord.fieldLengthMax, "a record's ID has 255 bytes at most")
        guard Self.isLanguage(Array(language.utf8)) else { throw .languageCode }
        self.text = text
        self.language = language
        self.encoding = encoding
        self.identifier = identifier
    }

    /// - Throws: ``RecordTypeError``.
    public init(_ record: NDEFRecord) throws(RecordTypeError) {
        guard record.isWellKnown(Self.type) else { throw .otherType(expected: Self.type) }
        guard let status = record.payload.first else { throw .truncated(field: "status byte") }
        guard status & Self.reserved == 0 else { throw .reservedValue(field: "status byte", status) }
        let languageLength = Int(status & Self.lengthMask)
        guard record.payload.count > languageLength else { throw .truncated(field: "language code") }
        let language = Array(record.payload.dropFirst().prefix(languageLength))
        guard Self.isLanguage(language) else { throw .languageCode }
        let bytes = Array(record.payload.dropFirst(1 + languageLength))
        let encoding: Encoding = status & Self.isUTF16 == 0 ? .utf8 : .utf16
        guard let text = Self.decode(bytes, encoding) else { throw .notText }
        self.text = text
        self.language = String(decoding: language, as: UTF8.self)
        self.encoding = encoding
        identifier = record.identifier
    }

    public var record: NDEFRecord {
        let language = Array(language.utf8)
        let status = UInt8(language.count) | (encoding == .utf16 ? Self.isUTF16 : 0)
        return NDEFRecord(
            known: .wellKnown, type: Array(Self.type.utf8), identifier: identifier,
            payload: [status] + language + encoded)
    }

    private static let isUTF16: UInt8 = 0x80
    private static let reserved: UInt8 = 0x40
    private static let lengthMask: UInt8 = 0x3F
    private static let byteOrderMark: UInt16 = 0xFEFF

    private var encoded: [UInt8] {
        switch encoding {
        case .utf8: Array(text.utf8)
        case .utf16:
            ([Self.byteOrderMark] + text.utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        }
    }

    private static func decode(_ bytes: [UInt8], _ encoding: Encoding) -> String? {
        guard encoding == .utf16 else { return String(validating: bytes, as: UTF8.self) }
        guard bytes.count.isMultiple(of: 2) else { return nil }
        let isLittleEndian = bytes.starts(with: [0xFF, 0xFE])
        // Without a mark the most significant byte comes first (§3.4).
        let hasMark = isLittleEndian || bytes.starts(with: [0xFE, 0xFF])
        let units = stride(from: hasMark ? 2 : 0, to: bytes.count, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isLittleEndian ? second << 8 | first : first << 8 | second
        }
        return String(validating: units, as: UTF16.self)
    }

    private static func isLanguage(_ bytes: [UInt8]) -> Bool {
        (1...languageLengthMax).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
