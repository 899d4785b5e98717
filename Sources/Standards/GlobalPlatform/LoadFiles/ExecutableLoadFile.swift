public import ISO7816

/// A Java Card CAP, read from a JAR or from its components one after the other. JCVM 3.0.5 chapter 6.
public struct ExecutableLoadFile: Hashable, Sendable {
    public let packageAID: AID
    /// Major, minor: the order in which GET STATUS reports them.
    public let version: Version
    /// From CAP format 2.2 on.
    public let packageName: String?
    public let imports: [Import]
    /// The Executable Modules.
    public let applets: [Applet]
    /// The components in loading order, Debug left out: what `C4` carries.
    public let loadFileDataBlock: [UInt8]

    /// A package version, major and minor.
    public struct Version: Hashable, Sendable, CustomStringConvertible {
        public var major: UInt8
        public var minor: UInt8

        public init(major: UInt8, minor: UInt8) {
            self.major = major
            self.minor = minor
        }

        public var bytes: [UInt8] { [major, minor] }
        public var description: String { "\(major).\(minor)" }
    }

    /// A package that this one needs, from the Import component.
    public struct Import: Hashable, Sendable {
        public var package: AID
        public var version: Version

        public init(package: AID, version: Version) {
            self.package = package
            self.version = version
        }
    }

    /// An Executable Module of the package, from the Applet component.
    public struct Applet: Hashable, Sendable {
        public var aid: AID
        /// Into the Method component's info.
        public var installMethodOffset: UInt16

        public init(aid: AID, installMethodOffset: UInt16) {
            self.aid = aid
            self.installMethodOffset = installMethodOffset
        }
    }

    /// 256 blocks of 255 bytes are all that LOAD can number.
    public static let bytesMax = 256 * 255

    /// The modules' AIDs, in the order of the Applet component.
    public var modules: [AID] { applets.map(\.aid) }

    /// Reads a file of either kind: a JAR starts with `PK`, raw components with the Header's tag.
    ///
    /// - Throws: ``LoadFileError``.
    public init(file bytes: [UInt8]) throws(LoadFileError) {
        if bytes.starts(with: [0x50, 0x4B]) {
            try self.init(jar: bytes)
        } else {
            try self.init(components: bytes)
        }
    }

    /// Reads raw components in loading order, the content of `C4`.
    ///
    /// - Throws: ``LoadFileError``.
    public init(components bytes: [UInt8]) throws(LoadFileError) {
        guard bytes.count <= Self.bytesMax else { throw .tooLarge(count: bytes.count, max: Self.bytesMax) }
        try self.init(parsed: try CAPComponents(bytes))
    }

    /// Reads a JAR whose `….cap` files are the components.
    ///
    /// - Throws: ``LoadFileError``.
    public init(jar bytes: [UInt8]) throws(LoadFileError) {
        try self.init(components: try CAPArchive.loadFileDataBlock(jar: bytes))
    }

    private init(parsed components: CAPComponents) throws(LoadFileError) {
        let header = try CAPHeader(try components.require(.header))
        let directory = try CAPDirectory(try components.require(.directory), header: header)
        imports = try Self.readImports(try components.require(.imports))
        applets = try components.info(.applet).map(Self.readApplets) ?? []
        packageAID = header.packageAID
        version = header.packageVersion
        packageName = header.packageName
        loadFileDataBlock = components.bytes
        try directory.check(components, importCount: imports.count, appletCount: applets.count)
        guard header.hasApplets == (components.info(.applet) != nil) else { throw .appletFlagMismatch }
        try checkApplets(methodLength: components.info(.method)?.count ?? 0)
    }

    /// An applet's AID shares the RID of its package and stands once (JCVM 3.0.5 §4.2.2, §6.6).
    private func checkApplets(methodLength: Int) throws(LoadFileError) {
        var seen: Set<AID> = []
        for applet in applets {
            guard applet.aid.rid == packageAID.rid else { throw .appletOfAnotherProvider(applet.aid) }
            guard seen.insert(applet.aid).inserted else { throw .appletTwice(applet.aid) }
            guard Int(applet.installMethodOffset) < methodLength else {
                throw .installMethodOutside(applet.aid, offset: Int(applet.installMethodOffset))
            }
        }
    }

    /// `count (1) | { minor (1) | major (1) | AID length (1) | AID } …`, JCVM 3.0.5 §6.7.
    private static func readImports(_ info: [UInt8]) throws(LoadFileError) -> [Import] {
        var reader = CAPReader(.imports, info)
        var imports: [Import] = []
        for _ in 0..<(try reader.byte("count")) {
            let minor = try reader.byte("minor version")
            let major = try reader.byte("major version")
            imports.append(Import(package: try reader.aid(), version: Version(major: major, minor: minor)))
        }
        try reader.finish()
        return imports
    }

    /// `count (1) | { AID length (1) | AID | install method offset (2) } …`, JCVM 3.0.5 §6.6.
    private static func readApplets(_ info: [UInt8]) throws(LoadFileError) -> [Applet] {
        var reader = CAPReader(.applet, info)
        var applets: [Applet] = []
        for _ in 0..<(try reader.byte("count")) {
            applets.append(
                Applet(aid: try reader.aid(), installMethodOffset: try reader.uint16("install method offset")))
        }
        try reader.finish()
        return applets
    }
}
