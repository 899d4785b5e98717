public import ISO7816

/// PUT KEY: adds or replaces keys of a Security Domain. GPC v2.3.1 §11.8; AES key blocks: Amendment D v1.1.2 §7.2.
///
///     P1 version to replace, 00 to add | P2 b8 several keys, identifier of the first
///     new key version number (1) | { { key type (1) | length | key data } … | KCV length (1) | KCV } …
public struct PutKeyCommand: GlobalPlatformCommand {
    public static let instruction: UInt8 = 0xD8

    /// `nil` adds a key set.
    public var replacedVersion: KeyVersionNumber?
    /// The version the keys have afterwards.
    public var newVersion: KeyVersionNumber
    public var firstIdentifier: KeyIdentifier
    public var keys: [KeyDataField]

    public static let keysMax = 8

    public init(
        replacing replacedVersion: KeyVersionNumber?, newVersion: KeyVersionNumber, firstIdentifier: KeyIdentifier,
        keys: [KeyDataField]
    ) {
        precondition((1...Self.keysMax).contains(keys.count), "PUT KEY carries 1 to \(Self.keysMax) keys")
        self.replacedVersion = replacedVersion
        self.newVersion = newVersion
        self.firstIdentifier = firstIdentifier
        self.keys = keys
    }

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        if command.p1 != 0x00 {
            // b8, "more PUT KEY commands", would make several commands one; every command is whole here.
            guard command.p1 & 0x80 == 0, let version = KeyVersionNumber(rawValue: command.p1) else {
                throw .parameters(command)
            }
            replacedVersion = version
        }
        guard let identifier = KeyIdentifier(rawValue: command.p2 & 0x7F) else { throw .parameters(command) }
        var reader = CommandDataReader(command.data)
        let versionByte = try reader.byte("new key version number")
        guard let version = KeyVersionNumber(rawValue: versionByte), version.isAssignable else {
            throw .invalid(field: "new key version number", value: [versionByte])
        }
        newVersion = version
        firstIdentifier = identifier
        keys = []
        repeat {
            guard keys.count < Self.keysMax else { throw .invalid(field: "number of keys", value: []) }
            keys.append(try KeyDataField(&reader))
        } while !reader.isAtEnd
        guard keys.count == 1 || command.p2 & 0x80 != 0 else { throw .parameters(command) }
        guard Int(identifier.rawValue) + keys.count - 1 <= 0x7F else { throw .parameters(command) }
    }

    public var command: CommandAPDU {
        CommandAPDU(
            proprietaryClass, Self.instruction, replacedVersion?.rawValue ?? 0x00,
            (keys.count > 1 ? 0x80 : 0x00) | firstIdentifier.rawValue,
            data: [newVersion.rawValue] + keys.flatMap(\.bytes), expectedLength: 256)
    }

    /// What the card answers: the new version and the key check values that it made itself. §11.8.3.1.
    public var response: [UInt8] { [newVersion.rawValue] + keys.flatMap(\.keyCheckValue) }
}

/// The identifiers and fields of a PUT KEY, in order.
extension PutKeyCommand {
    public var identifiedKeys: [(identifier: KeyIdentifier, field: KeyDataField)] {
        keys.enumerated().compactMap { index, field in
            KeyIdentifier(rawValue: firstIdentifier.rawValue + UInt8(index)).map { ($0, field) }
        }
    }
}

/// One key of PUT KEY: its components and its key check value. GPC v2.3.1 Table 11-67.
public struct KeyDataField: Hashable, Sendable {
    public var components: [Component]
    /// Empty, or three bytes.
    public var keyCheckValue: [UInt8]

    /// One component of a key: its type and its value, encrypted where the type asks for it.
    public struct Component: Hashable, Sendable {
        public var type: KeyType
        public var data: [UInt8]

        public init(type: KeyType, data: [UInt8]) {
            self.type = type
            self.data = data
        }
    }

    public init(components: [Component], keyCheckValue: [UInt8]) {
        self.components = components
        self.keyCheckValue = keyCheckValue
    }

    /// How an AES key stands in its component. Both are met in the field.
    public enum AESFormat: Hashable, Sendable {
        /// `88 11 10 <16>`: the length of the clear key, then the ciphertext (Amendment D §7.2; GlobalPlatformPro).
        case withClearLength
        /// `88 10 <16>`: the ciphertext alone (pySim, gpshell).
        case ciphertextOnly
    }

    /// An AES key encrypted under the DEK; `ciphertext` is the clear key padded to whole blocks.
    public static func aes(
        ciphertext: [UInt8], clearLength: Int, keyCheckValue: [UInt8], format: AESFormat = .withClearLength
    ) -> KeyDataField {
        let data = format == .withClearLength ? [UInt8(clearLength)] + ciphertext : ciphertext
        return KeyDataField(components: [Component(type: .aes, data: data)], keyCheckValue: keyCheckValue)
    }

    /// The ciphertext and clear length (16, 24, 32) of the only component, if that is an AES key in either format.
    public var aesKey: (ciphertext: [UInt8], clearLength: Int)? {
        guard components.count == 1, components[0].type == .aes else { return nil }
        let data = components[0].data
        switch data.count {
        case 16, 32: return (data, data.count)
        case 17 where data[0] == 16: return (Array(data.dropFirst()), 16)
        case 33 where data[0] == 24 || data[0] == 32: return (Array(data.dropFirst()), Int(data[0]))
        default: return nil
        }
    }

    /// A key type has b8 set and a length of a key check value has not: the byte tells where the components end.
    init(_ reader: inout CommandDataReader) throws(CommandDecodingError) {
        components = []
        repeat {
            let type = KeyType(rawValue: try reader.byte("key type"))
            guard type.isDefined else { throw .invalid(field: "key type", value: [type.rawValue]) }
            components.append(Component(type: type, data: try reader.berLengthPrefixed("key data")))
        } while reader.peek.map { $0 & 0x80 != 0 } ?? false
        keyCheckValue = try reader.lengthPrefixed("key check value")
        guard keyCheckValue.isEmpty || keyCheckValue.count == 3 else {
            throw .invalid(field: "key check value", value: keyCheckValue)
        }
    }

    var bytes: [UInt8] {
        components.flatMap { [$0.type.rawValue] + berLengthPrefixed($0.data) }
            + [UInt8(keyCheckValue.count)] + keyCheckValue
    }
}
