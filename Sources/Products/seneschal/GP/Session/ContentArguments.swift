import ArgumentParser
import CardManagement
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// Privileges on the command line, by name and separated by commas, or as three bytes in hex.
struct PrivilegesArgument: ExpressibleByArgument {
    let privileges: Privileges

    static let choices = Privileges.names.map(\.name).joined(separator: ", ")

    init?(argument: String) {
        if let privileges = Privileges(names: argument.split(separator: ",").map(String.init)) {
            self.privileges = privileges
        } else if let bytes = try? [UInt8](hex: argument), let privileges = try? Privileges(bytes: bytes) {
            self.privileges = privileges
        } else {
            return nil
        }
    }
}

/// The parameters of INSTALL on the command line.
struct InstallParameterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What the application's install method receives (C9), in hex.", valueName: "hex"))
    var parameters: HexArgument?

    @Option(
        help: ArgumentHelp(
            "Further data objects in hex, such as EF04C7020400 (non-volatile memory at installation), EA… (UICC).",
            valueName: "hex"))
    var parameterObjects: HexArgument?

    /// `C9`, which is always there, and the other objects.
    func installParameters(specific: [UInt8] = []) throws -> InstallParameters {
        var parameters = InstallParameters.applicationSpecific(self.parameters?.bytes ?? specific)
        guard let parameterObjects else { return parameters }
        do {
            parameters.objects += try BERTLV.sequence(parameterObjects.bytes)
        } catch {
            throw CommandFailure(.usage, "--parameter-objects: \(error)")
        }
        return parameters
    }
}

/// A token of delegated management on the command line, and what it is made for.
struct TokenOptions: ParsableArguments {
    @Flag(help: "Print the command, which `gp token sign` signs; no card is needed.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "The token, in delegated management; `seneschal gp token sign` makes it.", valueName: "hex"))
    var token: HexArgument?

    var bytes: [UInt8] { token?.bytes ?? [] }
}

extension GPAnswer {
    /// The command as it would be sent.
    init(preview name: String, _ command: CommandAPDU) {
        self.init(fields: [("command", .string(name)), ("apdu", .hex(command.bytes))])
    }

    /// The answer to an action: what was done, and the receipt if the card gave one.
    init(done action: String, _ subject: AID, confirmation: [UInt8] = [], _ sentence: String) {
        let receipt: [UInt8]? = confirmation.count > 1 ? confirmation : nil
        self.init(
            .object(of: [
                "done": .string(action), "aid": .string("\(subject)"), "confirmation": receipt.map { .hex($0) },
            ]), [sentence] + (receipt.map { ["Confirmation (with receipt): \($0.hex)"] } ?? []))
    }
}
