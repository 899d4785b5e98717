import ArgumentParser
import Assembly
import CardLink
import Foundation
import ISO4217
import ISO7816
import MobileDevice
import SeneschalAPI
import SeneschalClient

/// `seneschal pay order …`.
struct PayOrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order", abstract: "Pay what a tag or a merchant's page asks for.",
        discussion: """
              seneschal pay order tag --air 54321 --platform http://127.0.0.1:8085 --payer ada.payer --amount 450
              seneschal pay order object obj_… --quantity 2 --platform http://127.0.0.1:8085 \
            --user-credential-file ada.user --payer ada.payer
              seneschal pay order list --payer ada.payer

            Whom and how much is shown before anything is paid, and asked for: --yes agrees beforehand.
            """,
        subcommands: [FromTag.self, OfObject.self, List.self])

    struct FromTag: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tag", abstract: "Read a tag, make an order of it, and pay.")

        @Option(help: ArgumentHelp("The UDP port of the air in which the tag is.", valueName: "port"))
        var air: UInt16

        @Option(help: ArgumentHelp("How much, in minor units, where the tag leaves it open.", valueName: "cents"))
        var amount: Int64?

        @OptionGroup var purchase: PurchaseOptions

        func run() async throws {
            let reading = try await TagReading.inTheAir(at: air)
            try await purchase.perform { phone, currency throws(PayerPhoneError) in
                try await phone.order(
                    of: reading, amount: amount.map { Money(minorUnits: $0, currency: currency) })
            }
        }
    }

    struct OfObject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "object", abstract: "Order an object that a provider has published, and pay.")

        @Argument(help: ArgumentHelp("The object.", valueName: "obj_…"))
        var object: String

        @Option(help: "How many of it.")
        var quantity = 1

        @OptionGroup var purchase: PurchaseOptions

        func run() async throws {
            try await purchase.perform { phone, _ throws(PayerPhoneError) in
                try await phone.order(ofObject: object, quantity: quantity)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the payer's newest orders.")

        @Option(help: "Orders at most, 1 to \(API.limitMax).")
        var limit = API.limitDefault

        @OptionGroup var payer: PayerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(try await payer.withClient { try await $0.list(Endpoints.listOrders, limit: limit) })
        }
    }
}

/// Who pays, where the platform is, and whether it is agreed to.
struct PurchaseOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The merchant platform.", valueName: "url"))
    var platform: String

    @Option(
        help: ArgumentHelp(
            "The credential of the platform's user, for objects; what a tag stands for anybody may ask.",
            valueName: "file"))
    var userCredentialFile: String?

    @Flag(name: [.customShort("y"), .long], help: "Agree to whatever it is.")
    var yes = false

    @OptionGroup var payer: PayerOptions
    @OptionGroup var pin: PINOptions
    @OptionGroup var output: OutputOptions

    func perform(
        _ order: (PayerPhone, Currency) async throws(PayerPhoneError) -> PayerPhone.PendingOrder
    ) async throws {
        let platformTransport = try HTTPTransport(server: platform)
        do {
            let answer = try await payer.withPayer { file, client in
                let account = try await client.send(Endpoints.getPayerAccount, NoBody())
                guard let currency = Currency(account.currency) else {
                    throw CommandFailure(.refused, "the account's currency is not in ISO 4217")
                }
                let phone = PayerPhone(
                    key: try file.payerKey(), payments: HTTPPaymentService(client),
                    platform: HTTPMerchantPlatformService(
                        SeneschalClient(
                            platformTransport, credential: try AccessCredential.platformUser(userCredentialFile))),
                    confirmation: AskedOwner(agrees: yes), now: { SystemClock().now() })
                let pin = try pin.secret()
                let paid: PaymentOrder
                do throws(PayerPhoneError) {
                    paid = try await phone.pay(try await order(phone, currency), pin: pin)
                } catch {
                    throw CommandFailure(error)
                }
                return try await client.send(Endpoints.getOrder, NoBody(), ["order": paid.name])
            }
            await platformTransport.close()
            try output.show(answer)
        } catch {
            await platformTransport.close()
            throw error
        }
    }
}

extension TagReading {
    /// The tag that is in the air there.
    static func inTheAir(at port: UInt16) async throws -> TagReading {
        let reading: TagReading?
        do {
            reading = try await AirReader(port: port).readTag()
        } catch is CardUnreachable {
            throw CommandFailure(
                .noCard, "there is no tag in the air at \(port)",
                nextStep: "seneschal tag serve FILE --port \(port)")
        }
        guard let reading else {
            throw CommandFailure(.refused, "the tag is empty", nextStep: "seneschal merchant tag make")
        }
        return reading
    }
}

extension AccessCredential {
    /// Of the user of a merchant platform; `nil` for nobody.
    static func platformUser(_ file: String?) throws -> AccessCredential? {
        guard let file else { return nil }
        guard let credential = AccessCredential(secret: try SecretFile.read(file)) else {
            throw CommandFailure(.refused, "\(file) holds no access credential")
        }
        return credential
    }
}

/// The person at the terminal, who is shown what is to be paid.
struct AskedOwner: ConsumerConfirmation {
    /// Whatever it is.
    let agrees: Bool

    func confirm(_ reason: String) async -> Bool {
        Terminal.message(reason)
        if agrees { return true }
        guard let answer = Terminal.console.ask?(.init(text: "Agreed? (y/n) ")) else { return false }
        return ["y", "yes"].contains(answer.lowercased())
    }
}

extension CommandFailure {
    /// What a payer's device could not do.
    init(_ error: PayerPhoneError) {
        switch error {
        case .service(.unsettled):
            self.init(
                .unknownOutcome, "\(error)",
                nextStep: "`seneschal pay order list` shows what became of it; an order is paid once")
        case .notConfirmed: self.init(.refused, "\(error)", nextStep: "add --yes if that is meant")
        case .service, .key: self.init(.refused, "\(error)")
        }
    }
}
