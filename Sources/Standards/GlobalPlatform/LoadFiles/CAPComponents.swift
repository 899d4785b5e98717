import ISO7816

/// The components of a load file as they stand, in loading order: `tag (1) | size (2) | info`. JCVM 3.0.5 §6.1.
struct CAPComponents {
    let bytes: [UInt8]
    private var infos: [CAPComponent: [UInt8]] = [:]

    init(_ bytes: [UInt8]) throws(LoadFileError) {
        self.bytes = bytes
        var place = 0
        var offset = 0
        while offset < bytes.count {
            guard let component = CAPComponent(rawValue: bytes[offset]) else {
                throw .unknownComponent(tag: bytes[offset], offset: offset)
            }
            var reader = CAPReader(component, Array(bytes[offset...].dropFirst()))
            let size = Int(try reader.uint16("size"))
            guard infos[component] == nil else { throw .componentTwice(component) }
            guard let found = CAPComponent.loadingOrder.firstIndex(of: component), found >= place else {
                throw .componentOutOfOrder(component)
            }
            infos[component] = try reader.take(size, "info")
            place = found + 1
            offset += 3 + size
        }
        for component in CAPComponent.required where infos[component] == nil { throw .componentMissing(component) }
    }

    func info(_ component: CAPComponent) -> [UInt8]? { infos[component] }

    func require(_ component: CAPComponent) throws(LoadFileError) -> [UInt8] {
        guard let info = infos[component] else { throw .componentMissing(component) }
        return info
    }
}

/// Reads one component's info and names the component when it cannot.
struct CAPReader {
    let component: CAPComponent
    private var reader: ByteReader

    init(_ component: CAPComponent, _ bytes: [UInt8]) {
        self.component = component
        reader = ByteReader(bytes)
    }

    var isAtEnd: Bool { reader.isAtEnd }

    mutating func byte(_ field: StaticString) throws(LoadFileError) -> UInt8 {
        do { return try reader.byte(field) } catch { throw .layout(component, error) }
    }

    mutating func uint16(_ field: StaticString) throws(LoadFileError) -> UInt16 {
        do { return try reader.uint16(field) } catch { throw .layout(component, error) }
    }

    mutating func uint32(_ field: StaticString) throws(LoadFileError) -> UInt32 {
        do { return try reader.uint32(field) } catch { throw .layout(component, error) }
    }

    mutating func take(_ count: Int, _ field: StaticString) throws(LoadFileError) -> [UInt8] {
        do { return try reader.take(count, field) } catch { throw .layout(component, error) }
    }

    /// A length byte and an AID.
    mutating func aid() throws(LoadFileError) -> AID {
        let length = Int(try byte("AID length"))
        let bytes = try take(length, "AID")
        do { return try AID(bytes) } catch { throw .aid(component, error) }
    }

    func finish() throws(LoadFileError) {
        do { try reader.finish() } catch { throw .layout(component, error) }
    }
}

/// `magic (4) | minor (1) | major (1) | flags (1) | package minor (1), major (1), AID length (1), AID
/// | from 2.2 on: name length (1), name`. JCVM 3.0.5 §6.4.
struct CAPHeader {
    let formatMajor: UInt8
    let formatMinor: UInt8
    let hasApplets: Bool
    let packageAID: AID
    let packageVersion: ExecutableLoadFile.Version
    let packageName: String?

    static let magic: UInt32 = 0xDECA_FFED
    static let appletFlag: UInt8 = 0x04

    init(_ info: [UInt8]) throws(LoadFileError) {
        var reader = CAPReader(.header, info)
        let magic = try reader.uint32("magic")
        guard magic == Self.magic else { throw .wrongMagic(magic) }
        formatMinor = try reader.byte("minor version")
        formatMajor = try reader.byte("major version")
        guard formatMajor == 2, (1...3).contains(formatMinor) else {
            throw .unsupportedFormat(major: formatMajor, minor: formatMinor)
        }
        hasApplets = try reader.byte("flags") & Self.appletFlag != 0
        let minor = try reader.byte("package minor version")
        let major = try reader.byte("package major version")
        packageVersion = .init(major: major, minor: minor)
        packageAID = try reader.aid()
        if formatMinor >= 2, !reader.isAtEnd {
            let length = Int(try reader.byte("package name length"))
            let name = try reader.take(length, "package name")
            guard let text = String(validating: name, as: UTF8.self) else { throw .packageNameNotUTF8 }
            packageName = text.isEmpty ? nil : text
        } else {
            packageName = nil
        }
        try reader.finish()
    }
}

/// `component sizes (2 each; 11, from 2.2 on 12) | static field sizes (2 + 2 + 2) | import count (1) | applet count (1)
/// | custom count (1) | custom components`. JCVM 3.0.5 §6.5.
struct CAPDirectory {
    let sizes: [CAPComponent: Int]
    let importCount: Int
    let appletCount: Int

    init(_ info: [UInt8], header: CAPHeader) throws(LoadFileError) {
        var reader = CAPReader(.directory, info)
        var sizes: [CAPComponent: Int] = [:]
        for tag in 1...(header.formatMinor >= 2 ? 12 : 11) as ClosedRange<UInt8> {
            let size = Int(try reader.uint16("component size"))
            if let component = CAPComponent(rawValue: tag) { sizes[component] = size }
        }
        self.sizes = sizes
        _ = try reader.take(6, "static field sizes")
        importCount = Int(try reader.byte("import count"))
        appletCount = Int(try reader.byte("applet count"))
        for _ in 0..<(try reader.byte("custom component count")) {
            _ = try reader.take(3, "custom component tag and size")
            let length = Int(try reader.byte("custom component AID length"))
            _ = try reader.take(length, "custom component AID")
        }
        try reader.finish()
    }

    /// Every component that is there has the size announced; one that is announced is there, but for what may stay off
    /// the card.
    func check(_ components: CAPComponents, importCount: Int, appletCount: Int) throws(LoadFileError) {
        for component in CAPComponent.loadingOrder {
            let announced = sizes[component] ?? 0
            guard let info = components.info(component) else {
                guard announced == 0 || component == .descriptor else {
                    throw .sizeMismatch(component, announced: announced, found: 0)
                }
                continue
            }
            guard info.count == announced else {
                throw .sizeMismatch(component, announced: announced, found: info.count)
            }
        }
        guard importCount == self.importCount else {
            throw .countMismatch(.imports, announced: self.importCount, found: importCount)
        }
        guard appletCount == self.appletCount else {
            throw .countMismatch(.applet, announced: self.appletCount, found: appletCount)
        }
    }
}
