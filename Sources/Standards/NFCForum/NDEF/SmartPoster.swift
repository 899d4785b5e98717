/// A URI with what people are told about it, in a record of the well-known type `Sp`. NFC Forum RTD Smart Poster 1.1 §3.
///
/// The payload is a message: exactly one `U`; any number of `T`, one for a language; at most one each of `act`, `s` and
/// `t`; icons. Records of other types are ignored.
public struct SmartPoster: Hashable, Sendable {
    /// What is to be done with the URI. §3.4.1.
    public enum Action: UInt8, Hashable, Sendable, CaseIterable {
        case perform = 0x00
        case save = 0x01
        case edit = 0x02
    }

    public var uri: String
    /// One for a language at most.
    public let titles: [TextRecord]
    public var action: Action?
    /// Bytes of what the URI leads to.
    public var size: UInt32?
    /// The media type of what the URI leads to.
    public var mediaType: String?
    /// Media records with `image/…` or `video/…`.
    public let icons: [NDEFRecord]
    public let identifier: [UInt8]

    static let type = "Sp"
    private static let actionType = "act"
    private static let sizeType = "s"
    private static let mediaTypeType = "t"

    /// - Throws: ``RecordTypeError/repeated(_:)`` when two titles have one language, or an icon is none.
    public init(
        uri: String, titles: [TextRecord] = [], action: Action? = nil, size: UInt32? = nil, mediaType: String? = nil,
        icons: [NDEFRecord] = [], identifier: [UInt8] = []
    ) throws(RecordTypeError) {
        precondition(identifier.count <= NDEFRecord.fieldLengthMax, "a record's ID has 255 bytes at most")
        try Self.checkLanguages(titles)
        guard icons.allSatisfy(Self.isIcon) else { throw .otherType(expected: "image or video") }
        self.uri = uri
        self.titles = titles
        self.action = action
        self.size = size
        self.mediaType = mediaType
        self.icons = icons
        self.identifier = identifier
    }

    /// The title in a language, or the first one.
    public func title(in language: String) -> String? {
        (titles.first { $0.language.lowercased() == language.lowercased() } ?? titles.first)?.text
    }

    private static func checkLanguages(_ titles: [TextRecord]) throws(RecordTypeError) {
        let languages = titles.map { $0.language.lowercased() }
        guard Set(languages).count == languages.count else { throw .repeated("a title's language") }
    }

    private static func isIcon(_ record: NDEFRecord) -> Bool {
        let type = String(decoding: record.type, as: UTF8.self).lowercased()
        return record.format == .media && (type.hasPrefix("image/") || type.hasPrefix("video/"))
    }
}

// MARK: - Record

extension SmartPoster {
    /// - Throws: ``RecordTypeError``.
    public init(_ record: NDEFRecord) throws(RecordTypeError) {
        guard record.isWellKnown(Self.type) else { throw .otherType(expected: Self.type) }
        let message: NDEFMessage
        do throws(NDEFDecodingError) { message = try NDEFMessage(bytes: record.payload) } catch {
            throw .message(error)
        }
        guard let uri = try message.only(URIRecord.type) else { throw .missing("the URI") }
        self.uri = try URIRecord(uri).uri
        var titles: [TextRecord] = []
        for record in message.records where record.isWellKnown(TextRecord.type) {
            titles.append(try TextRecord(record))
        }
        try Self.checkLanguages(titles)
        self.titles = titles
        action = try Self.action(message.only(Self.actionType))
        size = try Self.size(message.only(Self.sizeType))
        mediaType = try Self.mediaType(message.only(Self.mediaTypeType))
        icons = message.records.filter(Self.isIcon)
        identifier = record.identifier
    }

    private static func action(_ record: NDEFRecord?) throws(RecordTypeError) -> Action? {
        guard let payload = record?.payload else { return nil }
        guard payload.count == 1 else { throw .wrongLength(field: "the action", payload.count) }
        guard let action = Action(rawValue: payload[0]) else { throw .reservedValue(field: "action", payload[0]) }
        return action
    }

    private static func size(_ record: NDEFRecord?) throws(RecordTypeError) -> UInt32? {
        guard let payload = record?.payload else { return nil }
        guard payload.count == 4 else { throw .wrongLength(field: "the size", payload.count) }
        return payload.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func mediaType(_ record: NDEFRecord?) throws(RecordTypeError) -> String? {
        guard let payload = record?.payload else { return nil }
        guard let text = String(validating: payload, as: UTF8.self) else { throw .notText }
        return text
    }

    public var record: NDEFRecord {
        var records = [URIRecord(uri).record] + titles.map(\.record)
        if let action { records.append(Self.part(Self.actionType, [action.rawValue])) }
        if let size {
            records.append(
                Self.part(Self.sizeType, stride(from: 24, through: 0, by: -8).map { UInt8(size >> $0 & 0xFF) }))
        }
        if let mediaType { records.append(Self.part(Self.mediaTypeType, Array(mediaType.utf8))) }
        records += icons
        // There is the URI at least.
        let payload = NDEFMessage(records)?.bytes ?? []
        return NDEFRecord(
            known: .wellKnown, type: Array(Self.type.utf8), identifier: identifier, payload: payload)
    }

    private static func part(_ type: String, _ payload: [UInt8]) -> NDEFRecord {
        NDEFRecord(known: .wellKnown, type: Array(type.utf8), payload: payload)
    }
}

extension NDEFMessage {
    /// The record of a well-known type that may stand once.
    fileprivate func only(_ type: String) throws(RecordTypeError) -> NDEFRecord? {
        let found = records.filter { $0.isWellKnown(type) }
        guard found.count <= 1 else { throw .repeated("the record \(type)") }
        return found.first
    }
}
