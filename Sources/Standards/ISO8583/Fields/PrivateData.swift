import CardCryptography

/// What the two parties to a line have agreed on beyond the standard, in the fields that it leaves to private use: 126, and
/// 127 for what has no room there.
///
///     tag (2 letters or digits) | length of the value (4 digits) | value (printable ASCII) | next tag …
///
/// An element is no field of the standard: it may be of any length up to the bound, and a reader passes over tags that it
/// does not know. Values are kept as secrets.
public struct PrivateData: Hashable, Sendable {
    private var values: [Tag: SecretBytes] = [:]

    /// Which element; others than those named here are kept as they came.
    public struct Tag: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
        /// Two letters or digits.
        public let rawValue: String

        /// A token service's signed word for one payment, a JSON Web Token in compact form.
        public static let authorizationAssertion = Tag(known: "AA")

        /// - Returns: `nil` for anything but two letters or digits.
        public init?(rawValue: String) {
            guard rawValue.utf8.count == 2,
                rawValue.utf8.allSatisfy({ FieldFormat.Content.an.allows($0) && $0 != UInt8(ascii: " ") })
            else { return nil }
            self.rawValue = rawValue
        }

        private init(known: String) { rawValue = known }

        public static func < (left: Tag, right: Tag) -> Bool { left.rawValue < right.rawValue }
        public var description: String { rawValue }
    }

    /// Both fields together.
    public static let charactersMax = 2 * fieldCharactersMax
    public static let elementsMax = 16
    static let fieldCharactersMax = 999
    private static let headLength = 6

    public init() {}

    public var tags: [Tag] { values.keys.sorted() }

    /// The characters of an element.
    public subscript(tag: Tag) -> String? {
        values[tag].map { String(decoding: $0.revealed(), as: UTF8.self) }
    }

    /// - Throws: ``PrivateDataError`` for what is not printable ASCII, and for more than there is room for.
    public mutating func set(_ tag: Tag, _ value: String) throws(PrivateDataError) {
        guard value.utf8.allSatisfy({ FieldFormat.Content.ans.allows($0) }) else { throw .character(tag) }
        var changed = self
        changed.values[tag] = SecretBytes(Array(value.utf8))
        guard changed.values.count <= Self.elementsMax else { throw .tooManyElements }
        let count = changed.values.values.reduce(0) { $0 + Self.headLength + $1.count }
        guard count <= Self.charactersMax else { throw .tooLong(count) }
        self = changed
    }

    // MARK: - Characters

    /// - Throws: ``PrivateDataError``; nothing is left over.
    init(characters: [UInt8]) throws(PrivateDataError) {
        var rest = characters[...]
        while !rest.isEmpty {
            let offset = rest.startIndex
            guard rest.count >= Self.headLength else { throw .truncated(at: offset) }
            guard let tag = Tag(rawValue: String(decoding: rest.prefix(2), as: UTF8.self)) else {
                throw .tag(at: offset)
            }
            let digits = String(decoding: rest.dropFirst(2).prefix(4), as: UTF8.self)
            guard let count = Digits.number(digits, count: 4) else { throw .lengthNotNumeric(at: offset + 2) }
            rest = rest.dropFirst(Self.headLength)
            guard count <= rest.count else { throw .truncated(at: offset) }
            guard values[tag] == nil else { throw .repeated(tag) }
            try set(tag, String(decoding: rest.prefix(count), as: UTF8.self))
            rest = rest.dropFirst(count)
        }
    }

    var characters: [UInt8] {
        tags.flatMap { tag in
            let value = values[tag]?.revealed() ?? []
            return Array((tag.rawValue + Digits.text(UInt64(value.count), count: 4)).utf8) + value
        }
    }
}

extension PrivateData: CustomStringConvertible, CustomReflectable {
    /// The tags and how long their values are.
    public var description: String {
        tags.map { "\($0) ‹\(values[$0]?.count ?? 0) characters›" }.joined(separator: " ")
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why fields 126 and 127 say nothing; no value stands in the error.
public enum PrivateDataError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Field 127 goes on where 126 is full, and stands nowhere else.
    case continuedAlone
    /// The element at this character, counted from 0 over both fields, is longer than what is left.
    case truncated(at: Int)
    case tag(at: Int)
    case lengthNotNumeric(at: Int)
    case repeated(PrivateData.Tag)
    case character(PrivateData.Tag)
    case tooManyElements
    case tooLong(Int)

    public var description: String {
        switch self {
        case .continuedAlone: "field 127 goes on where field 126 is full, and stands nowhere else"
        case .truncated(let offset): "private data: the element at character \(offset) is longer than what is left"
        case .tag(let offset): "private data: no tag of two letters or digits at character \(offset)"
        case .lengthNotNumeric(let offset): "private data: no length of four digits at character \(offset)"
        case .repeated(let tag): "private data: element \(tag) stands twice"
        case .character(let tag): "private data: element \(tag) is printable ASCII"
        case .tooManyElements: "private data: \(PrivateData.elementsMax) elements at most"
        case .tooLong(let count):
            "private data: fields 126 and 127 have room for \(PrivateData.charactersMax) characters, not \(count)"
        }
    }
}

extension Message {
    /// Fields 126 and 127; `nil` when there are none.
    ///
    /// - Throws: ``PrivateDataError``.
    public func privateData() throws(PrivateDataError) -> PrivateData? {
        guard let first = bytes(.privateData) else {
            guard !has(.privateDataContinued) else { throw .continuedAlone }
            return nil
        }
        let rest = bytes(.privateDataContinued)
        guard rest == nil || first.count == PrivateData.fieldCharactersMax else { throw .continuedAlone }
        return try PrivateData(characters: first + (rest ?? []))
    }

    /// Writes fields 126 and, where it is needed, 127; neither for data without elements.
    public mutating func set(_ data: PrivateData) {
        remove(.privateData)
        remove(.privateDataContinued)
        let characters = data.characters
        do {
            let first = Array(characters.prefix(PrivateData.fieldCharactersMax))
            if !first.isEmpty { try set(.privateData, bytes: first) }
            let rest = Array(characters.dropFirst(PrivateData.fieldCharactersMax))
            if !rest.isEmpty { try set(.privateDataContinued, bytes: rest) }
        } catch {
            preconditionFailure("every element was checked when it was set: \(error)")
        }
    }
}
