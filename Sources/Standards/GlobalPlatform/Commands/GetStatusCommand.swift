public import ISO7816

/// GET STATUS: the entries of the GlobalPlatform Registry that fit the search. GPC v2.3.1 §11.4.
public struct GetStatusCommand: GlobalPlatformCommand {
    public static let instruction: UInt8 = 0xF2

    /// Which part of the registry, P1. Table 11-33.
    public enum Subset: UInt8, Hashable, Sendable, CaseIterable {
        case issuerSecurityDomain = 0x80
        case applications = 0x40
        case executableLoadFiles = 0x20
        case executableLoadFilesAndModules = 0x10
    }

    /// The shape of the answer, P2 b2. Table 11-34.
    public enum Format: UInt8, Hashable, Sendable {
        /// Deprecated: length, AID, life cycle, privileges one after the other.
        case legacy = 0x00
        case tlv = 0x02
    }

    public var subset: Subset
    public var format: Format
    /// P2 b1: what did not fit the answer before (status `6310`).
    public var isContinuation: Bool
    /// Tag `4F`: an AID or the beginning of one; nothing finds all.
    public var namePrefix: [UInt8]
    /// Other search criteria, behind `4F` (Table 11-35), such as `5C`, the list of tags asked for.
    public var otherCriteria: [BERTLV]

    public init(
        _ subset: Subset, format: Format = .tlv, isContinuation: Bool = false, namePrefix: [UInt8] = [],
        otherCriteria: [BERTLV] = []
    ) {
        precondition(namePrefix.count <= 16, "an AID has 16 bytes at most")
        self.subset = subset
        self.format = format
        self.isContinuation = isContinuation
        self.namePrefix = namePrefix
        self.otherCriteria = otherCriteria
    }

    static let tagListTag: BERTag = 0x5C

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        guard let subset = Subset(rawValue: command.p1), command.p2 & ~0x03 == 0,
            let format = Format(rawValue: command.p2 & 0x02)
        else { throw .parameters(command) }
        let criteria = try BERTLV.commandData(command.data)
        guard let first = criteria.first, first.tag == RegistryEntry.aidTag else {
            throw .tlv(.missing(RegistryEntry.aidTag))
        }
        guard first.value.count <= 16 else { throw .aid(field: "4F", .lengthOutOfRange(first.value.count)) }
        self.subset = subset
        self.format = format
        isContinuation = command.p2 & 0x01 != 0
        namePrefix = first.value
        otherCriteria = Array(criteria.dropFirst())
    }

    public var command: CommandAPDU {
        let criteria = [BERTLV(RegistryEntry.aidTag, namePrefix)] + otherCriteria
        return CommandAPDU(
            proprietaryClass, Self.instruction, subset.rawValue, format.rawValue | (isContinuation ? 0x01 : 0x00),
            data: criteria.bytes, expectedLength: 256)
    }

    /// The tags of `5C`, if the search names them: the answer then carries these only.
    public func requestedTags() throws(CommandDecodingError) -> [BERTag]? {
        guard let list = otherCriteria[Self.tagListTag] else { return nil }
        return try BERTag.list(list)
    }
}

extension BERTag {
    /// Tags one after the other, as in `5C`. ISO/IEC 7816-4 §8.5.1.
    static func list(_ bytes: [UInt8]) throws(CommandDecodingError) -> [BERTag] {
        var tags: [BERTag] = []
        var rest = bytes[...]
        while let first = rest.first {
            var length = 1
            if first & 0x1F == 0x1F {
                repeat { length += 1 } while length <= rest.count && rest[rest.startIndex + length - 1] & 0x80 != 0
            }
            guard length <= min(rest.count, 3) else { throw .tlv(.truncatedTag(offset: rest.startIndex)) }
            tags.append(BERTag(rest.prefix(length).reduce(0) { $0 << 8 | UInt32($1) }))
            rest = rest.dropFirst(length)
        }
        return tags
    }
}
