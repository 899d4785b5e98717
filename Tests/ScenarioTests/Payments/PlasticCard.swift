import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Testing

/// A card of plastic with one application of ours, personalized, with random keys.
enum PlasticCard {
    static func make(
        _ application: AID, of package: AID, _ module: AID, with groupings: [DataGrouping]
    ) throws -> SecureElement {
        let keys = SCP03KeySet.random(.aes128)
        let implementation = try #require(SCP03Implementation(rawValue: 0x70))
        var element = SecureElement.manufacture(
            CardConfiguration(.embedded),
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: SystemRandomSource().bytes(8),
                keyDiversificationData: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], implementation: implementation),
            random: SystemRandomSource()
        ) { _ in keys }
        let install = InstallCommand.forInstallAndMakeSelectable(
            .init(executableLoadFile: package, executableModule: module, application: application))
        let commands =
            [install.command, InstallCommand.forPersonalization(application: application).command]
            + StoreDataCommand.blocks(of: groupings, blockLength: 200).map(\.command)
        var session = try HostSession(CardConfiguration.issuerSecurityDomain, keys: keys) { element.process($0) }
        for command in commands {
            let response = try session.send(command) { element.process($0) }
            try #require(response.statusWord == .success)
        }
        element.reset()
        return element
    }
}
