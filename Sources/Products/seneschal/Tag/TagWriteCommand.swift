import ArgumentParser
import CardLink
import Foundation
import ISO7816
import NFCForum

/// `seneschal tag write`: writes what a merchant platform made for a tag into it.
struct TagWriteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract: "Write a message into a tag: a tag's file, or one in a reader's field.",
        discussion: """
              seneschal merchant tag make 04DE5F1EACC040 --label "Table 4" --amount 450 --json > table4.json
              seneschal tag write my.tag --content "$(jq -r .tag.content table4.json)"
              seneschal tag write --air 54322 --content D101…

            NLEN is zero while the message is written: what is torn in between leaves an empty tag.
            """)

    @Argument(help: "The tag's file, made by `seneschal tag new`.")
    var file: String?

    @Option(help: ArgumentHelp("The UDP port of the air in which the tag is.", valueName: "port"))
    var air: UInt16?

    @Option(help: ArgumentHelp("The NDEF message.", valueName: "hex"))
    var content: String

    func validate() throws {
        if (file == nil) == (air == nil) { throw ValidationError("Give a tag's FILE, or --air PORT.") }
    }

    func run() async throws {
        let message: NDEFMessage
        do {
            message = try NDEFMessage(bytes: [UInt8](hex: content))
        } catch {
            throw CommandFailure(.usage, "--content is no NDEF message: \(error)")
        }
        let channel: any CardChannel
        if let air {
            channel = try AirReader(port: air)
        } else if let file {
            channel = try TagFile.open(file).tag()
        } else {
            preconditionFailure("validate() wants one of them")
        }
        do {
            try await Type4TagReader(channel).write(message)
        } catch {
            throw CommandFailure(.refused, "\(error)")
        }
        Terminal.output("Written: \(message.bytes.count) bytes.")
    }
}
