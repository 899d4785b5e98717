public import ISO7816

/// The keys of a Security Domain as GET DATA `E0` lists them. GPC v2.3.1 §11.3.3.1, Table 11-30.
///
///     E0 { C0 { key identifier (1) | key version number (1) | { key type (1) | length (1) } … } … }
public struct KeyInformationTemplate: Hashable, Sendable {
    public var keys: [KeyInformation]

    public init(_ keys: [KeyInformation]) { self.keys = keys }

    public static let tag: BERTag = 0xE0
    static let keyTag: BERTag = 0xC0

    /// Reads the response of GET DATA `E0`, all of it.
    ///
    /// - Throws: ``CommandDecodingError`` naming the field.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let objects = try BERTLV.commandData(bytes)
        guard objects.count == 1, objects[0].tag == Self.tag else { throw .tlv(.missing(Self.tag)) }
        keys = []
        for object in try BERTLV.commandData(objects[0].value) {
            guard object.tag == Self.keyTag else { throw .tlv(.unexpectedTag(object.tag, expected: Self.keyTag)) }
            keys.append(try KeyInformation(value: object.value))
        }
    }

    public var bytes: [UInt8] { BERTLV(Self.tag, keys.map { BERTLV(Self.keyTag, $0.value) }).bytes }

    /// The versions of the key sets, in the order listed.
    public var versions: [KeyVersionNumber] {
        var seen: [KeyVersionNumber] = []
        for key in keys where !seen.contains(key.version) { seen.append(key.version) }
        return seen
    }
}

/// One key: identifier, version, and its components' types and lengths in bytes.
public struct KeyInformation: Hashable, Sendable {
    public var identifier: KeyIdentifier
    public var version: KeyVersionNumber
    public var components: [Component]

    /// One component of a key: its type and its length, never its value.
    public struct Component: Hashable, Sendable {
        public var type: KeyType
        /// Bytes; `00` announces 256 or more in this format.
        public var length: UInt8

        public init(type: KeyType, length: UInt8) {
            self.type = type
            self.length = length
        }
    }

    public init(identifier: KeyIdentifier, version: KeyVersionNumber, components: [Component]) {
        self.identifier = identifier
        self.version = version
        self.components = components
    }

    init(value: [UInt8]) throws(CommandDecodingError) {
        var reader = CommandDataReader(value)
        let identifierByte = try reader.byte("key identifier")
        let versionByte = try reader.byte("key version number")
        guard let identifier = KeyIdentifier(rawValue: identifierByte) else {
            throw .invalid(field: "key identifier", value: [identifierByte])
        }
        guard let version = KeyVersionNumber(rawValue: versionByte) else {
            throw .invalid(field: "key version number", value: [versionByte])
        }
        self.identifier = identifier
        self.version = version
        components = []
        repeat {
            let type = KeyType(rawValue: try reader.byte("key type"))
            guard type.isDefined else { throw .invalid(field: "key type", value: [type.rawValue]) }
            components.append(Component(type: type, length: try reader.byte("key length")))
        } while !reader.isAtEnd
    }

    var value: [UInt8] {
        [identifier.rawValue, version.rawValue] + components.flatMap { [$0.type.rawValue, $0.length] }
    }
}
