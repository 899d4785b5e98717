import CardCryptography
public import GlobalPlatform
public import ISO7816

/// A load file to be loaded, if any, and the applications to be made from it. A value: the same plan may be carried out
/// again after an interruption.
///
///     var plan = InstallationPlan(try ExecutableLoadFile(file: bytes), hash: .sha256)
///     plan.instances = [ApplicationInstance(package: plan.package, module: plan.modules[0])]
public struct InstallationPlan: Hashable, Sendable {
    public let package: AID
    /// What the load file brings; empty when it is on the card already.
    public let modules: [AID]
    /// `nil`: it is on the card already.
    public var loadFile: LoadFile?
    /// The Security Domain that the load file will belong to; `nil` is the one at the other end of the session.
    public var loadDestination: AID?
    /// The Load File Data Block Hash, which DAPs and tokens cover; empty when absent.
    public var hash: [UInt8] = []
    /// Such as `EF { C6 … }`, the memory that the code needs.
    public var loadParameters = InstallParameters()
    public var loadToken: [UInt8] = []
    public var instances: [ApplicationInstance] = []
    /// Deletes a package of this name, with its applications, that was on the card before.
    public var replacesPackage = false
    /// Leaves the package on the card when an application cannot be made from it.
    public var keepsPackageOnFailure = false

    public static let instancesMax = 64

    /// Loads `file`, and makes no application yet.
    ///
    /// - Parameter hash: `nil` sends none.
    public init(
        _ file: ExecutableLoadFile, hash algorithm: LoadFileHashAlgorithm? = nil,
        dataAuthenticationPatterns: [LoadFile.DataAuthenticationPattern] = []
    ) {
        package = file.packageAID
        modules = file.modules
        loadFile = LoadFile(file, dataAuthenticationPatterns: dataAuthenticationPatterns)
        if let algorithm { hash = Digest.hash(file.loadFileDataBlock, algorithm.digest) }
    }

    /// Makes applications from a package that is on the card.
    public init(package: AID, instances: [ApplicationInstance]) {
        self.package = package
        modules = []
        loadFile = nil
        self.instances = instances
    }

    /// One application of each module, named as the module.
    public mutating func addAllModules(privileges: Privileges = []) {
        instances += modules.map { ApplicationInstance(package: package, module: $0, privileges: privileges) }
    }

    /// INSTALL [for load] as it will be sent.
    public var loadAnnouncement: InstallCommand {
        .forLoad(
            .init(
                executableLoadFile: package, securityDomain: loadDestination, loadFileDataBlockHash: hash,
                parameters: loadParameters, token: loadToken))
    }

    /// The LOADs as they will be sent in a session that carries `blockLength` bytes a command.
    ///
    /// - Throws: ``CardManagementError/notAllowed(_:)`` when LOAD cannot number so many.
    public func loadBlocks(blockLength: Int) throws(CardManagementError) -> [LoadCommand] {
        guard let loadFile else { return [] }
        do { return try LoadCommand.blocks(of: loadFile, blockLength: blockLength) } catch {
            throw .notAllowed("\(error)")
        }
    }

    /// Tells this plan from another one for the same package: what is left of another is not taken up.
    var digest: String {
        var bytes = loadAnnouncement.command.data + [loadFile == nil ? 0 : 1] + (loadFile?.bytes ?? [])
        for instance in instances {
            let command = instance.command.command
            bytes += [command.p1, UInt8(command.data.count >> 8), UInt8(command.data.count & 0xFF)] + command.data
        }
        return Digest.hash(bytes).hex
    }

    /// What cannot go well on any card.
    ///
    /// - Throws: ``CardManagementError/notAllowed(_:)``.
    func check() throws(CardManagementError) {
        guard instances.count <= Self.instancesMax else {
            throw .notAllowed("a plan has \(Self.instancesMax) applications at most, found \(instances.count)")
        }
        var names: Set<AID> = [package]
        for instance in instances {
            guard instance.package == package else {
                throw .notAllowed("\(instance.application) would come from \(instance.package), not \(package)")
            }
            guard loadFile == nil || modules.contains(instance.module) else {
                throw .notAllowed("\(package) has no module \(instance.module)")
            }
            guard names.insert(instance.application).inserted else {
                throw .notAllowed("\(instance.application) would be on the card twice")
            }
            if let violation = instance.privileges.violation { throw .notAllowed("\(violation)") }
        }
    }
}

extension LoadFileHashAlgorithm {
    var digest: Digest.Algorithm {
        switch self {
        case .sha1: .sha1
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }
}
