public import ISO7816

/// The parameters of INSTALL, data objects. GPC v2.3.1 §11.5.2.3.7, Table 11-49.
///
/// `C9` application specific · `EF` system specific · `EA` UICC · `B6` control reference template of a token.
public struct InstallParameters: Hashable, Sendable {
    public var objects: [BERTLV]

    public init(_ objects: [BERTLV] = []) { self.objects = objects }

    public static let applicationSpecificTag: BERTag = 0xC9
    public static let systemSpecificTag: BERTag = 0xEF
    /// The tags of Table 11-49, and `EA` of TS 102 226 for UICCs.
    static let knownTags: Set<BERTag> = [applicationSpecificTag, systemSpecificTag, 0xEA, 0xB6]

    /// `C9` only: what the Application's install method receives.
    public static func applicationSpecific(_ bytes: [UInt8]) -> InstallParameters {
        InstallParameters([BERTLV(applicationSpecificTag, bytes)])
    }

    /// Parameters for a Security Domain: `C9 { 81 { protocol, i } }`. GPC v2.3.1 §11.5.2.3.7 Table 11-50.
    public static func secureChannel(protocol scp: UInt8, implementation: UInt8) -> InstallParameters {
        .applicationSpecific(BERTLV(0x81, [scp, implementation]).bytes)
    }

    init(bytes: [UInt8]) throws(CommandDecodingError) {
        objects = try BERTLV.commandData(bytes)
        var tags: Set<BERTag> = []
        for object in objects where !tags.insert(object.tag).inserted { throw .tlv(.duplicate(object.tag)) }
    }

    public var bytes: [UInt8] { objects.bytes }

    /// The value of `C9`.
    public var applicationSpecific: [UInt8] { objects[Self.applicationSpecificTag] ?? [] }

    /// The objects in `EF`.
    public func systemSpecific() throws(CommandDecodingError) -> [BERTLV] {
        try BERTLV.commandData(objects[Self.systemSpecificTag] ?? [])
    }
}
