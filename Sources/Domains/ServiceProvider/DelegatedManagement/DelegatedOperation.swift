import CardCryptography
public import GlobalPlatform
public import ISO7816

/// One thing that a provider does to a card by itself, once the central TSM has approved it.
public enum DelegatedOperation: Hashable, Sendable {
    /// A package into the provider's security domain.
    case load(executableLoadFile: AID, LoadFile)
    /// An application from a package of the provider's, or from one of the central SD's that is open to it.
    case install(
        executableLoadFile: AID, executableModule: AID, application: AID, parameters: [UInt8] = [],
        makeSelectable: Bool = true)
    case makeSelectable(AID)
    /// Into the provider's security domain.
    case extradite(AID)
    case delete(AID)

    /// What it is done to.
    public var object: AID {
        switch self {
        case .load(let aid, _), .install(_, _, let aid, _, _), .makeSelectable(let aid), .extradite(let aid),
            .delete(let aid):
            aid
        }
    }

    /// The command that a token is asked for. A load is announced with the hash of its data block, which the token signs.
    public func command(in securityDomain: AID) -> CommandAPDU {
        switch self {
        case .load(let aid, let file):
            InstallCommand.forLoad(
                .init(
                    executableLoadFile: aid, securityDomain: securityDomain,
                    loadFileDataBlockHash: Digest.hash(file.dataBlock))
            ).command
        case .install(let loadFile, let module, let aid, let parameters, let isSelectable):
            (isSelectable ? InstallCommand.forInstallAndMakeSelectable : InstallCommand.forInstall)(
                .init(
                    executableLoadFile: loadFile, executableModule: module, application: aid,
                    parameters: .applicationSpecific(parameters))
            ).command
        case .makeSelectable(let aid): InstallCommand.forMakeSelectable(.init(application: aid)).command
        case .extradite(let aid):
            InstallCommand.forExtradition(.init(securityDomain: securityDomain, object: aid)).command
        case .delete(let aid): DeleteCommand.object(aid, withRelated: false).command
        }
    }

    /// What is sent after the approved command: the blocks of a load.
    func following() throws(LoadFileError) -> [CommandAPDU] {
        guard case .load(_, let file) = self else { return [] }
        return try LoadCommand.blocks(of: file).map(\.command)
    }

    /// Whether the provider's content shows it done.
    func isDone(_ content: [DelegatedObject], in securityDomain: AID) -> Bool {
        let known = content.first { $0.aid == object }
        return switch self {
        case .load, .install: known != nil
        case .makeSelectable: known?.isSelectable == true
        case .extradite: known?.securityDomain == securityDomain
        case .delete: known == nil
        }
    }
}
