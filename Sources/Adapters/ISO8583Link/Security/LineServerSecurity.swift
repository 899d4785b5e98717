import NIOCore
import NIOSSL

/// TLS at the issuer's end of lines, 1.2 or newer.
public struct LineServerSecurity: Sendable {
    private let context: NIOSSLContext
    /// Whether acquirers show a certificate.
    public let isMutual: Bool

    /// - Parameter clientAuthorities: a PEM file of the certificates that acquirers' are signed by; with it nobody gets a word
    ///   in without such a certificate.
    /// - Throws: ``LineSecurityError``.
    public init(_ certificate: LineCertificate, clientAuthorities: String? = nil) throws(LineSecurityError) {
        let (chain, key) = try certificate.sources()
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        configuration.minimumTLSVersion = .tlsv12
        if let clientAuthorities {
            configuration.trustRoots = try LineCertificate.authorities(clientAuthorities)
            // An acquirer is known by its certificate, wherever it calls from.
            configuration.certificateVerification = .noHostnameVerification
        }
        context = try LineCertificate.context(configuration, file: certificate.chain)
        isMutual = clientAuthorities != nil
    }

    func handler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context) }
}
