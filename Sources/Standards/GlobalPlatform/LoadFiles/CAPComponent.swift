/// The components of a CAP file, by tag. JCVM 3.0.5 §6.1, Table 6-1.
public enum CAPComponent: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case header = 1
    case directory = 2
    case applet = 3
    case imports = 4
    case constantPool = 5
    case classes = 6
    case method = 7
    case staticField = 8
    case referenceLocation = 9
    case export = 10
    case descriptor = 11
    case debug = 12

    /// Loading order; Debug is not loaded. JCVM 3.0.5 §6.2, Table 6-3.
    public static let loadingOrder: [CAPComponent] = [
        .header, .directory, .imports, .applet, .classes, .method, .staticField, .export, .constantPool,
        .referenceLocation, .descriptor,
    ]

    /// What no load file can do without. Descriptor may be left off the card.
    static let required: [CAPComponent] = [
        .header, .directory, .imports, .classes, .method, .staticField, .constantPool, .referenceLocation,
    ]

    /// The file in the JAR. JCVM 3.0.5 §4.1.3.
    public var fileName: String { "\(description).cap" }

    public var description: String {
        switch self {
        case .header: "Header"
        case .directory: "Directory"
        case .applet: "Applet"
        case .imports: "Import"
        case .constantPool: "ConstantPool"
        case .classes: "Class"
        case .method: "Method"
        case .staticField: "StaticField"
        case .referenceLocation: "RefLocation"
        case .export: "Export"
        case .descriptor: "Descriptor"
        case .debug: "Debug"
        }
    }
}
