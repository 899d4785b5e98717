import ArgumentParser
import HTTPServer
import Logging

/// Where a server listens, and what it tells its log.
struct ListeningOptions: ParsableArguments {
    @Option(help: "The address to listen on; one that others can reach needs TLS.")
    var address = "127.0.0.1"

    @Option(help: "The port to listen on; 0 finds a free one.")
    var port = 0

    @Option(help: ArgumentHelp("The certificate chain (PEM), leaf first.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The private key (PEM).", valueName: "file"))
    var tlsKey: String?

    @Option(help: "The least level that is logged: trace, debug, info, notice, warning, error, critical.")
    var logLevel = LogLevelArgument.info

    func validate() throws {
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key go together.")
        }
    }

    func logger(_ label: String) -> Logger {
        let level = logLevel.level
        return Logger(label: label) { JSONLinesLogHandler(label: $0, logLevel: level) }
    }

    /// Serves until it is told to stop; the first line on standard output is the address.
    func serve(_ server: some ListeningServer) async throws {
        let address = try serverAddress()
        let origin = (address.certificate == nil ? "http://" : "https://") + address.urlHost
        try await server.run(at: address) { port in
            Terminal.output("Listening on \(origin):\(port)")
            server.logger.info("listening", metadata: ["address": "\(address.host)", "port": "\(port)"])
        }
    }

    func serverAddress() throws -> ServerAddress {
        var certificate: ServerAddress.CertificateFiles?
        if let tlsCertificate, let tlsKey { certificate = .init(chain: tlsCertificate, privateKey: tlsKey) }
        do {
            return try ServerAddress(host: address, port: port, certificate: certificate)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }
}
