import ArgumentParser
import Assembly
import ISO4217
import MobileDevice
import SeneschalAPI
import SeneschalClient

/// With what a telephone pays tags, objects and bills.
struct PhonePaymentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The payer's file, made by `seneschal pay payer open`: the telephone pays bills and tags with it.",
            valueName: "file"))
    var payer: String?

    @Option(help: ArgumentHelp("The merchant platform, which says what tags and objects stand for.", valueName: "url"))
    var platform: String?

    @Option(help: ArgumentHelp("The credential of the platform's user, for objects.", valueName: "file"))
    var userCredentialFile: String?

    func validate() throws {
        if platform != nil, payer == nil { throw ValidationError("--platform is of use with --payer FILE.") }
        if userCredentialFile != nil, platform == nil {
            throw ValidationError("--user-credential-file is of use with --platform URL.")
        }
    }

    /// - Parameter emulation: what terminals find in their field.
    /// - Returns: `nil` without a payer.
    func open(_ emulation: HostCardEmulation) throws -> PhonePayments? {
        guard let payer else { return nil }
        let file = try PayerFile.read(payer)
        let platform = try platform.map {
            (try HTTPTransport(server: $0), try AccessCredential.platformUser(userCredentialFile))
        }
        return try PhonePayments(file, platform: platform, emulation)
    }
}

/// A telephone's account at a payment server: what pays tags and objects, and what collects bills.
struct PhonePayments: Sendable {
    /// With the payer's credential.
    let client: SeneschalClient
    let collector: BillCollector
    private let payer: PayerPhone?
    private let transports: [HTTPTransport]

    init(
        _ file: PayerFile, platform: (transport: HTTPTransport, user: AccessCredential?)?,
        _ emulation: HostCardEmulation
    ) throws {
        let transport = try HTTPTransport(server: file.url)
        let (client, key) = (try file.client(transport), try file.payerKey())
        self.client = client
        collector = BillCollector(HTTPBillService(client), emulation: emulation, key: key)
        payer = platform.map { platform in
            PayerPhone(
                key: key, payments: HTTPPaymentService(client),
                platform: HTTPMerchantPlatformService(
                    SeneschalClient(platform.transport, credential: platform.user)),
                confirmation: ShownOwner(), now: { SystemClock().now() })
        }
        transports = [transport] + (platform.map { [$0.transport] } ?? [])
    }

    /// What reads tags and orders objects.
    func phone() throws -> PayerPhone {
        guard let payer else {
            throw CommandFailure(
                .refused, "this telephone knows no merchant platform", nextStep: "start it with --platform URL")
        }
        return payer
    }

    /// An amount in the account's currency.
    func money(_ cents: Int64) async throws -> Money {
        let account = try await client.send(Endpoints.getPayerAccount, NoBody())
        guard let currency = Currency(account.currency) else {
            throw CommandFailure(.refused, "the account's currency is not in ISO 4217")
        }
        return Money(minorUnits: cents, currency: currency)
    }

    func close() async { for transport in transports { await transport.close() } }

    /// An owner who has been shown what is to be paid, and agrees by giving the PIN.
    private struct ShownOwner: ConsumerConfirmation {
        func confirm(_ reason: String) async -> Bool { true }
    }
}
