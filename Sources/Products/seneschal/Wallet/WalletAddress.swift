import ArgumentParser
import Foundation
import SeneschalClient

/// Where the wallet is, for people and their devices.
struct WalletAddress: ParsableArguments {
    @Option(help: ArgumentHelp("The wallet; $SENESCHAL_WALLET, or \(Self.walletDefault).", valueName: "url"))
    var wallet: String?

    @Option(
        help: ArgumentHelp(
            "The certificates (PEM) that sign those of wallet and issuers; those of the system when absent.",
            valueName: "file"))
    var walletTrust: String?

    static let walletDefault = "http://127.0.0.1:8090"

    func transport() throws -> HTTPTransport {
        let environment = ProcessInfo.processInfo.environment
        return try HTTPTransport(
            server: wallet ?? environment["SENESCHAL_WALLET"] ?? Self.walletDefault, trustedCertificates: walletTrust)
    }

    func transport(to server: String) throws -> HTTPTransport {
        try HTTPTransport(server: server, trustedCertificates: walletTrust)
    }
}
