import ArgumentParser
import HTTPServer
import ISO8583Link

/// Where acquirers reach an issuer by ISO 8583, and how the line is protected.
struct LineListeningOptions: ParsableArguments {
    @Option(
        name: .customLong("iso8583-port"),
        help: ArgumentHelp(
            "Take requests of acquirers (ISO 8583) on this port, too; 0 finds a free one.", valueName: "port"))
    var port: Int?

    @Option(
        name: .customLong("iso8583-address"),
        help: "The address to take them on; one that others can reach needs TLS.")
    var address = "127.0.0.1"

    @Option(
        name: .customLong("iso8583-tls-certificate"),
        help: ArgumentHelp("Speak TLS there: the certificate chain (PEM), leaf first.", valueName: "file"))
    var certificate: String?

    @Option(name: .customLong("iso8583-tls-key"), help: ArgumentHelp("The private key (PEM).", valueName: "file"))
    var key: String?

    @Option(
        name: .customLong("iso8583-tls-client-trust"),
        help: ArgumentHelp(
            "Take only acquirers that show a certificate signed by one of these (PEM).", valueName: "file"))
    var clientTrust: String?

    @Flag(
        name: .customLong("iso8583-unprotected"),
        help: "Take them without TLS where others can reach it: card numbers cross the network as they are.")
    var isUnprotected = false

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("--iso8583-port is 0 to 65535.") }
        if (certificate == nil) != (key == nil) {
            throw ValidationError("--iso8583-tls-certificate and --iso8583-tls-key go together.")
        }
        if clientTrust != nil, certificate == nil {
            throw ValidationError("--iso8583-tls-client-trust needs --iso8583-tls-certificate.")
        }
        if port != nil, certificate == nil, !isUnprotected, !ServerAddress.isLoopback(address) {
            throw ValidationError(
                "\(address) can be reached by others: give --iso8583-tls-certificate and --iso8583-tls-key, or say "
                    + "--iso8583-unprotected.")
        }
    }

    /// `nil` for a line as it is.
    func security() throws -> LineServerSecurity? {
        guard let certificate, let key else { return nil }
        do {
            return try LineServerSecurity(
                LineCertificate(chain: certificate, privateKey: key), clientAuthorities: clientTrust)
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }
}

/// How an acquirer protects its end of a line, as it was said on a command line.
struct LineProtection {
    /// What stands before the name of each option: `--issuer-`.
    let prefix: String
    let tls: Bool
    let trust: String?
    let pin: String?
    let certificate: String?
    let key: String?
    let isUnprotected: Bool

    private var isWanted: Bool { tls || trust != nil || pin != nil || certificate != nil }

    /// - Throws: `ValidationError` for what does not go together, and for a line in the clear that others can reach.
    func check(host: String) throws {
        if (certificate == nil) != (key == nil) {
            throw ValidationError("\(prefix)tls-certificate and \(prefix)tls-key go together.")
        }
        if trust != nil, pin != nil {
            throw ValidationError("Give \(prefix)tls-trust or \(prefix)tls-pin, not both.")
        }
        if isWanted, isUnprotected { throw ValidationError("\(prefix)unprotected is for a line without TLS.") }
        if !isWanted, !isUnprotected, !ServerAddress.isLoopback(host) {
            throw ValidationError(
                "\(host) is another machine: give \(prefix)tls with \(prefix)tls-trust or \(prefix)tls-pin, or say "
                    + "\(prefix)unprotected.")
        }
    }

    /// `nil` for a line as it is.
    func security(to host: String) throws -> LineClientSecurity? {
        guard isWanted else { return nil }
        do {
            var known = LineClientSecurity.Trust.system
            if let trust { known = .authorities(file: trust) }
            if let pin { known = .key(try KeyFingerprint(hex: pin)) }
            var shown: LineCertificate?
            if let certificate, let key { shown = LineCertificate(chain: certificate, privateKey: key) }
            return try LineClientSecurity(to: host, trusting: known, showing: shown)
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }
}
