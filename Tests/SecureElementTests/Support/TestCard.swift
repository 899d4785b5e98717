import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// A card with known keys, and what tests do with it again and again.
struct TestCard {
    var element: SecureElement
    static let central: AID = CardConfiguration.issuerSecurityDomain
    static let domain: AID = "F053454E45534348414C53440001"
    static let otherDomain: AID = "F053454E45534348414C53440002"
    static let instance: AID = "F053454E45534348414C50410001"
    static let otherInstance: AID = "F053454E45534348414C50410002"
    static let third: AID = "F053454E45534348414C50410003"
    static let fourth: AID = "F053454E45534348414C50410004"
    static let centralKeys = keySet(0x40)
    static let temporaryKeys = keySet(0x50)
    static let providerKeys = keySet(0x60)

    init(implementation: UInt8 = 0x70, failuresMax: Int? = nil, holdsPaymentPackage: Bool = true) throws {
        try self.init(
            CardConfiguration(.embedded, .init(holdsPaymentPackage: holdsPaymentPackage)),
            implementation: implementation, failuresMax: failuresMax)
    }

    /// A card of any configuration; each of its security domains has keys of its own (`keys(of:)`).
    init(_ configuration: CardConfiguration, implementation: UInt8 = 0x70, failuresMax: Int? = nil) throws {
        guard let implementation = SCP03Implementation(rawValue: implementation) else {
            throw CardRefused(.incorrectParameters)
        }
        element = SecureElement.manufacture(
            configuration,
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: [1, 2, 3, 4, 5, 6, 7, 8],
                keyDiversificationData: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], implementation: implementation,
                authenticationFailuresMax: failuresMax), random: SeededRandomSource(seed: 99)
        ) { Self.keys(of: $0.aid) }
    }

    /// The key set that a security domain leaves the factory with.
    static func keys(of domain: AID) -> SCP03KeySet {
        switch domain {
        case CardConfiguration.issuerSecurityDomain: centralKeys
        case CardConfiguration.managingCentralSecurityDomain: keySet(0x80)
        case CardConfiguration.mobileNetworkSecurityDomain: keySet(0x90)
        case CardConfiguration.thirdPartySecurityDomain: keySet(0xA0)
        case CardConfiguration.mandatedDAPSecurityDomain: keySet(0xB0)
        case CardConfiguration.controllingAuthoritySecurityDomain: keySet(0xC0)
        default: keySet(0xD0)
        }
    }

    static func keySet(_ first: UInt8) -> SCP03KeySet {
        func key(_ offset: UInt8) -> SecretBytes { SecretBytes((0..<16).map { first + offset + $0 }) }
        do {
            return try SCP03KeySet(enc: key(0), mac: key(1), dek: key(2))
        } catch {
            preconditionFailure("16 bytes are an AES key: \(error)")
        }
    }

    mutating func transmit(_ command: CommandAPDU) -> ResponseAPDU { element.process(command) }

    /// Sends commands through a fresh session with a security domain; answers the status words.
    @discardableResult
    mutating func manage(
        _ commands: [CommandAPDU], in domain: AID = Self.central, keys: SCP03KeySet = Self.centralKeys
    ) throws -> [StatusWord] {
        try responses(commands, in: domain, keys: keys).map(\.statusWord)
    }

    mutating func responses(
        _ commands: [CommandAPDU], in domain: AID = Self.central, keys: SCP03KeySet = Self.centralKeys
    ) throws -> [ResponseAPDU] {
        var session = try OpenSession(domain, &self, keys: keys)
        var responses: [ResponseAPDU] = []
        for command in commands { responses.append(try session.send(command, &self)) }
        return responses
    }

    /// An SP SD, an instance extradited to it, and temporary keys: what pre-personalization leaves.
    mutating func prePersonalize(
        _ domain: AID = Self.domain, _ instance: AID = Self.instance, in central: AID = Self.central
    ) throws {
        let keys = Self.keys(of: central)
        try expectSuccess(
            manage(
                [
                    Self.createDomain(domain), Self.instantiate(instance),
                    InstallCommand.forExtradition(.init(securityDomain: domain, object: instance)).command,
                ], in: central, keys: keys))
        var session = try HostSession(domain, keys: keys) { element.process($0) }
        let putKey = session.putKey(Self.temporaryKeys, version: 0x30)
        try expectSuccess([try session.send(putKey) { element.process($0) }.statusWord])
    }

    /// The provider's own keys in place of the temporary ones.
    mutating func rotateKeys(_ domain: AID = Self.domain) throws {
        var session = try HostSession(domain, keys: Self.temporaryKeys) { element.process($0) }
        let putKey = session.putKey(Self.providerKeys, version: 0x31, replacing: 0x30)
        try expectSuccess([try session.send(putKey) { element.process($0) }.statusWord])
    }

    static func createDomain(_ aid: AID, privileges: Privileges = [.securityDomain]) -> CommandAPDU {
        InstallCommand.forInstallAndMakeSelectable(
            .init(
                executableLoadFile: BuiltInModule.securityDomainPackage,
                executableModule: BuiltInModule.securityDomain, application: aid, privileges: privileges)
        ).command
    }

    static func instantiate(_ aid: AID) -> CommandAPDU {
        InstallCommand.forInstall(
            .init(
                executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment,
                application: aid)
        ).command
    }

    static func personalize(_ instance: AID, label: String = "SENESCHAL PAY") -> [CommandAPDU] {
        let selection = BERTLV(0xA5, [BERTLV(0x50, Array(label.utf8)), BERTLV(0x87, [0x01])]).bytes
        let record = BERTLV(0x70, [BERTLV(0x5F20, Array("CARDHOLDER".utf8))]).bytes
        let options = BERTLV(0x82, [0x00, 0x00]).bytes + BERTLV(0x94, [0x08, 0x01, 0x01, 0x00]).bytes
        let groupings = [
            DataGrouping(0x0101, record), DataGrouping(0x9102, selection), DataGrouping(0x9104, options),
        ]
        return [InstallCommand.forPersonalization(application: instance).command]
            + StoreDataCommand.blocks(of: groupings, blockLength: 32).map(\.command)
    }

    func expectSuccess(_ statusWords: [StatusWord]) throws {
        if let refusal = statusWords.first(where: { $0 != .success }) { throw CardRefused(refusal) }
    }
}
