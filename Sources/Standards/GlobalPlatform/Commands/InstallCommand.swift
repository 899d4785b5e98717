public import ISO7816

/// INSTALL: starts or makes one step of card content management. GPC v2.3.1 §11.5.
public enum InstallCommand: GlobalPlatformCommand {
    /// The LOADs that follow bring this Executable Load File. Table 11-41.
    case forLoad(ForLoad)
    /// Makes an Application from an Executable Module; it is INSTALLED. Table 11-42.
    case forInstall(ForInstall)
    /// Makes an INSTALLED Application SELECTABLE. Table 11-43.
    case forMakeSelectable(ForMakeSelectable)
    /// The two before in one.
    case forInstallAndMakeSelectable(ForInstall)
    /// Associates an Application or Executable Load File with another Security Domain. Table 11-44.
    case forExtradition(ForExtradition)
    /// Changes registry data of an Application. Table 11-45.
    case forRegistryUpdate(ForRegistryUpdate)
    /// The STORE DATAs that follow go to an Application of this Security Domain. Table 11-46.
    case forPersonalization(application: AID)

    public static let instruction: UInt8 = 0xE6

    /// The data of INSTALL [for load]. Table 11-41.
    public struct ForLoad: Hashable, Sendable {
        public var executableLoadFile: AID
        /// `nil`: the Security Domain that receives the command.
        public var securityDomain: AID?
        /// Empty when absent.
        public var loadFileDataBlockHash: [UInt8]
        public var parameters: InstallParameters
        public var token: [UInt8]

        public init(
            executableLoadFile: AID, securityDomain: AID? = nil, loadFileDataBlockHash: [UInt8] = [],
            parameters: InstallParameters = .init(), token: [UInt8] = []
        ) {
            self.executableLoadFile = executableLoadFile
            self.securityDomain = securityDomain
            self.loadFileDataBlockHash = loadFileDataBlockHash
            self.parameters = parameters
            self.token = token
        }
    }

    /// The data of INSTALL [for install]. Table 11-42.
    public struct ForInstall: Hashable, Sendable {
        public var executableLoadFile: AID
        public var executableModule: AID
        public var application: AID
        public var privileges: Privileges
        public var parameters: InstallParameters
        public var token: [UInt8]

        public init(
            executableLoadFile: AID, executableModule: AID, application: AID, privileges: Privileges = [],
            parameters: InstallParameters = .applicationSpecific([]), token: [UInt8] = []
        ) {
            self.executableLoadFile = executableLoadFile
            self.executableModule = executableModule
            self.application = application
            self.privileges = privileges
            self.parameters = parameters
            self.token = token
        }
    }

    /// The data of INSTALL [for make selectable]. Table 11-43.
    public struct ForMakeSelectable: Hashable, Sendable {
        public var application: AID
        public var privileges: Privileges
        public var parameters: InstallParameters
        public var token: [UInt8]

        public init(
            application: AID, privileges: Privileges = [], parameters: InstallParameters = .init(), token: [UInt8] = []
        ) {
            self.application = application
            self.privileges = privileges
            self.parameters = parameters
            self.token = token
        }
    }

    /// The data of INSTALL [for extradition]. Table 11-44.
    public struct ForExtradition: Hashable, Sendable {
        /// The Security Domain it goes to.
        public var securityDomain: AID
        /// An Application or an Executable Load File.
        public var object: AID
        public var parameters: InstallParameters
        public var token: [UInt8]

        public init(
            securityDomain: AID, object: AID, parameters: InstallParameters = .init(), token: [UInt8] = []
        ) {
            self.securityDomain = securityDomain
            self.object = object
            self.parameters = parameters
            self.token = token
        }
    }

    /// The data of INSTALL [for registry update]. Table 11-45.
    public struct ForRegistryUpdate: Hashable, Sendable {
        /// The Security Domain it goes to, if that changes.
        public var securityDomain: AID?
        /// `nil`: the Security Domain that receives the command.
        public var application: AID?
        /// `nil`: unchanged.
        public var privileges: Privileges?
        public var parameters: InstallParameters
        public var token: [UInt8]

        public init(
            securityDomain: AID? = nil, application: AID?, privileges: Privileges? = nil,
            parameters: InstallParameters = .init(), token: [UInt8] = []
        ) {
            self.securityDomain = securityDomain
            self.application = application
            self.privileges = privileges
            self.parameters = parameters
            self.token = token
        }
    }
}

// MARK: - Host

extension InstallCommand {
    public var command: CommandAPDU {
        CommandAPDU(
            proprietaryClass, Self.instruction, purpose.rawValue, 0x00, data: data, expectedLength: 256)
    }

    private var purpose: Purpose {
        switch self {
        case .forLoad: .load
        case .forInstall: .install
        case .forMakeSelectable: .makeSelectable
        case .forInstallAndMakeSelectable: .installAndMakeSelectable
        case .forExtradition: .extradition
        case .forRegistryUpdate: .registryUpdate
        case .forPersonalization: .personalization
        }
    }

