import ArgumentParser

/// `seneschal tag …`: NFC tags in files, which any reader on nfcpy's air reads and writes.
struct TagCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "NFC tags: a Type 4 Tag in a file.",
        discussion: """
              seneschal tag new my.tag --uri https://pay.example/t/1
              seneschal tag show my.tag
              seneschal tag serve my.tag --port 54322
            """,
        subcommands: [TagNewCommand.self, TagShowCommand.self, TagServeCommand.self, TagWriteCommand.self])
}
