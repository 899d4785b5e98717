public import ISO7816

/// Why some bytes are not an Executable Load File; the component and the field are named.
public enum LoadFileError: Error, Equatable, Sendable, CustomStringConvertible {
    case archive(ZIPError)
    case tooLarge(count: Int, max: Int)
    case tooManyBlocks(needed: Int)
    case unknownComponent(tag: UInt8, offset: Int)
    case componentOutOfOrder(CAPComponent)
    case componentMissing(CAPComponent)
    case componentTwice(CAPComponent)
    case componentNameMismatch(name: String, tag: UInt8)
    case componentsInSeveralFolders(String, String)
    case sizeMismatch(CAPComponent, announced: Int, found: Int)
    case layout(CAPComponent, ByteLayoutError)
    case aid(CAPComponent, AIDError)
    case wrongMagic(UInt32)
    case unsupportedFormat(major: UInt8, minor: UInt8)
    case packageNameNotUTF8
    case countMismatch(CAPComponent, announced: Int, found: Int)
    case appletFlagMismatch
    case appletOfAnotherProvider(AID)
    case appletTwice(AID)
    case installMethodOutside(AID, offset: Int)

    public var description: String {
        switch self {
        case .archive(let error): "\(error)"
        case .tooLarge(let count, let max): "a load file has \(max) bytes at most, found \(count)"
        case .tooManyBlocks(let needed): "the load file needs \(needed) blocks, LOAD can number 256"
        case .unknownComponent(let tag, let offset): "component tag \(tag) at byte \(offset) is not defined"
        case .componentOutOfOrder(let component): "\(component) stands out of the loading order"
        case .componentMissing(let component): "\(component) is missing"
        case .componentTwice(let component): "\(component) stands twice"
        case .componentNameMismatch(let name, let tag): "\(name) holds a component with tag \(tag)"
        case .componentsInSeveralFolders(let first, let second): "components lie in \(first) and in \(second)"
        case .sizeMismatch(let component, let announced, let found):
            "\(component) is announced with \(announced) bytes and has \(found)"
        case .layout(let component, let error): "\(component): \(error)"
        case .aid(let component, let error): "\(component): \(error)"
        case .wrongMagic(let magic): "Header starts with \(magic), not DECAFFED"
        case .unsupportedFormat(let major, let minor): "CAP format \(major).\(minor) is not known"
        case .packageNameNotUTF8: "Header: the package name is not UTF-8"
        case .countMismatch(let component, let announced, let found):
            "Directory announces \(announced) entries in \(component), \(found) are there"
        case .appletFlagMismatch: "Header: the applet flag and the Applet component disagree"
        case .appletOfAnotherProvider(let aid): "applet \(aid) does not have the RID of its package"
        case .appletTwice(let aid): "applet \(aid) stands twice"
        case .installMethodOutside(let aid, let offset):
            "the install method of applet \(aid) at byte \(offset) lies outside Method"
        }
    }
}