    private var data: [UInt8] {
        switch self {
        case .forLoad(let load):
            return load.executableLoadFile.lengthPrefixed + (load.securityDomain?.lengthPrefixed ?? [0])
                + [UInt8(load.loadFileDataBlockHash.count)] + load.loadFileDataBlockHash
                + Self.trailer(load.parameters, load.token)
        case .forInstall(let install), .forInstallAndMakeSelectable(let install):
            return install.executableLoadFile.lengthPrefixed + install.executableModule.lengthPrefixed
                + install.application.lengthPrefixed + [3] + install.privileges.bytes
                + Self.trailer(install.parameters, install.token)
        case .forMakeSelectable(let make):
            return [0, 0] + make.application.lengthPrefixed + [3] + make.privileges.bytes
                + Self.trailer(make.parameters, make.token)
        case .forExtradition(let extradition):
            return extradition.securityDomain.lengthPrefixed + [0] + extradition.object.lengthPrefixed + [0]
                + Self.trailer(extradition.parameters, extradition.token)
        case .forRegistryUpdate(let update):
            return (update.securityDomain?.lengthPrefixed ?? [0]) + [0] + (update.application?.lengthPrefixed ?? [0])
                + (update.privileges.map { [3] + $0.bytes } ?? [0]) + Self.trailer(update.parameters, update.token)
        case .forPersonalization(let application):
            return [0, 0] + application.lengthPrefixed + [0, 0, 0]
        }
    }

    /// Parameters and token, each with its length in BER form.
    private static func trailer(_ parameters: InstallParameters, _ token: [UInt8]) -> [UInt8] {
        berLengthPrefixed(parameters.bytes) + berLengthPrefixed(token)
    }
}

// MARK: - Card

extension InstallCommand {
    /// P1. Table 11-40.
    private enum Purpose: UInt8 {
        case load = 0x02
        case install = 0x04
        case makeSelectable = 0x08
        case installAndMakeSelectable = 0x0C
        case extradition = 0x10
        case personalization = 0x20
        case registryUpdate = 0x40
    }

    public init(_ command: CommandAPDU) throws(CommandDecodingError) {
        try Self.check(command)
        // The combined process (P2 01, 03) is optional and not ours. Table 11-40a.
        guard let purpose = Purpose(rawValue: command.p1), command.p2 == 0x00 else { throw .parameters(command) }
        var reader = CommandDataReader(command.data)
        switch purpose {
        case .load: self = .forLoad(try Self.readLoad(&reader))
        case .install: self = .forInstall(try Self.readInstall(&reader))
        case .installAndMakeSelectable: self = .forInstallAndMakeSelectable(try Self.readInstall(&reader))
        case .makeSelectable: self = .forMakeSelectable(try Self.readMakeSelectable(&reader))
        case .extradition: self = .forExtradition(try Self.readExtradition(&reader))
        case .registryUpdate: self = .forRegistryUpdate(try Self.readRegistryUpdate(&reader))
        case .personalization: self = try Self.readPersonalization(&reader)
        }
        try reader.finish()
    }

    private static func readLoad(_ reader: inout CommandDataReader) throws(CommandDecodingError) -> ForLoad {
        var load = ForLoad(
            executableLoadFile: try reader.aid("load file AID"),
            securityDomain: try reader.optionalAID("Security Domain AID"))
        load.loadFileDataBlockHash = try reader.lengthPrefixed("load file data block hash")
        (load.parameters, load.token) = try readTrailer(&reader)
        return load
    }

    private static func readInstall(_ reader: inout CommandDataReader) throws(CommandDecodingError) -> ForInstall {
        var install = ForInstall(
            executableLoadFile: try reader.aid("load file AID"), executableModule: try reader.aid("module AID"),
            application: try reader.aid("application AID"))
        install.privileges = try Privileges(field: "privileges", try reader.lengthPrefixed("privileges"))
        (install.parameters, install.token) = try readTrailer(&reader)
        return install
    }

    private static func readMakeSelectable(
        _ reader: inout CommandDataReader
    ) throws(CommandDecodingError) -> ForMakeSelectable {
        // A host that repeats the load file and module AIDs is tolerated: they do not matter here (Table 11-43).
        _ = try reader.lengthPrefixed("load file AID")
        _ = try reader.lengthPrefixed("module AID")
        var make = ForMakeSelectable(application: try reader.aid("application AID"))
        make.privileges = try Privileges(field: "privileges", try reader.lengthPrefixed("privileges"))
        (make.parameters, make.token) = try readTrailer(&reader)
        return make
    }

    private static func readExtradition(
        _ reader: inout CommandDataReader
    ) throws(CommandDecodingError) -> ForExtradition {
        let securityDomain = try reader.aid("Security Domain AID")
        try reader.empty("second field")
        var extradition = ForExtradition(
            securityDomain: securityDomain, object: try reader.aid("application or load file AID"))
        try reader.empty("privileges")
        (extradition.parameters, extradition.token) = try readTrailer(&reader)
        return extradition
    }

    private static func readRegistryUpdate(
        _ reader: inout CommandDataReader
    ) throws(CommandDecodingError) -> ForRegistryUpdate {
        let securityDomain = try reader.optionalAID("Security Domain AID")
        try reader.empty("second field")
        var update = ForRegistryUpdate(
            securityDomain: securityDomain, application: try reader.optionalAID("application AID"))
        let privileges = try reader.lengthPrefixed("privileges")
        if !privileges.isEmpty { update.privileges = try Privileges(field: "privileges", privileges) }
        (update.parameters, update.token) = try readTrailer(&reader)
        return update
    }

    private static func readPersonalization(
        _ reader: inout CommandDataReader
    ) throws(CommandDecodingError) -> InstallCommand {
        try reader.empty("first field")
        try reader.empty("second field")
        let application = try reader.aid("application AID")
        try reader.empty("privileges")
        try reader.empty("parameters")
        try reader.empty("token")
        return .forPersonalization(application: application)
    }

    private static func readTrailer(
        _ reader: inout CommandDataReader
    ) throws(CommandDecodingError) -> (InstallParameters, [UInt8]) {
        let parameters = try InstallParameters(bytes: try reader.berLengthPrefixed("parameters"))
        return (parameters, try reader.berLengthPrefixed("token"))
    }
}
