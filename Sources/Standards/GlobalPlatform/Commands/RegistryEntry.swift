public import ISO7816

/// One entry of the GlobalPlatform Registry as GET STATUS answers it. GPC v2.3.1 §11.4.3.1, Table 11-36.
///
///     E3 { 4F AID | 9F70 life cycle | C5 privileges | CF implicit selection … | C4 load file AID
///          | CE load file version | 84 module AID … | CC Security Domain AID }
public struct RegistryEntry: Hashable, Sendable {
    public var aid: AID
    public var lifeCycle: UInt8
    public var privileges: Privileges?
    /// The Executable Load File of an Application.
    public var executableLoadFile: AID?
    /// Two bytes, major and minor, of an Executable Load File.
    public var version: [UInt8]?
    /// The Executable Modules of an Executable Load File.
    public var modules: [AID]
    /// The Security Domain it is associated with.
    public var securityDomain: AID?
    /// The channels it is selected on without a SELECT.
    public var implicitSelections: [ImplicitSelection]

    public init(
        aid: AID, lifeCycle: UInt8, privileges: Privileges? = nil, executableLoadFile: AID? = nil,
        version: [UInt8]? = nil, modules: [AID] = [], securityDomain: AID? = nil,
        implicitSelections: [ImplicitSelection] = []
    ) {
        self.aid = aid
        self.lifeCycle = lifeCycle
        self.privileges = privileges
        self.executableLoadFile = executableLoadFile
        self.version = version
        self.modules = modules
        self.securityDomain = securityDomain
        self.implicitSelections = implicitSelections
    }

    static let entryTag: BERTag = 0xE3
    static let aidTag: BERTag = 0x4F
    static let lifeCycleTag: BERTag = 0x9F70
    static let privilegesTag: BERTag = 0xC5
    static let implicitSelectionTag: BERTag = 0xCF
    static let loadFileTag: BERTag = 0xC4
    static let versionTag: BERTag = 0xCE
    static let moduleTag: BERTag = 0x84
    static let securityDomainTag: BERTag = 0xCC

    /// The life cycle read as an Application's.
    public var applicationLifeCycle: ApplicationLifeCycle? { ApplicationLifeCycle(rawValue: lifeCycle) }
    /// The life cycle read as a Security Domain's.
    public var securityDomainLifeCycle: SecurityDomainLifeCycle? { SecurityDomainLifeCycle(rawValue: lifeCycle) }
}

// MARK: - TLV format

extension RegistryEntry {
    /// The `E3` object, with all that is known or with the objects in `tags` only.
    public func bytes(tags: [BERTag]? = nil) -> [UInt8] {
        var objects = [BERTLV(Self.aidTag, aid.bytes), BERTLV(Self.lifeCycleTag, [lifeCycle])]
        if let privileges { objects.append(BERTLV(Self.privilegesTag, privileges.bytes)) }
        objects += implicitSelections.map { BERTLV(Self.implicitSelectionTag, [$0.rawValue]) }
        if let executableLoadFile { objects.append(BERTLV(Self.loadFileTag, executableLoadFile.bytes)) }
        if let version { objects.append(BERTLV(Self.versionTag, version)) }
        objects += modules.map { BERTLV(Self.moduleTag, $0.bytes) }
        if let securityDomain { objects.append(BERTLV(Self.securityDomainTag, securityDomain.bytes)) }
        if let tags { objects.removeAll { !tags.contains($0.tag) } }
        return BERTLV(Self.entryTag, objects).bytes
    }

    /// Reads the answer of GET STATUS in TLV format, all of it; unknown objects inside an entry are left out.
    ///
    /// - Throws: ``CommandDecodingError``.
    public static func entries(tlv bytes: [UInt8]) throws(CommandDecodingError) -> [RegistryEntry] {
        var entries: [RegistryEntry] = []
        for object in try BERTLV.commandData(bytes) {
            guard object.tag == entryTag else { throw .tlv(.unexpectedTag(object.tag, expected: entryTag)) }
            entries.append(try RegistryEntry(objects: try BERTLV.commandData(object.value)))
        }
        return entries
    }

    private init(objects: [BERTLV]) throws(CommandDecodingError) {
        guard let name = objects[Self.aidTag] else { throw .tlv(.missing(Self.aidTag)) }
        guard let state = objects[Self.lifeCycleTag] else { throw .tlv(.missing(Self.lifeCycleTag)) }
        guard let lifeCycle = state.first else { throw .invalid(field: "9F70", value: state) }
        self.init(aid: try AID(field: "4F", name), lifeCycle: lifeCycle)
        if let bytes = objects[Self.privilegesTag] { privileges = try Privileges(field: "C5", bytes) }
        if let bytes = objects[Self.loadFileTag] { executableLoadFile = try AID(field: "C4", bytes) }
        if let bytes = objects[Self.securityDomainTag] { securityDomain = try AID(field: "CC", bytes) }
        version = objects[Self.versionTag]
        for object in objects {
            switch object.tag {
            case Self.moduleTag: modules.append(try AID(field: "84", object.value))
            case Self.implicitSelectionTag:
                // Cards write others than the defined ones, `00` for none: those say nothing.
                if let byte = object.value.first, let selection = ImplicitSelection(rawValue: byte) {
                    implicitSelections.append(selection)
                }
            default: break
            }
        }
    }
}

extension Privileges {
    init(field: String, _ bytes: [UInt8]) throws(CommandDecodingError) {
        do { try self.init(bytes: bytes) } catch { throw .invalid(field: field, value: bytes) }
    }
}

// MARK: - Deprecated format

extension RegistryEntry {
    /// Length, AID, life cycle, privileges (1 byte); with `modules` also their number and length-value AIDs. GPC v2.3.1
    /// Tables 11-38 and 11-39.
    public func legacyBytes(withModules: Bool = false) -> [UInt8] {
        var bytes = aid.lengthPrefixed + [lifeCycle, privileges?.legacyByte ?? 0x00]
        if withModules { bytes += [UInt8(modules.count)] + modules.flatMap(\.lengthPrefixed) }
        return bytes
    }

    /// Reads the answer of GET STATUS in the deprecated format, all of it.
    ///
    /// - Throws: ``CommandDecodingError``.
    public static func entries(
        legacy bytes: [UInt8], withModules: Bool = false
    ) throws(CommandDecodingError) -> [RegistryEntry] {
        var reader = CommandDataReader(bytes)
        var entries: [RegistryEntry] = []
        while !reader.isAtEnd {
            var entry = RegistryEntry(aid: try reader.aid("AID"), lifeCycle: try reader.byte("life cycle"))
            let privileges = try reader.byte("privileges")
            entry.privileges = try Privileges(field: "privileges", [privileges])
            if withModules {
                for _ in 0..<(try reader.byte("number of modules")) {
                    entry.modules.append(try reader.aid("module AID"))
                }
            }
            entries.append(entry)
        }
        return entries
    }
}
