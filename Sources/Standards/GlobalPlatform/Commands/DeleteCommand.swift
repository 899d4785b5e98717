public import ISO7816

/// DELETE: an Application, an Executable Load File (alone or with its Applications), or keys. GPC v2.3.1 §11.2.
public enum DeleteCommand: GlobalPlatformCommand {
    /// An Application or Executable Load File; `withRelated` (P2 b8) takes its Applications along. `token` is `9E`.
    case object(AID, withRelated: Bool, token: [UInt8] = [])
    /// Keys: by identifier (`D0`), by version (`D2`), or the one with both.
    case key(identifier: KeyIdentifier?, version: KeyVersionNumber?)

    public static let instruction: UInt8 = 0xE4

    static let aidTag: BERTag = 0x4F
    static let tokenTag: BERTag = 0x9E
    static let controlReferenceTag: BERTag = 0xB6
    static let keyIdentifierTag: BERTag = 0xD0
    static let keyVersionTag: BERTag = 0xD2

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        // P1 b8, "more DELETE commands", concerns nothing we do in several commands. Table 11-21.
        guard command.p1 == 0x00, command.p2 == 0x00 || command.p2 == 0x80 else { throw .parameters(command) }
        let objects = try BERTLV.commandData(command.data)
        guard let first = objects.first else { throw .tlv(.missing(Self.aidTag)) }
        var tags: Set<BERTag> = []
        for object in objects where !tags.insert(object.tag).inserted { throw .tlv(.duplicate(object.tag)) }
        switch first.tag {
        case Self.aidTag:
            let known: Set = [Self.aidTag, Self.tokenTag, Self.controlReferenceTag]
            for object in objects where !known.contains(object.tag) {
                throw .invalid(field: "tag", value: object.bytes)
            }
            self = .object(
                try AID(field: "4F", first.value), withRelated: command.p2 == 0x80, token: objects[Self.tokenTag] ?? [])
        case Self.keyIdentifierTag, Self.keyVersionTag:
            // gpshell3 sets P2 b8 here although it concerns Applications only.
            let known: Set = [Self.keyIdentifierTag, Self.keyVersionTag]
            for object in objects where !known.contains(object.tag) {
                throw .invalid(field: "tag", value: object.bytes)
            }
            self = .key(
                identifier: try Self.keyReference(objects[Self.keyIdentifierTag], "D0", KeyIdentifier.init(rawValue:)),
                version: try Self.keyReference(objects[Self.keyVersionTag], "D2", KeyVersionNumber.init(rawValue:)))
        default: throw .tlv(.unexpectedTag(first.tag, expected: Self.aidTag))
        }
    }

    private static func keyReference<Reference>(
        _ value: [UInt8]?, _ field: String, _ make: (UInt8) -> Reference?
    ) throws(CommandDecodingError) -> Reference? {
        guard let value else { return nil }
        guard value.count == 1, let reference = make(value[0]) else { throw .invalid(field: field, value: value) }
        return reference
    }

    public var command: CommandAPDU {
        switch self {
        case .object(let aid, let withRelated, let token):
            var data = BERTLV(Self.aidTag, aid.bytes).bytes
            if !token.isEmpty { data += BERTLV(Self.tokenTag, token).bytes }
            return CommandAPDU(
                proprietaryClass, Self.instruction, 0x00, withRelated ? 0x80 : 0x00, data: data, expectedLength: 256)
        case .key(let identifier, let version):
            var data: [UInt8] = []
            if let identifier { data += BERTLV(Self.keyIdentifierTag, [identifier.rawValue]).bytes }
            if let version { data += BERTLV(Self.keyVersionTag, [version.rawValue]).bytes }
            return CommandAPDU(proprietaryClass, Self.instruction, 0x00, 0x00, data: data, expectedLength: 256)
        }
    }
}
