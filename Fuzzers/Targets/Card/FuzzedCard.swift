import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// Cards with known keys for the fuzzer to start from, and the names that its scripts use.
enum FuzzedCard {
    static let domain: AID = "F053454E45534348414C53440001"
    static let otherDomain: AID = "F053454E45534348414C53440002"
    static let instance: AID = "F053454E45534348414C50410001"
    static let package = CAPFileBuilder(
        package: "F053454E45534348414C7E01", packageName: "f", applets: ["F053454E45534348414C7E0101"], imports: [])

    /// What commands name: all that is there, and some that is not.
    static let names: [AID] = [
        CardConfiguration.issuerSecurityDomain, domain, otherDomain, instance, "F053454E45534348414C50410002",
        package.package, package.applets[0], "F053454E45534348414C7E010101", CardConfiguration.paymentSystemEnvironment,
        CardConfiguration.walletCompanion, CardConfiguration.storedValue, BuiltInModule.securityDomainPackage,
        BuiltInModule.paymentPackage, BuiltInModule.payment, "A000000003000000", "F053450001",
        CardConfiguration.managingCentralSecurityDomain, CardConfiguration.mobileNetworkSecurityDomain,
        CardConfiguration.thirdPartySecurityDomain, CardConfiguration.controllingAuthoritySecurityDomain,
    ]

    /// The first is the factory's, the second the provider's.
    static let keySets: [SecureChannelKeySet] =
        [0x40, 0x60, 0x80, 0xA0].map { .scp03(.fuzzing($0)) } + [.scp02(.fuzzing)]

    /// Explicit initiation, three keys, R-MAC, ICV encryption.
    static let scp02 = SCP02Implementation(rawValue: 0x35) ?? .i15

    /// A modulus of 1024 bits and an exponent that nobody has factored or asked for.
    static let rsaKey = KeyDataField(
        components: [
            .init(type: .rsaModulus, data: [0xC5] + [UInt8](repeating: 0x5A, count: 126) + [0x01]),
            .init(type: .rsaPublicExponent, data: [0x01, 0x00, 0x01]),
        ], keyCheckValue: [])

    /// The base point of P-256 (SEC 2 §2.4.2): a public key, if a poor one.
    static let ecKey = KeyDataField(
        components: [
            .init(
                type: .eccPublicKey,
                data: [0x04]
                    + bytes("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296")
                    + bytes("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5")),
            .init(type: .eccParametersReference, data: [0x00]),
        ], keyCheckValue: [])

    private static func bytes(_ hex: String) -> [UInt8] {
        do { return try [UInt8](hex: hex) } catch { preconditionFailure("these are hex digits: \(error)") }
    }

    /// The domains that sessions are opened with.
    static let domains: [AID] = names.prefix(3) + names.suffix(4)

    /// S8 and S16, random and pseudo-random challenges, all with R-MAC and R-ENC, and one without.
    private static let implementations: [UInt8] = [0x70, 0x71, 0x60, 0x61, 0x10]

    /// Factory-new cards and furnished ones of Fig. 5, furnished ones of the other figures.
    static let cards: [SecureElement] =
        implementations.flatMap { implementation in
            let factory = manufacture(.embedded, implementation)
            return [factory, furnished(factory, by: CardConfiguration.issuerSecurityDomain)]
        }
        + [
            CardConfiguration.uicc, CardConfiguration(.embeddedWithThirdParty, .init(thirdParties: 2)),
            CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: false)),
        ].map { configuration in
            furnished(manufacture(configuration, implementations[0]), by: configuration.centralSecurityDomain)
        }

    /// What anyone may read.
    static let readings: [CommandAPDU] =
        GetDataCommand.readable.map(\.command)
        + names.flatMap { [SelectCommand($0).command, CommandAPDU(0x00, 0xA8, 0, 0, data: [0x83, 0])] }

    private static func manufacture(_ configuration: CardConfiguration, _ implementation: UInt8) -> SecureElement {
        guard let implementation = SCP03Implementation(rawValue: implementation) else {
            preconditionFailure("the parameters above are those of SCP03")
        }
        let identity = CardIdentity(
            issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: [1, 2, 3, 4, 5, 6, 7, 8],
            keyDiversificationData: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], implementation: implementation,
            scp02: scp02, authenticationFailuresMax: 3)
        return .manufacture(configuration, identity: identity, random: ConstantRandomSource()) { _ in .fuzzing(0x40) }
    }

    /// Two security domains, one with AES keys and a personalized instance, one with DES keys, and a loaded package where no
    /// signature is asked for.
    private static func furnished(_ factory: SecureElement, by manager: AID) -> SecureElement {
        var run = CardRun(factory)
        do {
            try run.open(manager, keySets[0], .commandMAC, channel: 0)
            for aid in [domain, otherDomain] { try run.expectSuccess(CardTemplates.createDomain(aid)) }
            try run.expectSuccess(CardTemplates.instantiate(instance))
            try run.expectSuccess(
                InstallCommand.forExtradition(.init(securityDomain: domain, object: instance)).command)
            let demandsSignature = factory.inventory.applications.contains {
                $0.aid == CardConfiguration.mandatedDAPSecurityDomain
            }
            if !demandsSignature { for command in CardTemplates.load(package) { try run.expectSuccess(command) } }
            try run.open(domain, keySets[0], .commandMAC, channel: 0)
            try run.expectSuccess(CardTemplates.putKey(keySets[1], version: 0x30, run.encryption(on: 0)))
            try run.open(otherDomain, keySets[0], .commandMAC, channel: 0)
            try run.expectSuccess(CardTemplates.putKey(keySets[4], version: 0x20, run.encryption(on: 0)))
            try run.open(domain, keySets[1], .commandMAC, channel: 0)
            for command in CardTemplates.personalization(of: instance) { try run.expectSuccess(command) }
        } catch {
            preconditionFailure("the commands that furnish a card are sound: \(error)")
        }
        run.card.reset()
        return run.card
    }
}

extension GetDataCommand {
    static let readable = ([0x42, 0x45, 0x66, 0x67, 0xE0, 0xC1, 0xCF, 0x9F7F, 0x2F00, 0xFF21, 0xDF70] as [UInt16])
        .map { GetDataCommand($0) }
}
