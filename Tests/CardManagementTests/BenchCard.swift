import CardCryptography
import CardLink
import CardManagement
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Synchronization

/// A card in process that keeps a list of what it was sent.
final class BenchCard: CardChannel {
    let card: InProcessCard<SecureElement>
    private let sent = Mutex<[CommandAPDU]>([])

    static let keys = keySet(0x40)
    static let central: AID = CardConfiguration.issuerSecurityDomain

    /// Every security domain that the card leaves the factory with has the same keys.
    init(
        _ configuration: CardConfiguration = .embedded, implementation: UInt8 = 0x70,
        keys: SCP03KeySet = BenchCard.keys, keyVersion: UInt8 = 0x01, failuresMax: Int? = nil,
        scp02: UInt8? = nil
    ) {
        // The parameters in use here are all defined.
        let implementation = SCP03Implementation(rawValue: implementation)!
        card = InProcessCard(
            SecureElement.manufacture(
                configuration,
                identity: CardIdentity(
                    issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: [1, 2, 3, 4, 5, 6, 7, 8],
                    keyDiversificationData: BenchCard.diversificationData, implementation: implementation,
                    scp02: scp02.flatMap(SCP02Implementation.init(rawValue:)), authenticationFailuresMax: failuresMax),
                keyVersion: keyVersion, random: SeededRandomSource(seed: 99)
            ) { _ in keys })
    }

    static let diversificationData: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

    var commands: [CommandAPDU] { sent.withLock { $0 } }
    func forgetCommands() { sent.withLock { $0 = [] } }
    func count(of instruction: UInt8) -> Int { commands.count { $0.instruction == instruction } }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        sent.withLock { $0.append(command) }
        return try await card.transmit(command)
    }

    func reset() async throws(CardUnreachable) { try await card.reset() }

    func manager(
        keys: any CardKeySource = FixedKeySource(CardKeyMaterial(BenchCard.keys)),
        journal: any ManagementJournal = MemoryJournal()
    ) -> CardManager {
        CardManager(channel: self, keys: keys, journal: journal, random: SeededRandomSource(seed: 7))
    }

    static func keySet(_ first: UInt8, count: Int = 16) -> SCP03KeySet {
        func key(_ offset: UInt8) -> SecretBytes { SecretBytes((0..<count).map { UInt8($0) &+ first &+ offset }) }
        do {
            return try SCP03KeySet(enc: key(0), mac: key(1), dek: key(2))
        } catch {
            preconditionFailure("these are AES keys: \(error)")
        }
    }
}
