import ArgumentParser
import CardCryptography
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import SeneschalAPI

/// `seneschal gp diversify`.
struct GPDiversifyCommand: GPAction {
    static let configuration = CommandConfiguration(
        commandName: "diversify", abstract: "Derive a card's keys from a master key.",
        discussion: """
              seneschal gp diversify --keys master.keys --diversification kdf3 --output card.keys
              seneschal gp diversify --keys master.keys --diversification visa2 --kdd 00010203040506070809

            The diversification data comes from the card, or from --kdd. The keys go to a new file that only you can \
            read; what is printed are their check values. Diversifications: emv (EMV CPS 1.1), visa2, kdf3 (AES-CMAC in \
            counter mode), none.
            """)

    @Option(
        name: .customLong("kdd"),
        help: ArgumentHelp("Ten bytes of diversification data; the card is asked when absent.", valueName: "hex"))
    var diversificationData: HexArgument?

    @Option(help: ArgumentHelp("The keys file to make.", valueName: "file"))
    var output: String?

    @OptionGroup var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func validate() throws {
        if let diversificationData, diversificationData.bytes.count != KeyDiversification.dataLength {
            throw ValidationError(
                "--kdd has \(KeyDiversification.dataLength) bytes, found \(diversificationData.bytes.count).")
        }
    }

    func perform() async throws -> GPAnswer {
        let source = try channel.keys.source()
        let data = try await data()
        let request = CardKeyRequest(
            securityDomain: channel.securityDomain?.aid, keyVersion: channel.keyVersion?.version,
            secureChannelProtocol: 0x03, diversificationData: data)
        let keys: SCP03KeySet
        do {
            keys = try await source.material(for: request).scp03Keys(diversificationData: data)
        } catch { throw CommandFailure(.usage, "\(error)") }
        if let output {
            let entry = KeySetsFile.Entry(
                securityDomain: channel.securityDomain?.aid, version: channel.keyVersion?.version,
                material: CardKeyMaterial(keys))
            try KeySetsFile.write([entry], to: output)
        }
        return GPAnswer(
            fields: [
                ("diversificationData", .hex(data)), ("bits", .integer(keys.size.bitCount)),
                ("encCheckValue", .hex(keys.enc.keyCheckValue)), ("macCheckValue", .hex(keys.mac.keyCheckValue)),
                ("dekCheckValue", .hex(keys.dek.keyCheckValue)),
            ] + (output.map { [("file", .string($0))] } ?? []))
    }

    /// From the command line, or out of the card's answer to INITIALIZE UPDATE.
    private func data() async throws -> [UInt8] {
        if let diversificationData { return diversificationData.bytes }
        return try await channel.selection.withCard { card in
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
