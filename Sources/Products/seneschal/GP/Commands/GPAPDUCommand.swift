import ArgumentParser
import CardManagement
import Foundation
import ISO7816
import SeneschalAPI

/// `seneschal gp apdu`.
struct GPAPDUCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "apdu", abstract: "Send APDUs, bare or through a secure channel.",
        discussion: """
              seneschal gp apdu 00A4040000 80CA006600
              seneschal gp apdu --script personalize.txt
              seneschal gp apdu --secure --test-keys 80F28002024F00
              seneschal gp apdu --secure --sd A0000001515350410000 --keys provider.keys --security full 80CA00E000

            With --secure the commands are given plain; the session wraps them. A script has one command per line in \
            hex; # begins a comment; - reads standard input. Sending stops at the first refusal, which is exit status 1; \
            --go-on sends the rest all the same.
            """)

    @Argument(help: ArgumentHelp("Commands in hex.", valueName: "hex"))
    var commands: [CommandArgument] = []

    @Option(help: ArgumentHelp("A file with one command per line.", valueName: "file"))
    var script: String?

    @Flag(help: "Send the commands through a secure channel with the security domain.")
    var secure = false

    @Flag(help: "Go on after a refusal.")
    var goOn = false

    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func validate() throws {
        if commands.isEmpty == (script == nil) { throw ValidationError("Give commands in hex, or --script FILE.") }
    }

    func perform() async throws -> GPAnswer {
        let commands = try script.map(TextInput.commands) ?? commands.map(\.command)
        let exchanges =
            secure
            ? try await withSession { session in
                var exchanges: [Exchange] = []
                for command in commands {
                    exchanges.append(Exchange(command: command, response: try await session.transmit(command)))
                    if exchanges.endsRefused, !goOn { break }
                }
                return exchanges
            }
            : try await selection.withCard { card in
                var exchanges: [Exchange] = []
                for command in commands {
                    let response = try await card.transmitCollecting(command)
                    exchanges.append(Exchange(command: command, response: response))
                    if exchanges.endsRefused, !goOn { break }
                }
                return exchanges
            }
        let refused = exchanges.first { $0.response.statusWord.isRefusal }
        return GPAnswer(
            ["exchanges": .array(exchanges.map(\.json))], exchanges.flatMap(\.lines),
            failure: refused.map { exchange in
                let refusal = CommandRefusal(
                    command: exchange.command.header.hex, statusWord: exchange.response.statusWord)
                return CommandFailure(.refused, "\(refusal)")
            })
    }

    fileprivate struct Exchange {
        let command: CommandAPDU
        let response: ResponseAPDU

        var json: JSONValue {
            .object(of: [
                "command": .hex(command.bytes), "data": .hex(response.data),
                "statusWord": .string("\(response.statusWord)"),
            ])
        }

        var lines: [String] {
            let data = response.data.isEmpty ? "" : "\(response.data.hex) "
            return ["> \(command.bytes.hex)", "< \(data)\(response.statusWord)"]
        }
    }
}

extension [GPAPDUCommand.Exchange] {
    fileprivate var endsRefused: Bool { last?.response.statusWord.isRefusal ?? false }
}

/// A command APDU on the command line.
struct CommandArgument: ExpressibleByArgument {
    let command: CommandAPDU

    init?(argument: String) {
        guard let command = try? CommandAPDU(hex: argument) else { return nil }
        self.command = command
    }
}
