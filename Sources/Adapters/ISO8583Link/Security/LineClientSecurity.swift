import CardCryptography
import ISO7816
import NIOCore
import NIOSSL

/// TLS at the acquirer's end of a line, 1.2 or newer: nothing is sent before the issuer has shown who it is.
public struct LineClientSecurity: Sendable {
    /// What an issuer is known by.
    public enum Trust: Hashable, Sendable {
        /// A certificate for its name, or for the address that was reached, signed by one that this machine trusts.
        case system
        /// The same, signed by one in this PEM file.
        case authorities(file: String)
        /// The public key of its certificate, whatever else stands in it and whoever signed it.
        case key(KeyFingerprint)
    }

    private let context: NIOSSLContext
    private let fingerprint: KeyFingerprint?
    /// Of the issuer, for the certificate.
    private let serverName: String?

    /// - Parameters:
    ///   - host: where the issuer is: a name, or an address that its certificate has.
    ///   - certificate: what the acquirer shows an issuer that asks for it.
    /// - Throws: ``LineSecurityError``.
    public init(
        to host: String, trusting trust: Trust = .system, showing certificate: LineCertificate? = nil
    ) throws(LineSecurityError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        var fingerprint: KeyFingerprint?
        switch trust {
        case .system: break
        case .authorities(let file): configuration.trustRoots = try LineCertificate.authorities(file)
        case .key(let key): fingerprint = key
        }
        if let (chain, key) = try certificate?.sources() {
            configuration.certificateChain = chain
            configuration.privateKey = key
        }
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        self.fingerprint = fingerprint
        serverName = isAddress ? nil : host
        context = try LineCertificate.context(configuration, file: certificate?.chain ?? "the configuration of TLS")
        do { _ = try handler() } catch { throw .serverName(host) }
    }

    func handler() throws -> NIOSSLClientHandler {
        guard let fingerprint else { return try NIOSSLClientHandler(context: context, serverHostname: serverName) }
        return try NIOSSLClientHandler(context: context, serverHostname: serverName) { chain, promise in
            let shown = chain.first.flatMap { try? $0.extractPublicKey().toSPKIBytes() }
            promise.succeed(shown.map { KeyFingerprint(of: $0) } == fingerprint ? .certificateVerified : .failed)
        }
    }
}

/// SHA-256 of a public key as certificates have it (SubjectPublicKeyInfo): what RFC 7469 pins.
public struct KeyFingerprint: Hashable, Sendable, CustomStringConvertible {
    private let digest: [UInt8]

    /// - Throws: ``LineSecurityError/fingerprint`` for anything but 64 hexadecimal digits.
    public init(hex: String) throws(LineSecurityError) {
        guard let digest = try? [UInt8](hex: hex), digest.count == 32 else { throw .fingerprint }
        self.digest = digest
    }

    init(of publicKeyInfo: [UInt8]) { digest = Digest.hash(publicKeyInfo) }

    /// 64 digits.
    public var description: String { digest.hex }
}
