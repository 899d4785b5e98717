import ArgumentParser
import CardCryptography
import CardLink
import ISO7816
import MobileDevice

/// How a card appears in a reader's field.
struct AirOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The identifier (UID) that readers see, seven bytes; a fresh random one for each field when absent.",
            valueName: "hex"))
    var uid: String?

    func validate() throws {
        guard uid == nil || identifier != nil else {
            throw ValidationError("--uid takes 14 hex digits that begin neither with 08 nor with 88.")
        }
    }

    private var identifier: NFCIdentifier? { uid.flatMap { try? [UInt8](hex: $0) }.flatMap { NFCIdentifier($0) } }

    var controller: NFCController {
        identifier.map { NFCController(identifier: $0) } ?? NFCController(random: SystemRandomSource())
    }
}
