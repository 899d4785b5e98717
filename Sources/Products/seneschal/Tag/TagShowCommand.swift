import ArgumentParser
import CardLink
import ISO7816
import NFCForum
import SeneschalAPI

/// `seneschal tag show FILE`: what is on a tag.
struct TagShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show what is on a tag.")

    @Argument(help: "The tag's file, made by `seneschal tag new`.")
    var file: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        TagDescription(try TagFile.read(file), file: file).answer.show(asJSON: output.json)
    }
}

/// A tag for people and programs.
struct TagDescription {
    private let tag: Type4Tag
    private let file: String

    init(_ tag: Type4Tag, file: String) {
        self.tag = tag
        self.file = file
    }

    var answer: GPAnswer {
        let json = JSONValue.object(of: [
            "file": .string(file),
            "identifier": .hex(tag.identifier.bytes),
            "size": .string("\(tag.capabilities.fileSize)"),
            "readOnly": .string(tag.capabilities.writeAccess == .free ? "no" : "yes"),
            "message": .string(message),
            "uri": uri.map { .string($0) },
            "readings": tag.secureDynamicMessaging.map { .string("\($0.counter)") },
        ])
        return GPAnswer(json, json.lines)
    }

    private var message: String {
        do throws(NDEFDecodingError) {
            return try tag.message()?.bytes.hex ?? ""
        } catch {
            return "malformed: \(error)"
        }
    }

    /// As it is kept; a tag that proves its readings mirrors them into it.
    private var uri: String? { (try? tag.message())?.uri }
}
