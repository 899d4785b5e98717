public import ISO7816

/// Makes a small valid CAP: a package with applets whose install methods return at once.
///
/// Our own packages are made with it, so that LOAD carries real bytes:
///
///     let file = try CAPFileBuilder(package: "F053454E4553434841", applets: […]).executableLoadFile()
public struct CAPFileBuilder: Hashable, Sendable {
    public var package: AID
    public var version: ExecutableLoadFile.Version
    /// As in Java, with slashes: the folder of the JAR.
    public var packageName: String
    public var applets: [AID]
    public var imports: [ExecutableLoadFile.Import]
    /// Bytes of method code behind the install method: what makes a package large.
    public var codeLength: Int
    /// Whether the file has a Descriptor, which is not loaded, but which some tools insist on.
    public var hasDescriptor: Bool

    /// What fits the Method component and the blocks of one Load File together with everything else.
    public static let codeLengthMax = 48_000

    public init(
        package: AID, version: ExecutableLoadFile.Version = .init(major: 1, minor: 0),
        packageName: String = "org/seneschal/applet", applets: [AID],
        imports: [ExecutableLoadFile.Import] = [.javaCardFramework], codeLength: Int = 0,
        hasDescriptor: Bool = false
    ) {
        precondition(packageName.utf8.count <= 255, "a package name has 255 bytes at most")
        precondition((0...Self.codeLengthMax).contains(codeLength), "Method holds \(Self.codeLengthMax) bytes of code")
        precondition(applets.count <= 255 && imports.count <= 255, "the counts are one byte")
        self.package = package
        self.version = version
        self.packageName = packageName
        self.applets = applets
        self.imports = imports
        self.codeLength = codeLength
        self.hasDescriptor = hasDescriptor
    }

    /// The components in loading order, the content of `C4`.
    public var components: [UInt8] { files.filter { $0.component != .descriptor }.flatMap(\.bytes) }

    /// The same, parsed.
    ///
    /// - Throws: ``LoadFileError``, when the applets do not fit their package.
    public func executableLoadFile() throws(LoadFileError) -> ExecutableLoadFile {
        try ExecutableLoadFile(components: components)
    }

    /// A JAR with one file per component.
    public func jar(compressed: Bool = true) -> [UInt8] {
        var writer = ZIPWriter()
        writer.add("META-INF/MANIFEST.MF", Array("Manifest-Version: 1.0\r\n\r\n".utf8), compressed: compressed)
        for file in files {
            writer.add("\(packageName)/javacard/\(file.component.fileName)", file.bytes, compressed: compressed)
        }
        return writer.finished()
    }

    private typealias File = (component: CAPComponent, bytes: [UInt8])

    private var files: [File] {
        var infos: [CAPComponent: [UInt8]] = [
            .header: header, .imports: importInfo, .classes: classInfo, .method: method,
            .staticField: [UInt8](repeating: 0, count: 10), .constantPool: [0, 0],
            .referenceLocation: [0, 0, 0, 0],
        ]
        if !applets.isEmpty { infos[.applet] = appletInfo }
        // No classes, and no types of an empty constant pool (JCVM 3.0.5 §6.14).
        if hasDescriptor { infos[.descriptor] = [0, 0, 0] }
        infos[.directory] = directory(infos)
        return CAPComponent.loadingOrder.compactMap { component in
            infos[component].map {
                (component, [component.rawValue, UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0)
            }
        }
    }

    private var header: [UInt8] {
        let name = Array(packageName.utf8)
        return [0xDE, 0xCA, 0xFF, 0xED, 0x02, 0x02, applets.isEmpty ? 0x00 : CAPHeader.appletFlag]
            + [version.minor, version.major] + package.lengthPrefixed + [UInt8(name.count)] + name
    }

    /// 12 sizes, 3 static field sizes, 3 counts: 24 + 6 + 3 bytes.
    private func directory(_ infos: [CAPComponent: [UInt8]]) -> [UInt8] {
        var sizes = infos.mapValues(\.count)
        sizes[.directory] = 33
        let sizeBytes = CAPComponent.allCases.sorted { $0.rawValue < $1.rawValue }.flatMap { component in
            let size = sizes[component] ?? 0
            return [UInt8(size >> 8), UInt8(size & 0xFF)]
        }
        return sizeBytes + [0, 0, 0, 0, 0, 0, UInt8(imports.count), UInt8(applets.count), 0]
    }

    private var importInfo: [UInt8] {
        [UInt8(imports.count)] + imports.flatMap { [$0.version.minor, $0.version.major] + $0.package.lengthPrefixed }
    }

    private var appletInfo: [UInt8] {
        [UInt8(applets.count)] + applets.flatMap { $0.lengthPrefixed + [0x00, 0x01] }
    }

    /// One class_info without interfaces: flags, super class reference, sizes and tables of zero (JCVM 3.0.5 §6.8).
    private var classInfo: [UInt8] { [0x00, 0xFF, 0xFF, 0x00, 0xFF, 0x00, 0x00, 0x00, 0x00, 0x00] }

    /// No exception handlers; at offset 1 a method that only returns (`return` is 7A), then code that nothing calls.
    private var method: [UInt8] {
        [0x00, 0x01, 0x30, 0x7A] + (0..<codeLength).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    }
}

extension ExecutableLoadFile.Import {
    /// `javacard.framework` 1.4 (Java Card 2.2.2).
    public static let javaCardFramework = ExecutableLoadFile.Import(
        package: "A0000000620101", version: .init(major: 1, minor: 4))
}
