import ArgumentParser
import CardCryptography
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import SeneschalAPI

/// `seneschal gp diversify`.
struct GPDiversifyCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "diversify", abstract: "Derive a card's keys from a master key.",
        discussion: """
              seneschal gp diversify --keys master.keys --diversification kdf3 --output card.keys
              seneschal gp diversify --keys master.keys --diversification visa2 --kdd 00010203040506070809
              seneschal gp diversify --keys master.keys --diversification visa2 --scp 02 --output card.keys

            The diversification data comes from the card, or from --kdd. The keys go to a new file that only you can \
            read; what is printed are their check values. Diversifications: emv (EMV CPS 1.1), visa2, kdf3 (AES-CMAC in \
            counter mode), none. With --scp 02 the keys are Triple DES keys, otherwise AES.
            """)

    @Option(
        name: .customLong("kdd"),
        help: ArgumentHelp("Ten bytes of diversification data; the card is asked when absent.", valueName: "hex"))
    var diversificationData: HexArgument?

    @Option(help: ArgumentHelp("The keys file to make.", valueName: "file"))
    var output: String?

    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func validate() throws {
        if let diversificationData, diversificationData.bytes.count != KeyDiversification.dataLength {
            throw ValidationError(
                "--kdd has \(KeyDiversification.dataLength) bytes, found \(diversificationData.bytes.count).")
        }
    }

    func perform() async throws -> GPAnswer {
        let source = try keySource()
        let data = try await data()
        let isTripleDES = channel.scp == .scp02
        let request = CardKeyRequest(
            securityDomain: channel.securityDomain?.aid, keyVersion: channel.keyVersion?.version,
            secureChannelProtocol: isTripleDES ? 0x02 : 0x03, diversificationData: data)
        let material: CardKeyMaterial
        let checkValues: [[UInt8]]
        do {
            let master = try await source.material(for: request)
            if isTripleDES {
                let keys = try master.scp02Keys(diversificationData: data)
                material = CardKeyMaterial(keys)
                checkValues = [keys.enc, keys.mac, keys.dek].map(\.keyCheckValue)
            } else {
                let keys = try master.scp03Keys(diversificationData: data)
                material = CardKeyMaterial(keys)
                checkValues = [keys.enc, keys.mac, keys.dek].map(\.keyCheckValue)
            }
        } catch { throw CommandFailure(.usage, "\(error)") }
        if let output {
            let entry = KeySetsFile.Entry(
                securityDomain: channel.securityDomain?.aid, version: channel.keyVersion?.version, material: material)
            try KeySetsFile.write(entry, to: output)
        }
        return GPAnswer(
            fields: [
                ("diversificationData", .hex(data)), ("bits", .integer(material.enc.count * 8)),
                ("encCheckValue", .hex(checkValues[0])), ("macCheckValue", .hex(checkValues[1])),
                ("dekCheckValue", .hex(checkValues[2])),
            ] + (output.map { [("file", .string($0))] } ?? []))
    }

    /// From the command line, or out of the card's answer to INITIALIZE UPDATE.
    private func data() async throws -> [UInt8] {
        if let diversificationData { return diversificationData.bytes }
        return try await selection.withCard { card in
            let select = try await card.transmitCollecting(
                SelectCommand(name: channel.securityDomain?.aid.bytes ?? []).command)
            guard !select.statusWord.isRefusal else {
                throw CardManagementError.cardRefused(CommandRefusal(command: "SELECT", statusWord: select.statusWord))
            }
            let update = InitializeUpdateCommand(
                keyVersion: channel.keyVersion?.version, hostChallenge: SystemRandomSource().bytes(8))
            let response = try await card.transmitCollecting(update.command)
            guard response.statusWord.isSuccess, response.data.count >= KeyDiversification.dataLength else {
                throw CardManagementError.cardRefused(
                    CommandRefusal(command: "INITIALIZE UPDATE", statusWord: response.statusWord))
            }
            return Array(response.data.prefix(KeyDiversification.dataLength))
        }
    }
}
