import ArgumentParser
import ISO7816
import SeneschalAPI
import SeneschalClient

/// `seneschal merchant tag …`.
struct MerchantTagCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Make tags, list them, disable them; ask what a tag stands for.",
        discussion: """
              seneschal merchant tag make 04DE5F1EACC040 --label "Table 4" --terminal till-4 --amount 450
              seneschal merchant tag make 04DE5F1EACC040 --label "Table 4" --dynamic
              seneschal merchant tag keys 00112233445566778899 --transport-key writer.pem
              seneschal merchant tag state 00112233445566778899 disabled
              seneschal merchant tag parse 04DE5F1EACC040 --content D101…
            """,
        subcommands: [Make.self, Keys.self, List.self, State.self, Parse.self])

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bind a tag to the merchant; answers what is to be written into it.")

        @Argument(help: ArgumentHelp("What the tag itself says that it is.", valueName: "hex"))
        var tagID: String

        @Option(help: "Where it hangs, as payers see it.")
        var label: String

        @Option(help: "The merchant's own name of the place.")
        var terminal: String?

        @Option(help: ArgumentHelp("What it asks for; the payer says it when absent.", valueName: "cents"))
        var amount: Int?

        @Flag(help: "The tag says something new at every reading (NTAG 424 DNA).")
        var dynamic = false

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(
                Endpoints.makeTag,
                .init(
                    tagId: try hexBytes(tagID), label: label, terminal: terminal, amount: amount,
                    kind: dynamic ? .secureDynamic : .fixedContent))
        }
    }

    struct Keys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The keys of a tag that says something new at every reading, for whoever writes it.")

        @Argument(help: "The tag's reference.")
        var tag: String

        @Option(help: ArgumentHelp("The writer's public RSA key (PEM).", valueName: "file"))
        var transportKey: String

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(
                Endpoints.wrapTagKeys, .init(transportKey: try TextInput.read(transportKey)), ["tag": tag])
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the merchant's tags.")

        @OptionGroup var list: PageOptions

        func run() async throws { try await list.show(Endpoints.listTags) }
    }

    struct State: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Disable a tag, let it work again, or revoke it for good.")

        @Argument(help: "The tag's reference.")
        var tag: String

        @Argument(help: "active, disabled or revoked.")
        var state: StateArgument<API.PayTagState>

        @OptionGroup var request: RequestOptions

        func run() async throws {
            try await request.show(Endpoints.setTagState, .init(state: state.value), ["tag": tag])
        }
    }

    struct Parse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a tag that was read stands for; anybody may ask.")

        @Argument(help: ArgumentHelp("What the tag itself says that it is.", valueName: "hex"))
        var tagID: String

        @Option(help: ArgumentHelp("The NDEF message that was read.", valueName: "hex"))
        var content: String

        @Option(help: "Of this reading: the same one gets the same answer; a new one when absent.")
        var nonce: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let reading = API.TagPaymentRequest(
                content: try hexBytes(content), tagId: try hexBytes(tagID),
                nonce: nonce ?? SeneschalClient.newIdempotencyKey())
            let transport = try server.transport()
            let answer: API.TagReading
            do {
                answer = try await SeneschalClient(transport, credential: nil).send(Endpoints.parseTag, reading)
            } catch {
                await transport.close()
                throw error
            }
            await transport.close()
            try output.show(answer)
        }
    }
}

/// Bytes on the command line.
private func hexBytes(_ text: String) throws -> HexBytes {
    do { return HexBytes(try [UInt8](hex: text)) } catch { throw ValidationError("\(text.prefix(64)): \(error)") }
}
