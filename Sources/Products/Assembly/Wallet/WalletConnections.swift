import CardCryptography
import Foundation
import ISO8583Link
public import KeyVault
public import Logging
import SeneschalAPI
public import SeneschalClient
import ServiceProvider
public import Wallet

/// The ways from a wallet to its partners, as its configuration names them.
public struct WalletConnections: Sendable {
    public let partners: WalletHouse.Partners
    private let transports: [HTTPTransport]
    private let lines: [IssuerLine]

    /// Asks every issuer for its public key.
    ///
    /// - Parameters:
    ///   - folder: where the files that the configuration names lie, unless they have whole paths.
    ///   - provider: the vault of the service provider that the wallet is.
    public init(
        _ configuration: WalletConfiguration, folder: String, _ provider: ProviderVault, logger: Logger? = nil
    ) async throws {
        var transports: [HTTPTransport] = []
        func client(
            _ server: String, _ credentialFile: String, _ certificates: String?
        ) throws -> SeneschalClient {
            let transport = try HTTPTransport(server: server, trustedCertificates: certificates)
            transports.append(transport)
            return SeneschalClient(transport, credential: try Self.credential(credentialFile, in: folder))
        }
        let tsm = configuration.centralTSM
        let elements = CentralTSMElements(
            tsm: HTTPCentralTSMConnection(
                try client(tsm.server, tsm.credentialFile, tsm.trustedCertificates), providerName: tsm.provider),
            keys: provider, random: SystemRandomSource())
        var (issuers, lines) = ([RegisteredIssuer](), [IssuerLine]())
        for issuer in configuration.issuers {
            var registered = try await Self.registered(
                issuer, try client(issuer.server, issuer.credentialFile, issuer.trustedCertificates))
            if let agreed = issuer.line {
                let clock = SystemClock()
                let line = IssuerLine(
                    try agreed.configuration(in: folder), now: { clock.now() }, events: { logger?.record($0) })
                registered.connection = try ISO8583TokenConnection(
                    line: line, institution: agreed.institution, others: registered.connection, now: { clock.now() })
                lines.append(line)
            }
            issuers.append(registered)
        }
        partners = WalletHouse.Partners(
            elements: elements, issuers: IssuerDirectory(issuers),
            acquirers: try configuration.acquirerCredentials(),
            operators: try configuration.operatorCredentials())
        self.transports = transports
        self.lines = lines
    }

    /// Keeps the lines to issuers up until the task is cancelled.
    public func keepUp() async {
        await withDiscardingTaskGroup { group in
            for line in lines { group.addTask { await line.run() } }
        }
    }

    /// Nothing can be sent afterwards.
    public func close() async { for transport in transports { await transport.close() } }

    /// An issuer as the wallet works with it, its public key asked for.
    public static func registered(
        _ issuer: WalletConfiguration.Issuer, _ client: SeneschalClient
    ) async throws -> RegisteredIssuer {
        guard let name = IssuerName(issuer.name) else {
            throw WalletConfigurationError(member: "issuers.name", reason: "\(issuer.name) is no name of an issuer")
        }
        let key = try await client.issuerKey()
        return RegisteredIssuer(
            name: name, prefixes: issuer.prefixes, functions: Set(issuer.functions ?? PaymentFunction.allCases),
            mode: issuer.mode ?? .universalData, connection: try HTTPIssuerConnection(client, key),
            keys: [key.keyName: try ECPublicKey(pem: key.publicKey)])
    }

    private static func credential(_ file: String, in folder: String) throws -> AccessCredential {
        let path = file.hasPrefix("/") ? file : folder + "/" + file
        guard let data = FileManager.default.contents(atPath: path),
            let credential = AccessCredential(
                secret: String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw WalletConfigurationError(member: "credentialFile", reason: "\(path) holds no credential") }
        return credential
    }
}
