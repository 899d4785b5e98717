import ArgumentParser
import CardCryptography
import Foundation
import ISO4217
import ISO7816
import Instructions
import JOSE
import SeneschalAPI
import SeneschalClient

extension MerchantOfferCommand {
    /// `seneschal merchant offer report`.
    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Report the use of a coupon, signed here with the merchant's key or somewhere else.",
            discussion: """
                The key is the private half, on P-256 and in a file that only you can read, of what \
                `merchant add --public-key` registered under --key-name:

                  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out quay.pem
                  openssl pkey -in quay.pem -pubout -out quay.pub.pem
                  chmod 600 quay.pem
                  seneschal merchant offer report --merchant mrc_… --key quay.pem --key-name quay-till \
                --coupon cpn_… --presentation "$SHOWN" --first-user usr_… --function purchase --amount 2000 \
                --currency EUR --use sale-7 --at 1795780800

                A use is rewarded once; the same --use with the same --at is the same report, signed anew. What was signed \
                elsewhere is sent as it is:

                  seneschal merchant offer report --file report.jws
                """)

        @Option(help: ArgumentHelp("A usage report that is signed already; - is standard input.", valueName: "file"))
        var file: String?

        @OptionGroup(title: "Signing")
        var signing: UsageReportOptions

        @OptionGroup var request: RequestOptions

        func validate() throws {
            if (file == nil) == signing.isEmpty {
                throw ValidationError("Give --file FILE, or --key FILE with what was used, one of them.")
            }
        }

        func run() async throws {
            try await request.show(Endpoints.reportUsage, .init(report: try await report()))
        }

        private func report() async throws -> String {
            if let file {
                let text = try TextInput.read(file).trimmingPrefix(while: \.isWhitespace)
                return String(text.prefix { !$0.isWhitespace })
            }
            let key = try signing.signingKey()
            return try signing.report(to: try await platform(), at: Int64(Date().timeIntervalSince1970))
                .signed(with: key)
        }

        /// What the platform is called in what is signed for it: anybody may ask.
        private func platform() async throws -> String {
            try await request.server.withOpenClient {
                try await $0.send(Endpoints.getMerchantPlatformKey, NoBody()).platform
            }
        }
    }
}

/// A use of a coupon, and whose key says so.
struct UsageReportOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The merchant.", valueName: "mrc_…"))
    var merchant: String?

    @Option(help: ArgumentHelp("The merchant's private key on P-256 (PEM, mode 0600).", valueName: "file"))
    var key: String?

    @Option(help: ArgumentHelp("What the key is called at the platform.", valueName: "name"))
    var keyName: String?

    @Option(help: ArgumentHelp("The coupon that was used.", valueName: "cpn_…"))
    var coupon: String?

    @Option(help: ArgumentHelp("What the second user showed.", valueName: "code"))
    var presentation: String?

    @Option(help: ArgumentHelp("Who shared it, as the coupon says.", valueName: "usr_…"))
    var firstUser: String?

    @Option(help: ArgumentHelp("What was done, such as purchase.", valueName: "name"))
    var function: String?

    @Option(help: ArgumentHelp("What was spent, in minor units: 2000 are 20.00.", valueName: "cents"))
    var amount: Int64?

    @Option(help: ArgumentHelp("ISO 4217, such as EUR.", valueName: "code"))
    var currency: String?

    @Option(help: "The merchant's own name of the use, 1 to 64 characters; a new one when absent.")
    var use: String?

    @Option(help: ArgumentHelp("When it was used, seconds since 1970; now when absent.", valueName: "seconds"))
    var at: Int64?

    /// How long the platform has to take it.
    private static let lifetimeSeconds: Int64 = 3_600

    var isEmpty: Bool {
        [merchant, key, keyName, coupon, presentation, firstUser, function, currency, use].allSatisfy { $0 == nil }
            && amount == nil && at == nil
    }

    func validate() throws {
        guard !isEmpty else { return }
        let needed = [
            ("--merchant", merchant), ("--key", key), ("--key-name", keyName), ("--coupon", coupon),
            ("--presentation", presentation), ("--first-user", firstUser), ("--function", function),
        ]
        if let missing = needed.first(where: { $0.1 == nil })?.0 {
            throw ValidationError("\(missing) is needed to sign a report.")
        }
        if (amount == nil) != (currency == nil) { throw ValidationError("--amount and --currency go together.") }
        if currency.map({ Currency($0) == nil }) ?? false {
            throw ValidationError("--currency is an alphabetic code of ISO 4217, such as EUR.")
        }
        if let use, !(1...64).contains(use.utf8.count) { throw ValidationError("--use has 1 to 64 characters.") }
    }

    func signingKey() throws -> NamedPrivateKey {
        guard let key, let keyName else { throw CommandFailure(.usage, "--key and --key-name are needed") }
        let pem = SecretBytes(Array(try SecretFile.read(key).utf8))
        do {
            let privateKey = try ECPrivateKey(pem: pem)
            guard privateKey.publicKey.curve == .p256 else { throw CommandFailure(.usage, "") }
            return NamedPrivateKey(name: keyName, privateKey: privateKey)
        } catch {
            throw CommandFailure(
                .usage, "\(key) holds no private key on P-256 (PEM)",
                nextStep: "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out \(key)")
        }
    }

    /// - Parameter platform: its name in what is signed.
    func report(to platform: String, at now: Int64) throws -> UsageReport {
        guard let merchant, let coupon, let presentation else {
            throw CommandFailure(.usage, "--merchant, --coupon and --presentation are needed")
        }
        return UsageReport(
            iss: merchant, aud: platform, jti: use ?? UUID().uuidString, iat: now, exp: now + Self.lifetimeSeconds,
            coupon: coupon, presentation: presentation, firstUser: firstUser, function: function, amount: amount,
            currency: currency.flatMap { Currency($0) }, at: at ?? now)
    }
}
