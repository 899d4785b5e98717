import ArgumentParser
import Terminal

/// `seneschal terminal scan CODE`: the consumer shows a code instead.
struct TerminalScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "One payment with a code that a consumer shows.",
        discussion: """
            The code is the text of the picture, as a scanner gives it: base64 that begins with hQVDUFYwMQ. It is good \
            once, and for a minute; - reads it from standard input.

              zbarimg -q --raw code.png | seneschal terminal scan - --amount 780
              seneschal terminal scan "$CODE" --amount 780 --wallet http://127.0.0.1:8090 \
            --credential-file corner-shop.credential

            --online takes what a page or an application was given instead: it is for exactly one amount.
            """)

    @Argument(help: "The code.")
    var code: String

    @Flag(help: "It was given to a page or an application, not scanned.")
    var online = false

    @OptionGroup var merchant: MerchantOptions

    func run() async throws {
        let text = code == "-" ? try TextInput.read("-") : code
        let acquirer = try merchant.acquirer()
        try await merchant.conclude(try scanned(text.filter { !$0.isWhitespace }), acquirer)
    }

    private func scanned(_ text: String) throws -> AuthorizationData {
        do throws(TerminalError) {
            return try ScannedCode(text).authorizationData(
                for: merchant.terminalData, TerminalProfile(merchant: merchant.merchant),
                entry: online ? .remote : .code)
        } catch {
            throw CommandFailure(error)
        }
    }
}
