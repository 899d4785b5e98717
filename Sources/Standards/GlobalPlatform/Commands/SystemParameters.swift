public import ISO7816

/// The system specific parameters of INSTALL, inside `EF`: memory and implicit selection. GPC v2.3.1 §11.5.2.3.7,
/// Table 11-49.
///
/// Memory is in bytes, two or four of them; what is not told is `nil`. Parameters of other documents are passed over
/// (`CA` of TS 102 226, `CB` of global services, `A0` and `A1` of Amendment C), undefined ones refused.
public struct SystemParameters: Hashable, Sendable {
    /// `C6`: non-volatile memory that the code needs at least.
    public var codeMemory: Int?
    /// `C7`: volatile memory, for a load file what its applications need at least, for an application its quota.
    public var volatileMemory: Int?
    /// `C8`: non-volatile memory, for a load file what its applications need at least, for an application its quota.
    public var nonVolatileMemory: Int?
    /// `D7`: volatile memory that is set aside.
    public var reservedVolatileMemory: Int?
    /// `D8`: non-volatile memory that is set aside.
    public var reservedNonVolatileMemory: Int?
    /// `CF`, as often as there are channels; `nil` when absent, empty to take away what there was.
    public var implicitSelections: [ImplicitSelection]?

    public init(
        codeMemory: Int? = nil, volatileMemory: Int? = nil, nonVolatileMemory: Int? = nil,
        reservedVolatileMemory: Int? = nil, reservedNonVolatileMemory: Int? = nil,
        implicitSelections: [ImplicitSelection]? = nil
    ) {
        self.codeMemory = codeMemory
        self.volatileMemory = volatileMemory
        self.nonVolatileMemory = nonVolatileMemory
        self.reservedVolatileMemory = reservedVolatileMemory
        self.reservedNonVolatileMemory = reservedNonVolatileMemory
        self.implicitSelections = implicitSelections
    }

    /// One of the parameters, by what it is about.
    public enum Field: Hashable, Sendable {
        case codeMemory, volatileMemory, nonVolatileMemory, reservedVolatileMemory, reservedNonVolatileMemory
        case implicitSelections
    }

    /// The parameters that are there.
    public var fields: Set<Field> {
        let present: [(Field, Bool)] = [
            (.codeMemory, codeMemory != nil), (.volatileMemory, volatileMemory != nil),
            (.nonVolatileMemory, nonVolatileMemory != nil),
            (.reservedVolatileMemory, reservedVolatileMemory != nil),
            (.reservedNonVolatileMemory, reservedNonVolatileMemory != nil),
            (.implicitSelections, implicitSelections != nil),
        ]
        return Set(present.filter(\.1).map(\.0))
    }

    /// Reads what INSTALL's parameters say; nothing at all without `EF`.
    ///
    /// - Throws: ``CommandDecodingError`` for tags and lengths that are not defined.
    public init(_ parameters: InstallParameters) throws(CommandDecodingError) {
        for object in parameters.objects where !InstallParameters.knownTags.contains(object.tag) {
            throw .invalid(field: "tag", value: object.bytes)
        }
        self.init()
        var seen: Set<BERTag> = []
        for object in try parameters.systemSpecific() {
            guard object.tag == Self.implicitSelectionTag || seen.insert(object.tag).inserted else {
                throw .tlv(.duplicate(object.tag))
            }
            try read(object)
        }
    }

    private mutating func read(_ object: BERTLV) throws(CommandDecodingError) {
        switch object.tag {
        case 0xC6: codeMemory = try Self.memory(object)
        case 0xC7: volatileMemory = try Self.memory(object)
        case 0xC8: nonVolatileMemory = try Self.memory(object)
        case 0xD7: reservedVolatileMemory = try Self.memory(object)
        case 0xD8: reservedNonVolatileMemory = try Self.memory(object)
        case Self.implicitSelectionTag: try readImplicitSelection(object.value)
        case 0xCA, 0xCB, 0xCD, 0xA0, 0xA1: return
        default: throw .invalid(field: "tag in EF", value: object.bytes)
        }
    }

    private static func memory(_ object: BERTLV) throws(CommandDecodingError) -> Int {
        guard object.value.count == 2 || object.value.count == 4 else {
            throw .invalid(field: "memory", value: object.bytes)
        }
        return object.value.reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func readImplicitSelection(_ value: [UInt8]) throws(CommandDecodingError) {
        var selections = implicitSelections ?? []
        if let byte = value.first {
            guard value.count == 1, let selection = ImplicitSelection(rawValue: byte) else {
                throw .invalid(field: "CF", value: value)
            }
            selections.append(selection)
        }
        implicitSelections = selections
    }

    static let implicitSelectionTag: BERTag = 0xCF

    /// The `EF` object, for INSTALL's parameters.
    public var object: BERTLV {
        let memory: [(BERTag, Int?)] = [
            (0xC6, codeMemory), (0xC7, volatileMemory), (0xC8, nonVolatileMemory), (0xD7, reservedVolatileMemory),
            (0xD8, reservedNonVolatileMemory),
        ]
        var objects = memory.compactMap { tag, value in value.map { BERTLV(tag, Self.bytes($0)) } }
        if let implicitSelections {
            objects += implicitSelections.map { BERTLV(Self.implicitSelectionTag, [$0.rawValue]) }
            if implicitSelections.isEmpty { objects.append(BERTLV(Self.implicitSelectionTag, [UInt8]())) }
        }
        return BERTLV(InstallParameters.systemSpecificTag, objects)
    }

    private static func bytes(_ value: Int) -> [UInt8] {
        let value = UInt32(clamping: value)
        let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
        return value <= 0xFFFF ? Array(bytes.suffix(2)) : bytes
    }
}

/// On which interface and logical channel an application is selected without a SELECT. GPC v2.3.1 Table 11-52.
public struct ImplicitSelection: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    /// b8 contactless, b7 contact, b6 zero, b5–b1 the logical channel; one interface at least.
    public init?(rawValue: UInt8) {
        guard rawValue & 0xC0 != 0, rawValue & 0x20 == 0 else { return nil }
        self.rawValue = rawValue
    }

    public var isOnContactless: Bool { rawValue & 0x80 != 0 }
    public var isOnContact: Bool { rawValue & 0x40 != 0 }
    public var logicalChannel: Int { Int(rawValue & 0x1F) }

    /// Whether two name the same channel of the same interface.
    public func collides(with other: ImplicitSelection) -> Bool {
        logicalChannel == other.logicalChannel && rawValue & other.rawValue & 0xC0 != 0
    }
}
