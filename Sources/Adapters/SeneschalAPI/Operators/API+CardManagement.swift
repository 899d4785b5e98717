extension API {
    /// Asks for something that the path says in full.
    public struct CardRequest: WireType {
        public init() {}

        public static let schema = Schema.object("CardRequest", "Nothing more than what the path says.", [])
    }

    /// Where a secure element stands as a whole.
    public struct CardState: WireType {
        public var seId: SecureElementIdentifier
        public var lifeCycle: SecureElementLifeCycle

        public init(seId: SecureElementIdentifier, lifeCycle: SecureElementLifeCycle) {
            self.seId = seId
            self.lifeCycle = lifeCycle
        }

        public static let schema = Schema.object(
            "CardState", "Where the secure element stands now.",
            [.required("seId", SecureElementIdentifier.schema), .required("lifeCycle", lifeCycleSchema)])
    }

    /// Names an application on a secure element.
    public struct ApplicationRequest: WireType {
        public var aid: HexBytes

        public init(aid: HexBytes) { self.aid = aid }

        public static let schema = Schema.object(
            "ApplicationRequest", "Names an application on the secure element.", [.required("aid", .aid)])
    }

    /// A package to be loaded, without DAP, into the management domain.
    public struct LoadRequest: WireType {
        public var aid: HexBytes
        public var loadFileDataBlock: HexBytes

        public init(aid: HexBytes, loadFileDataBlock: HexBytes) {
            self.aid = aid
            self.loadFileDataBlock = loadFileDataBlock
        }

        public static let schema = Schema.object(
            "LoadRequest", "A package for the management domain.",
            [
                .required("aid", .aid),
                .required(
                    "loadFileDataBlock", .hex(1...57_088, example: "01000FDECAFFED010204000105F053454E45"),
                    "The components of the CAP, one after the other; at most 256 blocks."),
            ])
    }

    /// An application to be made from a package of the management domain's.
    public struct InstallRequest: WireType {
        public var executableLoadFile: HexBytes
        public var executableModule: HexBytes
        public var aid: HexBytes
        public var installParameters: HexBytes?

        public init(
            executableLoadFile: HexBytes, executableModule: HexBytes, aid: HexBytes,
            installParameters: HexBytes? = nil
        ) {
            self.executableLoadFile = executableLoadFile
            self.executableModule = executableModule
            self.aid = aid
            self.installParameters = installParameters
        }

        public static let schema = Schema.object(
            "InstallRequest", "An application of the management domain's, selectable at once.",
            [
                .required("executableLoadFile", .aid), .required("executableModule", .aid), .required("aid", .aid),
                .optional("installParameters", .hex(0...128, example: ""), "What goes into tag C9."),
            ])
    }

    /// An application or a package to be deleted.
    public struct ContentDeletionRequest: WireType {
        public var aid: HexBytes
        public var withRelated: Bool?

        public init(aid: HexBytes, withRelated: Bool? = nil) {
            self.aid = aid
            self.withRelated = withRelated
        }

        public static let schema = Schema.object(
            "ContentDeletionRequest", "What is to be deleted.",
            [
                .required("aid", .aid),
                .optional("withRelated", .boolean, "A package's applications, too. Absent: no."),
            ])
    }

    /// What the card's registry holds under an AID.
    public struct Content: WireType {
        public var aid: HexBytes
        public var isPresent: Bool
        public var lifeCycle: HexBytes?
        public var securityDomain: HexBytes?

        public init(aid: HexBytes, isPresent: Bool, lifeCycle: HexBytes?, securityDomain: HexBytes?) {
            self.aid = aid
            self.isPresent = isPresent
            self.lifeCycle = lifeCycle
            self.securityDomain = securityDomain
        }

        public static let schema = Schema.object(
            "Content", "What the card's registry holds under the AID now.",
            [
                .required("aid", .aid), .required("isPresent", .boolean),
                .optional("lifeCycle", .hex(1...1, example: "07"), "GPC v2.3.1 Tables 11-3 to 11-5."),
                .optional("securityDomain", .aid, "The one that it is associated with, where the card tells."),
            ])
    }
}
