import ArgumentParser
import CardCryptography
import CardLink
import ISO7816
import MobileDevice
import NFCForum

/// `seneschal tag new FILE`: a tag, empty or with an address.
struct TagNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a tag.",
        discussion: """
            An empty tag that readers may write:

              seneschal tag new my.tag

            A tag with an address, which nobody writes any more:

              seneschal tag new my.tag --uri https://pay.example/t/1 --read-only

            A tag that proves each reading (NTAG 424 secure dynamic messaging): its address ends in picc= and cmac=. The \
            two keys are written to my.tag.keys, readable by you alone, for the server that verifies:

              seneschal tag new my.tag --uri https://pay.example/t/1 --sun
            """)

    @Argument(help: "The file to make. It must not exist.")
    var file: String

    @Option(help: "The address in the tag's message.")
    var uri: String?

    @Option(help: ArgumentHelp("The identifier (UID), seven bytes; random when absent.", valueName: "hex"))
    var uid: String?

    @Option(help: "The size of the message's file in bytes.")
    var size = 1_024

    @Flag(help: "Nobody writes the tag.")
    var readOnly = false

    @Flag(help: "Mirror a proof of each reading into the address.")
    var sun = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard uid == nil || identifier != nil else {
            throw ValidationError("--uid takes 14 hex digits that begin neither with 08 nor with 88.")
        }
        if sun, uri == nil { throw ValidationError("--sun needs the address that it mirrors into: --uri.") }
    }

    private var identifier: [UInt8]? {
        uid.flatMap { try? [UInt8](hex: $0) }.flatMap { NFCIdentifier($0)?.bytes }
    }

    func run() async throws {
        // 04 is a maker's number; whoever makes tags has one.
        let bytes = identifier ?? [0x04] + SystemRandomSource().bytes(6)
        guard let identifier = TagIdentifier(bytes) else { throw ValidationError("--uid takes seven bytes.") }
        let tag: Type4Tag
        if sun, let uri {
            let keys = SecureDynamicKeys.random()
            tag = try Type4Tag(
                identifier: identifier, fileSize: size, template: SecureDynamicTemplate(uri: uri), keys: keys)
            try DurableFile.create(file + ".keys", with: Self.lines(of: keys))
        } else {
            tag = try Type4Tag(
                identifier: identifier, fileSize: size, message: uri.map { NDEFMessage(URIRecord($0).record) },
                writeAccess: readOnly ? .never : .free)
        }
        try TagFile.create(file, tag)
        TagDescription(tag, file: file).answer.show(asJSON: output.json)
    }

    /// metaRead and fileRead, a key on a line.
    private static func lines(of keys: SecureDynamicKeys) -> [UInt8] {
        [("metaRead", keys.metaRead), ("fileRead", keys.fileRead)].flatMap { name, key in
            Array("\(name) ".utf8) + key.bytes.hexDigits + Array("\n".utf8)
        }
    }
}
