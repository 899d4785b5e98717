/// Where the server listens, and under which certificate.
public struct ServerAddress: Hashable, Sendable {
    public let host: String
    /// 0: any free port.
    public let port: Int
    public let certificate: CertificateFiles?

    /// PEM files: the certificate chain, leaf first, and its private key.
    public struct CertificateFiles: Hashable, Sendable {
        public let chain: String
        public let privateKey: String

        public init(chain: String, privateKey: String) {
            self.chain = chain
            self.privateKey = privateKey
        }
    }

    /// - Throws: ``ServerAddressError`` when others could reach the address and there is no certificate: credentials and
    ///   personalization data would cross a network in the clear.
    public init(host: String, port: Int, certificate: CertificateFiles? = nil) throws(ServerAddressError) {
        guard (0...65_535).contains(port) else { throw .portOutOfRange(port) }
        guard certificate != nil || Self.isLoopback(host) else { throw .certificateNeeded(host: host) }
        self.host = host
        self.port = port
        self.certificate = certificate
    }

    /// Whether only this machine can reach the address: 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3), and the
    /// name that stands for them (RFC 6761 §6.3).
    public static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }
}

/// Why the server does not listen there.
public enum ServerAddressError: Error, Equatable, Sendable, CustomStringConvertible {
    case certificateNeeded(host: String)
    case portOutOfRange(Int)
    case unreadableCertificate(file: String, reason: String)

    public var description: String {
        switch self {
        case .certificateNeeded(let host):
            "refusing to listen on \(host) without TLS, since others could reach it. Next step: pass --tls-certificate "
                + "and --tls-key (PEM files), or listen on 127.0.0.1"
        case .portOutOfRange(let port): "\(port) is not a port: 0 to 65535"
        case .unreadableCertificate(let file, let reason): "\(file) cannot be used for TLS: \(reason)"
        }
    }
}
