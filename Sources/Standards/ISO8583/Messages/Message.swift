import CardCryptography

/// A message of ISO 8583:1987: its type, and the data elements that it has.
///
/// ```swift
/// var request = Message(.networkManagementRequest)
/// try request.set(.networkManagementCode, "301")
/// let bytes = try request.bytes(in: .ascii)
/// ```
///
/// A value that is set is one of its element's format. Values are kept as secrets, whatever they are: a message prints
/// what ``description`` lets out, and no more.
public struct Message: Hashable, Sendable {
    public var type: MessageType
    /// ASCII characters, or the bytes of format b.
    private var values: [DataElement: SecretBytes] = [:]

    /// No message is longer, in any dialect.
    public static let bytesMax = 4_096

    public init(_ type: MessageType) { self.type = type }

    /// In the order of their numbers.
    public var elements: [DataElement] { values.keys.sorted() }

    public func has(_ element: DataElement) -> Bool { values[element] != nil }

    /// The characters of an element; bytes as hexadecimal digits.
    public subscript(element: DataElement) -> String? {
        guard let value = values[element]?.revealed() else { return nil }
        return element.format.content == .b ? hexadecimal(value) : String(decoding: value, as: UTF8.self)
    }

    /// The bytes of an element: those of its characters, or those of format b.
    public func bytes(_ element: DataElement) -> [UInt8]? { values[element]?.revealed() }

    /// - Throws: ``FieldValueError`` for what is not of the element's format; format b has no characters.
    public mutating func set(_ element: DataElement, _ text: some StringProtocol) throws(FieldValueError) {
        guard element.format.content != .b else {
            throw FieldValueError(element: element, reason: .character(at: 0))
        }
        try set(element, bytes: Array(text.utf8))
    }

    /// - Throws: ``FieldValueError`` for what is not of the element's format.
    public mutating func set(_ element: DataElement, bytes: [UInt8]) throws(FieldValueError) {
        try element.check(bytes)
        values[element] = SecretBytes(bytes)
    }

    public mutating func remove(_ element: DataElement) { values[element] = nil }

    /// Takes over what `other` has of these elements.
    public mutating func copy(_ elements: [DataElement], from other: Message) {
        for element in elements { values[element] = other.values[element] ?? values[element] }
    }

    /// The field that an authentication code of this message stands in.
    var authenticationElement: DataElement {
        values.keys.contains { $0.rawValue > 64 && !$0.isAuthenticationCode }
            ? .secondMessageAuthenticationCode : .messageAuthenticationCode
    }
}
