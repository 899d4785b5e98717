import GlobalPlatform
import ISO7816
import SecureChannel

@testable import SecureElement

/// One thing that a security domain is asked to do to what is stored on the card.
enum RegistryStep: Hashable {
    case load(Package.Name, into: AID?)
    case install(AID, from: Package.Name, isSelectable: Bool)
    case createDomain(AID, Privileges, isSelectable: Bool)
    case makeSelectable(AID)
    case extradite(AID, to: AID)
    case updateRegistry(AID, to: AID?, Privileges?)
    case delete(AID, withRelated: Bool)
    case lock(AID)
    case unlock(AID)
    case putKeys(SCP03KeySet, KeyVersionNumber, replacing: KeyVersionNumber?)
    case deleteKeys(KeyVersionNumber)
    case storeData(BERTag, [UInt8])
    case lockCard
    case unlockCard

    /// What it is, without the details.
    var kind: String { String("\(self)".prefix { $0 != "(" }) }

    /// The commands of the standard that ask for it, in plain; PUT KEY under the keys of `session`.
    func commands(_ session: borrowing OpenSession) throws -> [CommandAPDU] {
        switch self {
        case .load(let name, let domain):
            var package = name.package
            package.securityDomain = domain
            return try package.commands()
        case .install(let aid, let name, let isSelectable):
            return [Self.install(aid, name.aid, name.module, [], isSelectable)]
        case .createDomain(let aid, let privileges, let isSelectable):
            return [
                Self.install(
                    aid, BuiltInModule.securityDomainPackage, BuiltInModule.securityDomain, privileges, isSelectable)
            ]
        case .makeSelectable(let aid): return [InstallCommand.forMakeSelectable(.init(application: aid)).command]
        case .extradite(let aid, let domain):
            return [InstallCommand.forExtradition(.init(securityDomain: domain, object: aid)).command]
        case .updateRegistry(let aid, let domain, let privileges):
            return [
                InstallCommand.forRegistryUpdate(
                    .init(securityDomain: domain, application: aid, privileges: privileges)
                ).command
            ]
        case .delete(let aid, let withRelated): return [DeleteCommand.object(aid, withRelated: withRelated).command]
        case .lock(let aid): return [SetStatusCommand.lock(aid).command]
        case .unlock(let aid): return [SetStatusCommand.unlock(aid).command]
        case .putKeys(let keys, let version, let replaced):
            return [session.putKey(keys, version: version, replacing: replaced)]
        case .deleteKeys(let version): return [DeleteCommand.key(identifier: nil, version: version).command]
        case .storeData(let tag, let value):
            return [
                StoreDataCommand(
                    data: BERTLV(tag, value).bytes, blockNumber: 0, isLastBlock: true, structure: .berTLV
                ).command
            ]
        case .lockCard: return [SetStatusCommand.card(.cardLocked).command]
        case .unlockCard: return [SetStatusCommand.card(.secured).command]
        }
    }

    private static func install(
        _ aid: AID, _ package: AID, _ module: AID, _ privileges: Privileges, _ isSelectable: Bool
    ) -> CommandAPDU {
        let install = InstallCommand.ForInstall(
            executableLoadFile: package, executableModule: module, application: aid, privileges: privileges)
        return (isSelectable ? InstallCommand.forInstallAndMakeSelectable(install) : .forInstall(install)).command
    }
}

extension Package {
    /// The packages of the driver: one that came with the card, and two to be loaded.
    enum Name: Hashable, CaseIterable {
        case payment, one, two

        var aid: AID { self == .payment ? BuiltInModule.paymentPackage : package.aid }
        var module: AID { self == .payment ? BuiltInModule.payment : package.modules[0] }

        var package: Package {
            self == .two
                ? Package(
                    aid: "F053454E45534348414C7E02", modules: ["F053454E45534348414C7E0201"], codeLength: 30)
                : Package(codeLength: 300)
        }
    }
}
