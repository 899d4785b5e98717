import ArgumentParser
import Foundation
import ISO7816
import ISO8583
import ISO8583Link

/// `seneschal iso8583 …`: messages between acquirers and issuers, by hand.
struct ISO8583Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "iso8583",
        abstract: "Read, write and send messages of ISO 8583:1987.",
        discussion: """
              echo '{"t": "0800", "7": "1127120000", "11": "000001", "70": "301"}' | seneschal iso8583 encode
              seneschal iso8583 decode 303830308220000000000000040000000000000031313237313230303030303030303031333031
              seneschal iso8583 send --host 127.0.0.1 --port 8583 purchase.json

            Account numbers are masked in what is printed, and tracks and PINs are left out.
            """,
        subcommands: [Decode.self, Encode.self, Send.self])

    struct Decode: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print a message in JSON.")

        @Argument(help: ArgumentHelp("The message in hex, without a length in front.", valueName: "hex"))
        var hex: String

        @OptionGroup var line: LineOptions

        func run() throws {
            let bytes: [UInt8]
            do { bytes = try [UInt8](hex: hex, allowingSpaces: true) } catch {
                throw CommandFailure(.usage, "\(error)")
            }
            let agreed = try line.lineProtocol()
            let message: Message
            do {
                message = try Message(bytes, in: agreed.dialect, authenticatedBy: agreed.authentication)
            } catch {
                throw CommandFailure(.refused, "\(error)")
            }
            Terminal.output(try MessageText.json(message))
        }
    }

    struct Encode: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the bytes of a message in hex.")

        @Argument(help: ArgumentHelp("The message in JSON; - for standard input.", valueName: "file"))
        var file = "-"

        @OptionGroup var line: LineOptions

        func run() throws {
            let message = try MessageText.message(TextInput.read(file))
            let agreed = try line.lineProtocol()
            Terminal.output(message.bytes(in: agreed.dialect, authenticatedBy: agreed.authentication).hex)
        }
    }

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign on at an issuer, send requests, and print its answers, one JSON object a line.",
            discussion: """
                  seneschal iso8583 send --port 8583 purchase.json
                  seneschal iso8583 send --host bank.example --port 8583 --tls-trust bank.pem --tls-certificate till.pem \
                --tls-key till.key purchase.json
                """)

        @Argument(help: ArgumentHelp("The requests in JSON, one a line; - for standard input.", valueName: "file"))
        var file = "-"

        @Option(help: "The issuer's address.")
        var host = "127.0.0.1"

        @Option(help: "The issuer's port.")
        var port: Int

        @Option(help: ArgumentHelp("How long an answer is waited for.", valueName: "seconds"))
        var timeout = 15

        @Flag(help: "Speak TLS; the issuer's certificate is one that this machine trusts.")
        var tls = false

        @Option(
            help: ArgumentHelp(
                "Speak TLS; the issuer's certificate is signed by one of these (PEM), or is one.", valueName: "file"))
        var tlsTrust: String?

        @Option(
            help: ArgumentHelp(
                "Speak TLS; the SHA-256 of the issuer's public key (SubjectPublicKeyInfo).", valueName: "hex"))
        var tlsPin: String?

        @Option(help: ArgumentHelp("What is shown to the issuer: the certificate chain (PEM).", valueName: "file"))
        var tlsCertificate: String?

        @Option(help: ArgumentHelp("The private key of that certificate (PEM).", valueName: "file"))
        var tlsKey: String?

        @Flag(help: "Speak with another machine without TLS: card numbers cross the network as they are.")
        var unprotected = false

        @OptionGroup var line: LineOptions

        private var protection: LineProtection {
            LineProtection(
                prefix: "--", tls: tls, trust: tlsTrust, pin: tlsPin, certificate: tlsCertificate, key: tlsKey,
                isUnprotected: unprotected)
        }

        func validate() throws {
            try protection.check(host: host)
            if !(1...65_535).contains(port) { throw ValidationError("--port is 1 to 65535.") }
            if !(1...300).contains(timeout) { throw ValidationError("--timeout is 1 to 300 seconds.") }
        }

        func run() async throws {
            let requests = try TextInput.read(file).split(separator: "\n").map { try MessageText.message(String($0)) }
            var configuration = IssuerLineConfiguration(host: host, port: port, protocol: try line.lineProtocol())
            configuration.answerTimeout = .seconds(timeout)
            configuration.security = try protection.security(to: host)
            let issuer = IssuerLine(configuration, now: { Int64(Date().timeIntervalSince1970) })
            let running = Task { await issuer.run() }
            defer { running.cancel() }
            try await signOn(issuer)
            for request in requests {
                do throws(IssuerLineError) {
                    let answer = try await issuer.request(request)
                    do { Terminal.output(try MessageText.json(answer)) } catch { Terminal.message("\(error)") }
                } catch {
                    throw CommandFailure(error.mayHaveArrived ? .unknownOutcome : .unreachable, "\(error)")
                }
            }
        }

        /// Waits for the line as long as for an answer.
        private func signOn(_ issuer: IssuerLine) async throws {
            let deadline = ContinuousClock.now + .seconds(timeout)
            while await !issuer.isUp {
                guard ContinuousClock.now < deadline else {
                    throw CommandFailure(.unreachable, "no issuer signs on at \(host):\(port)")
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
