import CardCryptography
import CardLink
import CardTesting
import GlobalPlatform
import ISO7816
import MobileDevice
import SecureChannel
import SecureElement
import TrustedReading

/// A device from its TEE to its field: SA1 and SA2 in its secure element, the relay, the NFC controller, and nfcpy's air.
struct TrustedChain {
    private static let first: AID = "F053454E45534348414C54520001"
    private static let second: AID = "F053454E45534348414C54520002"

    let reader: TrustedReader

    /// - Parameter port: where a card may be on the air.
    init(port: UInt16, link: AirLink = .clear) throws {
        let pairing = AESKey.random(.aes128)
        let keys = SCP03KeySet.random(.aes128)
        guard let application = ReadingApplicationKeys(version: 1, keys: keys) else {
            throw CardRefused(.incorrectParameters)
        }
        let controller = TrustedNFCController(
            pairing: pairing, field: AirField(try AirReader(port: port, link: link)))
        let relay = RichOSRelay(
            secureElement: InProcessCard(try Self.secureElement(application, pairing)), controller: controller,
            firstApplication: Self.first, secondApplication: Self.second)
        reader = TrustedReader(application) { command throws(CardUnreachable) in try await relay.exchange(command) }
    }

    private static func secureElement(
        _ application: ReadingApplicationKeys, _ pairing: AESKey
    ) throws -> SecureElement {
        let keys = SCP03KeySet.random(.aes128)
        guard let implementation = SCP03Implementation(rawValue: 0x70) else { throw CardRefused(.incorrectParameters) }
        let identity = CardIdentity(
            issuerIdentificationNumber: [0x53], cardImageNumber: [4, 2], keyDiversificationData: Array(0..<10),
            implementation: implementation)
        var element = SecureElement.manufacture(
            CardConfiguration(.embedded), identity: identity, random: SystemRandomSource()
        ) { _ in keys }
        let secret = DataGrouping(0x8001, SecretBytes.random(count: 16).revealed())
        let own = [application.keys.enc, application.keys.mac, application.keys.dek].flatMap { $0.bytes.revealed() }
        var session = try HostSession(CardConfiguration.issuerSecurityDomain, keys: keys) { element.process($0) }
        let commands =
            install(
                first, BuiltInModule.firstSecurity,
                [DataGrouping(0x0001, second.bytes), secret, DataGrouping(0x8101, own)])
            + install(
                second, BuiltInModule.secondSecurity,
                [
                    DataGrouping(0x0001, [UInt8(first.bytes.count)] + first.bytes), secret,
                    DataGrouping(0x8002, pairing.bytes.revealed()),
                ])
        for command in commands {
            let response = try session.send(command) { element.process($0) }
            guard response.statusWord == .success else { throw CardRefused(response.statusWord) }
        }
        element.reset()
        return element
    }

    private static func install(_ application: AID, _ module: AID, _ groupings: [DataGrouping]) -> [CommandAPDU] {
        let install = InstallCommand.forInstallAndMakeSelectable(
            .init(
                executableLoadFile: BuiltInModule.trustedReadingPackage, executableModule: module,
                application: application))
        return [install.command, InstallCommand.forPersonalization(application: application).command]
            + StoreDataCommand.blocks(of: groupings, blockLength: 200).map(\.command)
    }
}
