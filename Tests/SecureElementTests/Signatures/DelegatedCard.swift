import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

/// A card of Fig. 7 with a security domain that manages by tokens of the central SD.
struct DelegatedCard {
    var card: TestCard
    let tokenKey: SignatureKey
    let receiptKey: SignatureKey?
    /// The number that the last token had.
    var number: UInt64 = 0

    static let central = CardConfiguration.managingCentralSecurityDomain
    static let domain = TestCard.domain
    /// Below the delegated SD, without privileges.
    static let below = TestCard.otherDomain
    static let package = Package(securityDomain: domain)
    static let module = package.modules[0]
    static let application: AID = "F053454E45534348414C7E0901"
    static let otherApplication: AID = "F053454E45534348414C7E0902"

    init(_ tokenKey: SignatureKey = KeyKind.usual.key, receiptKey: SignatureKey? = KeyKind.tripleDES.key) throws {
        card = try TestCard(CardConfiguration(.embeddedWithThirdParty, .init(hasMandatedDAP: false)))
        self.tokenKey = tokenKey
        self.receiptKey = receiptKey
        let create = TestCard.createDomain(Self.domain, privileges: [.securityDomain, .delegatedManagement])
        try card.expectSuccess(card.manage([create], in: Self.central, keys: Self.keys))
        try card.put(tokenKey, .tokenVerification, in: Self.central, keys: Self.keys)
        if let receiptKey {
            try card.put(receiptKey, .receiptGeneration, in: Self.central, keys: Self.keys, asPrivate: true)
        }
    }

    /// The delegated SD has no keys of its own here and uses those above it.
    static var keys: SCP03KeySet { TestCard.keys(of: central) }

    /// The command with a token; without a number where `number` is `nil`.
    func signed(
        _ command: CommandAPDU, number: UInt64? = nil, _ reference: TokenControlReference? = nil,
        by key: SignatureKey? = nil
    ) throws -> CommandAPDU {
        var bearing = try TokenBearingCommand(command)
        if let reference {
            bearing = bearing.referring(to: reference)
        } else if let number {
            bearing = bearing.referring(to: TokenControlReference(number: number))
        }
        return bearing.command(token: (key ?? tokenKey).signature(over: bearing.signedData))
    }

    /// The command with a token of the next number.
    mutating func approved(_ command: CommandAPDU) throws -> CommandAPDU {
        number += 1
        return try signed(command, number: number)
    }

    mutating func send(_ commands: [CommandAPDU]) throws -> [ResponseAPDU] {
        try card.responses(commands, in: Self.domain, keys: Self.keys)
    }

    mutating func send(_ command: CommandAPDU) throws -> ResponseAPDU { try send([command])[0] }

    /// The package on the card, under the delegated SD.
    mutating func load() throws {
        let announcement = try approved(Self.loading().announcement())
        try card.expectSuccess(send([announcement] + Self.loading().blocks()).map(\.statusWord))
    }

    static func loading() throws -> Package { try package.with(hash: .sha256) }

    static func instantiate(_ application: AID, makeSelectable: Bool = false) -> CommandAPDU {
        let install = InstallCommand.ForInstall(
            executableLoadFile: package.aid, executableModule: module, application: application)
        return
            (makeSelectable
            ? InstallCommand.forInstallAndMakeSelectable(install) : InstallCommand.forInstall(install)).command
    }

    /// Every operation after the load, in an order in which each can be done, and what its receipt confirms.
    static let operations: [(CommandAPDU, ConfirmedOperation)] = [
        (instantiate(application), .install(application, from: package.aid)),
        (
            InstallCommand.forMakeSelectable(.init(application: application)).command,
            .install(application, from: package.aid)
        ),
        (instantiate(otherApplication, makeSelectable: true), .install(otherApplication, from: package.aid)),
        (TestCard.createDomain(below), .install(below, from: BuiltInModule.securityDomainPackage)),
        (
            InstallCommand.forExtradition(.init(securityDomain: below, object: application)).command,
            .extradition(application, from: domain, to: below)
        ),
        (
            InstallCommand.forRegistryUpdate(.init(securityDomain: domain, application: application)).command,
            .registryUpdate(
                .init(application: application, formerSecurityDomain: below, securityDomain: domain))
        ),
        (
            InstallCommand.forRegistryUpdate(.init(application: otherApplication, privileges: [])).command,
            .registryUpdate(.init(application: otherApplication, privileges: []))
        ),
        (DeleteCommand.object(application, withRelated: false).command, .deletion(application)),
        (DeleteCommand.object(package.aid, withRelated: true).command, .deletion(package.aid)),
    ]

    /// The card with all operations done that come before the one at `index`.
    func before(_ index: Int) throws -> DelegatedCard {
        var copy = self
        try copy.load()
        for (command, _) in Self.operations.prefix(index) {
            let response = try copy.send(copy.approved(command))
            try copy.card.expectSuccess([response.statusWord])
        }
        return copy
    }

    /// Memory is what it was, and the session goes on.
    mutating func expectRefusal(
        _ command: CommandAPDU, _ statusWord: StatusWord, _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var session = try OpenSession(Self.domain, &card, keys: Self.keys)
        let before = card.element.memory
        let response = try session.send(command, &card)
        #expect(response == ResponseAPDU(statusWord), comment, sourceLocation: sourceLocation)
        #expect(card.element.memory == before, comment, sourceLocation: sourceLocation)
    }
}
