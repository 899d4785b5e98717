import ArgumentParser
import HTTPServer
import Logging

/// Where a server listens, and what it tells its log.
struct ListeningOptions: ParsableArguments {
    @Option(help: "The address to listen on; one that others can reach needs TLS.")
    var address = "127.0.0.1"

    @Option(
        help:
            "The port to listen on; 0 finds a free one. 8080 for the central TSM, 8081 for an issuer, 8083 for a payment server, 8085 for a merchant platform, 8090 for a wallet."
    )
    var port: Int?

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
    ///
    /// - Parameters:
    ///   - address: from ``serverAddress(port:)``.
    ///   - ready: is told the server's address, as it stands in a URL.
    func serve(
        _ server: some ListeningServer, at address: ServerAddress,
        ready: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws {
        let origin = (address.certificate == nil ? "http://" : "https://") + address.urlHost
        try await server.run(at: address) { port in
            Terminal.output("Listening on \(origin):\(port)")
            server.logger.info("listening", metadata: ["address": "\(address.host)", "port": "\(port)"])
            ready("\(origin):\(port)")
        }
    }

    /// Before anything is opened: a server that cannot listen founds nothing.
    ///
    /// - Parameter portDefault: used when nothing was said.
    func serverAddress(port portDefault: Int) throws -> ServerAddress {
        var certificate: ServerAddress.CertificateFiles?
        if let tlsCertificate, let tlsKey { certificate = .init(chain: tlsCertificate, privateKey: tlsKey) }
        do {
            return try ServerAddress(host: address, port: port ?? portDefault, certificate: certificate)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }
}

extension ServerAddress {
    /// As it stands in a URL. RFC 3986 §3.2.2.
    var urlHost: String { host.contains(":") ? "[\(host)]" : host }
}

/// The levels of the log on the command line.
enum LogLevelArgument: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    var level: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
