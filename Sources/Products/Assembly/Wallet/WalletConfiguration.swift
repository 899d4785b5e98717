import Foundation
public import HTTPServer
import ISO7816
public import Wallet

/// What a wallet's operator writes down: whom the wallet works with. `wallet.json` in its data folder.
///
///     { "name": "seneschal-wallet",
///       "centralTSM": { "server": "https://tsm.example:8443", "provider": "Lantern Wallet",
///                       "credentialFile": "tsm.credential" },
///       "issuers": [ { "name": "harbour-bank", "server": "https://bank.example:8444",
///                      "credentialFile": "harbour-bank.credential", "prefixes": ["47617390"],
///                      "functions": ["nfc", "qr", "online"], "mode": "universalData",
///                      "line": { "host": "bank.example", "port": 8583, "institution": "20000002",
///                                "keyFile": "harbour-bank.line", "tls": { "trustedCertificates": "bank.pem" } } } ],
///       "acquirers": [ { "name": "corner-shop", "secretDigest": "…64 hex digits…" } ],
///       "operators": [ { "name": "night-watch", "secretDigest": "…64 hex digits…" } ] }
public struct WalletConfiguration: Codable, Sendable {
    /// Who the wallet is in what it signs.
    public var name: String
    public var centralTSM: CentralTSM
    public var issuers: [Issuer]
    public var acquirers: [Acquirer]
    /// Who may stop cards against fraud; nobody when absent.
    public var operators: [Operator]?

    /// The central TSM, and what this wallet is called there.
    public struct CentralTSM: Codable, Sendable {
        public var server: String
        public var provider: String
        public var credentialFile: String
        /// PEM of whoever signed the server's certificate; the system's when absent.
        public var trustedCertificates: String?
    }

    public struct Issuer: Codable, Sendable {
        public var name: String
        public var server: String
        public var credentialFile: String
        public var prefixes: [String]
        public var functions: [PaymentFunction]?
        public var mode: Credential.Mode?
        public var trustedCertificates: String?
        /// Over which the issuer is asked for money by ISO 8583; over HTTP like everything else when absent.
        public var line: Line?
    }

    /// A line of ISO 8583 to an issuer.
    public struct Line: Codable, Sendable {
        public var host: String
        public var port: Int
        /// Field 32: whom the issuer knows the wallet as on the line, 1 to 11 digits.
        public var institution: String
        /// binary when absent.
        public var dialect: DialectName?
        /// `cmac:` or `retail:` and hex digits; without it nobody is authenticated.
        public var keyFile: String?
        public var tls: TLS?
        /// Whether the line may go to another machine without TLS.
        public var isUnprotected: Bool?

        /// How messages are written.
        public enum DialectName: String, Codable, Sendable { case ascii, binary, packed }

        /// How the line is protected: what the issuer's certificate is known by, and what is shown to it.
        public struct TLS: Codable, Sendable {
            /// PEM of whoever signed the issuer's certificate; the system's when neither this nor a fingerprint is there.
            public var trustedCertificates: String?
            /// SHA-256 of the public key of the issuer's certificate, 64 hex digits.
            public var keyFingerprint: String?
            /// The wallet's own chain and private key (PEM), for an issuer that asks for one.
            public var certificate: String?
            public var privateKey: String?
        }
    }

    public struct Acquirer: Codable, Sendable {
        public var name: String
        /// SHA-256 of its secret.
        public var secretDigest: String
    }

    public struct Operator: Codable, Sendable {
        public var name: String
        /// SHA-256 of its secret.
        public var secretDigest: String
    }

    /// Reads the file.
    ///
    /// - Throws: ``WalletConfigurationError`` naming the member at fault.
    public init(file: String) throws {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw WalletConfigurationError(member: file, reason: "the file cannot be read")
        }
        do {
            self = try JSONDecoder().decode(WalletConfiguration.self, from: data)
        } catch let DecodingError.keyNotFound(key, context) {
            throw WalletConfigurationError(
                member: (context.codingPath + [key]).map(\.stringValue).joined(separator: "."), reason: "is missing")
        } catch let DecodingError.typeMismatch(_, context), let DecodingError.dataCorrupted(context),
            let DecodingError.valueNotFound(_, context)
        {
            throw WalletConfigurationError(
                member: context.codingPath.map(\.stringValue).joined(separator: "."), reason: context.debugDescription)
        }
    }

    /// The acquirers by the digests of their secrets.
    public func acquirerCredentials() throws -> AcquirerCredentials {
        var digests: [[UInt8]: AcquirerName] = [:]
        for acquirer in acquirers {
            guard let name = AcquirerName(acquirer.name) else {
                throw WalletConfigurationError(member: "acquirers.name", reason: "\(acquirer.name) is no name")
            }
            digests[try Self.digest(acquirer.secretDigest, "acquirers.secretDigest")] = name
        }
        return AcquirerCredentials(digests)
    }

    /// The operators by the digests of their secrets.
    public func operatorCredentials() throws -> WalletOperatorCredentials {
        var digests: [[UInt8]: String] = [:]
        for `operator` in operators ?? [] {
            guard AcquirerName(`operator`.name) != nil else {
                throw WalletConfigurationError(member: "operators.name", reason: "\(`operator`.name) is no name")
            }
            digests[try Self.digest(`operator`.secretDigest, "operators.secretDigest")] = `operator`.name
        }
        return WalletOperatorCredentials(digests)
    }

    private static func digest(_ text: String, _ member: String) throws -> [UInt8] {
        guard let digest = try? [UInt8](hex: text), digest.count == 32 else {
            throw WalletConfigurationError(member: member, reason: "64 hex digits")
        }
        return digest
    }
}

/// What is wrong in a wallet's configuration.
public struct WalletConfigurationError: Error, CustomStringConvertible {
    public var member: String
    public var reason: String

    public var description: String { "\(member): \(reason)" }
}
