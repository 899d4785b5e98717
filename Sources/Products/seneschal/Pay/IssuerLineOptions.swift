import ArgumentParser
import Assembly
import ISO8583
import ISO8583Link
import Payments

/// Where the issuer of the cards is that terminals take, and how it is spoken to.
struct IssuerLineOptions: ParsableArguments {
    @Option(
        name: .customLong("issuer-line"),
        help: ArgumentHelp(
            "Take payments with cards: where their issuer answers by ISO 8583. Another machine needs TLS.",
            valueName: "host:port"))
    var address: LineAddress?

    @Option(
        name: .customLong("issuer-dialect"),
        help: "How messages are written: ascii, binary (bitmaps and bytes as they are) or packed (BCD).")
    var dialect = DialectArgument.binary

    @Option(
        name: .customLong("issuer-key-file"),
        help: ArgumentHelp(
            "The key of the line (mode 0600): `cmac:` or `retail:` and hex digits. Without it nobody is authenticated.",
            valueName: "file"))
    var keyFile: String?

    @Option(
        name: .customLong("issuer-institution"),
        help: ArgumentHelp("Whom the issuer knows this server as (field 32): 1 to 11 digits.", valueName: "digits"))
    var institution = "10000001"

    @Option(
        name: .customLong("issuer-settlement"),
        help: ArgumentHelp(
            "The account of what the issuer owes: `seneschal pay account open` with --kind issuerSettlement.",
            valueName: "acc_…"))
    var settlement: String?

    @Flag(name: .customLong("issuer-tls"), help: "Speak TLS with it; its certificate is one that this machine trusts.")
    var tls = false

    @Option(
        name: .customLong("issuer-tls-trust"),
        help: ArgumentHelp(
            "Speak TLS with it; its certificate is signed by one of these (PEM), or is one.", valueName: "file"))
    var trust: String?

    @Option(
        name: .customLong("issuer-tls-pin"),
        help: ArgumentHelp(
            "Speak TLS with it; the SHA-256 of its certificate's public key (SubjectPublicKeyInfo).", valueName: "hex"))
    var pin: String?

    @Option(
        name: .customLong("issuer-tls-certificate"),
        help: ArgumentHelp("What this server shows the issuer: the certificate chain (PEM).", valueName: "file"))
    var certificate: String?

    @Option(
        name: .customLong("issuer-tls-key"),
        help: ArgumentHelp("The private key of that certificate (PEM).", valueName: "file"))
    var certificateKey: String?

    @Flag(
        name: .customLong("issuer-unprotected"),
        help: "Speak with another machine without TLS: card numbers cross the network as they are.")
    var isUnprotected = false

    private var protection: LineProtection {
        LineProtection(
            prefix: "--issuer-", tls: tls, trust: trust, pin: pin, certificate: certificate, key: certificateKey,
            isUnprotected: isUnprotected)
    }

    func validate() throws {
        try protection.check(host: address?.host ?? "localhost")
        if (address == nil) != (settlement == nil) {
            throw ValidationError("--issuer-line and --issuer-settlement go together.")
        }
        if address == nil, keyFile != nil { throw ValidationError("--issuer-key-file needs --issuer-line.") }
        if settlement.map({ AccountID(rawValue: $0) == nil }) ?? false {
            throw ValidationError("--issuer-settlement is `acc_` and 32 hex digits.")
        }
        guard (1...11).contains(institution.utf8.count),
            institution.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { throw ValidationError("--issuer-institution is 1 to 11 digits.") }
    }

    /// `nil` when no line is asked for.
    func connection() throws -> CardIssuerConnection? {
        guard let address, let settlement = settlement.flatMap(AccountID.init(rawValue:)) else { return nil }
        let agreed = LineProtocol(
            dialect: dialect.dialect, authentication: try keyFile.map { try LineOptions.authentication(in: $0) })
        var line = IssuerLineConfiguration(host: address.host, port: address.port, protocol: agreed)
        line.security = try protection.security(to: address.host)
        return CardIssuerConnection(line: line, institution: institution, settlement: settlement)
    }
}

/// `host:port`; an address of IPv6 stands in brackets.
struct LineAddress: ExpressibleByArgument {
    let host: String
    let port: Int

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"),
            let port = Int(argument[argument.index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        (self.host, self.port) = (String(host), port)
    }
}
