public import ISO7816

/// The keys of a Security Domain as GET DATA `E0` lists them. GPC v2.3.1 §11.3.3.1, Table 11-30.
///
///     E0 { C0 { key identifier (1) | key version number (1) | { key type (1) | length (1) } … } … }
///
/// A key with a component of 256 bytes or more is told in the extended format of Table 11-31:
///
///     { FF, key type (2) | length (2) } … | key usage: length 00 | key access: length 00
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
        /// Bytes; 0 where a card announces 256 or more in the basic format.
        public var length: Int

        public init(type: KeyType, length: Int) {
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
            var type = KeyType(rawValue: try reader.byte("key type"))
            let isExtended = type == .extendedFormat
            if isExtended { type = KeyType(rawValue: try reader.byte("key type")) }
            guard type.isDefined else { throw .invalid(field: "key type", value: [type.rawValue]) }
            let length = try reader.take(isExtended ? 2 : 1, "key length")
            components.append(Component(type: type, length: length.reduce(0) { $0 << 8 | Int($1) }))
            // Key usage and key access follow the last component; their lengths are no key types.
            if isExtended, let next = reader.peek, next & 0x80 == 0 {
                _ = try reader.lengthPrefixed("key usage")
                _ = try reader.lengthPrefixed("key access")
                try reader.finish()
            }
        } while !reader.isAtEnd
    }

    var value: [UInt8] {
        let head = [identifier.rawValue, version.rawValue]
        guard components.contains(where: { $0.length > 0xFF }) else {
            return head + components.flatMap { [$0.type.rawValue, UInt8($0.length)] }
        }
        return head
            + components.flatMap {
                [KeyType.extendedFormat.rawValue, $0.type.rawValue]
                    + [UInt8(truncatingIfNeeded: $0.length >> 8), UInt8(truncatingIfNeeded: $0.length)]
            } + [0x00, 0x00]
    }
}
