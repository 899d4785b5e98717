import CardCryptography
import Foundation
import HTTPServer
import ISO8583
import ISO8583Link

extension WalletConfiguration.Line {
    /// - Parameter folder: where the files that it names lie, unless they have whole paths.
    /// - Throws: ``WalletConfigurationError``, also for a line in the clear that others could reach.
    func configuration(in folder: String) throws -> IssuerLineConfiguration {
        guard (1...65_535).contains(port) else {
            throw WalletConfigurationError(member: "issuers.line.port", reason: "1 to 65535")
        }
        guard tls != nil || isUnprotected == true || ServerAddress.isLoopback(host) else {
            throw WalletConfigurationError(
                member: "issuers.line.tls",
                reason: "\(host) is another machine: say how the line is protected, or \"isUnprotected\": true")
        }
        func path(_ file: String) -> String { file.hasPrefix("/") ? file : folder + "/" + file }
        let agreed = LineProtocol(
            dialect: (dialect ?? .binary).dialect, authentication: try keyFile.map { try Self.key(in: path($0)) })
        var line = IssuerLineConfiguration(host: host, port: port, protocol: agreed)
        do {
            line.security = try tls?.security(to: host, path)
        } catch {
            throw WalletConfigurationError(member: "issuers.line.tls", reason: "\(error)")
        }
        return line
    }

    private static func key(in path: String) throws -> MessageAuthentication {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let key = try? MessageAuthentication(text: text) else {
            throw WalletConfigurationError(
                member: "issuers.line.keyFile",
                reason: "\(path) holds no key of a line: `cmac:` or `retail:` and hex digits")
        }
        return key
    }
}

extension WalletConfiguration.Line.TLS {
    fileprivate func security(
        to host: String, _ path: (String) -> String
    ) throws(LineSecurityError) -> LineClientSecurity {
        var trust = LineClientSecurity.Trust.system
        if let trustedCertificates { trust = .authorities(file: path(trustedCertificates)) }
        if let keyFingerprint { trust = .key(try KeyFingerprint(hex: keyFingerprint)) }
        var shown: LineCertificate?
        if let certificate, let privateKey {
            shown = LineCertificate(chain: path(certificate), privateKey: path(privateKey))
        }
        return try LineClientSecurity(to: host, trusting: trust, showing: shown)
    }
}

extension WalletConfiguration.Line.DialectName {
    fileprivate var dialect: Dialect {
        switch self {
        case .ascii: .ascii
        case .binary: .binary
        case .packed: .packed
        }
    }
}
