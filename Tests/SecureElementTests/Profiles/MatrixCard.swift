import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel

@testable import SecureElement

/// A card with one security domain to try, something of its own below it, and something that is not its own.
struct MatrixCard {
    let role: SecurityDomainRole
    var card: TestCard
    /// The security domain to try, and its keys.
    let domain: AID
    let keys: SCP03KeySet
    /// An INSTALLED application; below ``domain`` wherever it can have one.
    let ownApplication: AID
    /// A security domain without content; below ``domain`` wherever it can have one.
    let ownDomain: AID
    /// An application below another security domain.
    let foreignApplication: AID

    static let package = Package()
    /// Loaded by whoever has Authorized Management, to have something of its own.
    static let ownPackage = Package(aid: "F053454E45534348414C7E02", modules: ["F053454E45534348414C7E0201"])
    static let foreign: AID = "F053454E45534348414C7EFF"
    private static let managing = CardConfiguration.managingCentralSecurityDomain

    init(_ role: SecurityDomainRole) throws {
        self.role = role
        ownApplication = "F053454E45534348414C7E0001"
        ownDomain = "F053454E45534348414C7E0002"
        foreignApplication = Self.foreign
        // With mandated DAPs nothing could be loaded here: they have a suite of their own.
        let configuration =
            role == .central
            ? CardConfiguration.embedded
            : CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: role == .mandatedDAP))
        var card = try TestCard(configuration)
        switch role {
        case .issuer, .central: (domain, keys) = (TestCard.central, TestCard.centralKeys)
        case .serviceProvider, .delegated:
            (domain, keys) = (TestCard.domain, TestCard.temporaryKeys)
            let more: Privileges = role == .delegated ? .delegatedManagement : []
            try card.expectSuccess(
                card.manage(
                    [TestCard.createDomain(TestCard.domain, privileges: [.securityDomain, .trustedPath, more])],
                    in: Self.managing, keys: TestCard.keys(of: Self.managing)))
            try card.putKeys(TestCard.temporaryKeys, into: TestCard.domain, under: TestCard.keys(of: Self.managing))
        default:
            guard let entry = configuration.securityDomains.first(where: { $0.role == role }) else {
                throw CardRefused(.referencedDataNotFound)
            }
            (domain, keys) = (entry.aid, TestCard.keys(of: entry.aid))
        }
        self.card = card
        try furnish()
    }

    /// Puts an application and a security domain below ``domain``, and an application elsewhere.
    private mutating func furnish() throws {
        let central = role == .central ? TestCard.central : Self.managing
        func instantiate(_ package: Package, _ aid: AID) -> CommandAPDU {
            InstallCommand.forInstall(
                .init(executableLoadFile: package.aid, executableModule: package.modules[0], application: aid)
            ).command
        }
        func payment(_ aid: AID) -> CommandAPDU { TestCard.instantiate(aid) }
        func extradite(_ object: AID) -> CommandAPDU {
            InstallCommand.forExtradition(.init(securityDomain: domain, object: object)).command
        }
        let elsewhere = role == .managingCentral ? CardConfiguration.mobileNetworkSecurityDomain : central
        switch role {
        case .central, .managingCentral, .thirdParty, .mobileNetwork:
            try manage(
                Self.ownPackage.commands() + [
                    instantiate(Self.ownPackage, ownApplication), TestCard.createDomain(ownDomain),
                ], domain)
        case .serviceProvider, .delegated:
            try manage(
                [
                    payment(ownApplication), extradite(ownApplication), TestCard.createDomain(ownDomain),
                    extradite(ownDomain),
                ], central)
        case .issuer:
            try manage([TestCard.createDomain(ownDomain)], domain)
            try manage([payment(ownApplication)], central)
        case .controllingAuthority, .mandatedDAP:
            try manage([payment(ownApplication), TestCard.createDomain(ownDomain)], central)
        }
        // Fig. 5 has nothing that is not the central SD's own.
        guard role != .central else { return }
        if role == .managingCentral {
            try manage(Self.package.commands() + [instantiate(Self.package, Self.foreign)], elsewhere)
        } else {
            try manage([payment(Self.foreign)], elsewhere)
        }
    }

    /// INSTALL of an application from code that belongs to another security domain; for the issuer, of any application.
    var installsForeignCode: CommandAPDU {
        role == .managingCentral
            ? Self.package.instantiate("F053454E45534348414C7E0006")
            : TestCard.instantiate("F053454E45534348414C7E0006")
    }

    private mutating func manage(_ commands: [CommandAPDU], _ domain: AID) throws {
        try card.expectSuccess(card.manage(commands, in: domain, keys: TestCard.keys(of: domain)))
    }
}

extension TestCard {
    /// PUT KEY of a first key set into a security domain that has none, under the keys of the SD above it.
    mutating func putKeys(_ new: SCP03KeySet, into domain: AID, under keys: SCP03KeySet) throws {
        var session = try OpenSession(domain, &self, keys: keys)
        let putKey = session.putKey(new, version: 0x30)
        try expectSuccess([try session.send(putKey, &self).statusWord])
    }
}
