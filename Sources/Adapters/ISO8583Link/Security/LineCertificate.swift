import NIOSSL

/// A certificate of one end of a line and its private key: PEM files, the chain with the leaf first.
public struct LineCertificate: Hashable, Sendable {
    public let chain: String
    public let privateKey: String

    public init(chain: String, privateKey: String) {
        self.chain = chain
        self.privateKey = privateKey
    }

    /// - Throws: ``LineSecurityError/unreadable(file:reason:)``.
    func sources() throws(LineSecurityError) -> (chain: [NIOSSLCertificateSource], key: NIOSSLPrivateKeySource) {
        let certificates = try Self.certificates(chain)
        let key = try Self.read(privateKey) { try NIOSSLPrivateKey(file: $0, format: .pem) }
        return (certificates.map { .certificate($0) }, .privateKey(key))
    }

    /// Certificates that others' are signed by.
    static func authorities(_ file: String) throws(LineSecurityError) -> NIOSSLTrustRoots {
        .certificates(try certificates(file))
    }

    private static func certificates(_ file: String) throws(LineSecurityError) -> [NIOSSLCertificate] {
        let certificates = try read(file) { try NIOSSLCertificate.fromPEMFile($0) }
        guard !certificates.isEmpty else { throw .unreadable(file: file, reason: "there is no certificate in it") }
        return certificates
    }

    private static func read<Value>(_ file: String, _ body: (String) throws -> Value) throws(LineSecurityError)
        -> Value
    {
        do { return try body(file) } catch { throw .unreadable(file: file, reason: "\(error)") }
    }

    static func context(_ configuration: TLSConfiguration, file: String) throws(LineSecurityError) -> NIOSSLContext {
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw .unreadable(file: file, reason: "\(error)")
        }
    }
}

/// Why a line cannot be protected as asked.
public enum LineSecurityError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(file: String, reason: String)
    /// A fingerprint is 64 hexadecimal digits.
    case fingerprint
    /// The issuer's name is none that a certificate could be for.
    case serverName(String)

    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file) cannot be used for TLS: \(reason)"
        case .fingerprint:
            "a fingerprint is the SHA-256 of the public key of the issuer's certificate, 64 hex digits"
        case .serverName(let name): "\(name) is no name that a certificate could be for"
        }
    }
}
