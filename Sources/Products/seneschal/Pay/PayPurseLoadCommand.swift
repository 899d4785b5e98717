import ArgumentParser
import Assembly
import CardCryptography
import CardLink
import ISO4217
import ISO7816
import MobileDevice
import SeneschalAPI
import SeneschalClient

/// `seneschal pay purse load`.
struct PayPurseLoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load a purse from a payer's account.",
        discussion: """
              seneschal pay purse load --payer ada.payer --card ada.card --amount 2000
              seneschal pay purse load --payer ada.payer --reader Virtual --resume lod_…

            The money is reserved before the card is told, and moves when the card has said that it loaded itself. A card \
            that was taken away in between is held there again with --resume: it says itself whether it was loaded, and is \
            never loaded twice.

            Exit status 0: loaded. 1: refused, nothing was loaded. 4: not settled yet. 6: the card has to be presented \
            again.
            """)

    @Option(help: ArgumentHelp("In minor units: 2000 are 20.00.", valueName: "cents"))
    var amount: Int64?

    @Option(help: ArgumentHelp("Go on with a load that is ordered.", valueName: "lod_…"))
    var resume: String?

    @Flag(name: [.customShort("y"), .long], help: "Agree to it.")
    var yes = false

    @OptionGroup var place: CardPlace
    @OptionGroup var payer: PayerOptions
    @OptionGroup var pin: PINOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (amount == nil) != (resume == nil) else { throw ValidationError("Give either --amount or --resume.") }
    }

    func run() async throws {
        let answer = try await payer.withPayer { file, client in
            let service = HTTPPurseLoads(client)
            let loader = PurseLoader(
                key: try file.payerKey(), loads: service, confirmation: AskedOwner(agrees: yes),
                now: { SystemClock().now() })
            let account = try await client.send(Endpoints.getPayerAccount, NoBody())
            guard let currency = Currency(account.currency) else {
                throw CommandFailure(.refused, "the account's currency is not in ISO 4217")
            }
            let loaded: Result<PurseLoading, PurseLoadError> = try await place.withCard { card in
                do throws(PurseLoadError) {
                    let load: PurseLoading
                    if let resume {
                        load = try await known(resume, service)
                    } else {
                        load = try await loader.begin(
                            Money(minorUnits: amount ?? 0, currency: currency), onto: card)
                        Terminal.message("The load is \(load.name).")
                    }
                    let pin = load.state == .open ? try secret() : nil
                    return .success(try await loader.finish(load, on: card, pin: pin))
                } catch {
                    return .failure(error)
                }
            }
            switch loaded {
            case .success(let load): return try await client.send(Endpoints.getPurseLoad, NoBody(), ["load": load.name])
            case .failure(let error): throw CommandFailure(error)
            }
        }
        try output.show(answer)
    }

    private func secret() throws(PurseLoadError) -> SecretBytes {
        do { return try pin.secret() } catch { throw .key(reason: "\(error)") }
    }
}

extension PayPurseCommand {
    struct Loads: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the payer's newest loads.")

        @Option(help: "Loads at most, 1 to \(API.limitMax).")
        var limit = API.limitDefault

        @OptionGroup var payer: PayerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(try await payer.withClient { try await $0.list(Endpoints.listPurseLoads, limit: limit) })
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a load up; one that the card may have been told of needs the card.",
            discussion: """
                  seneschal pay purse cancel lod_… --payer ada.payer
                  seneschal pay purse cancel lod_… --payer ada.payer --at-card ada.card
                """)

        @Argument(help: ArgumentHelp("The load.", valueName: "lod_…"))
        var load: String

        @Option(
            help: ArgumentHelp("The card's file, of a load that the card may have been told of.", valueName: "file"))
        var atCard: String?

        @OptionGroup var payer: PayerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try output.show(
                try await payer.withPayer { file, client in
                    let service = HTTPPurseLoads(client)
                    let loader = PurseLoader(
                        key: try file.payerKey(), loads: service, confirmation: AskedOwner(agrees: true),
                        now: { SystemClock().now() })
                    do throws(PurseLoadError) {
                        _ = try await loader.cancel(try await known(load, service), with: try card())
                    } catch {
                        throw CommandFailure(error)
                    }
                    return try await client.send(Endpoints.getPurseLoad, NoBody(), ["load": load])
                })
        }

        private func card() throws(PurseLoadError) -> (any CardChannel)? {
            guard let atCard else { return nil }
            do { return try CardFile.open(atCard).card() } catch { throw .key(reason: "\(error)") }
        }
    }
}

/// A load as the payment server has it now.
private func known(_ load: String, _ service: HTTPPurseLoads) async throws(PurseLoadError) -> PurseLoading {
    do throws(PaymentServiceError) { return try await service.load(load) } catch { throw .service(error) }
}

extension CommandFailure {
    /// What a load came to that is not loaded.
    init(_ error: PurseLoadError) {
        switch error {
        case .service(.unsettled):
            self.init(
                .unknownOutcome, "\(error)",
                nextStep: "`seneschal pay purse loads` shows it; go on with --resume and the card")
        case .taken(let load):
            self.init(
                .noCard, "\(error)",
                nextStep: load.map { "hold the card there again with --resume \($0)" } ?? "hold the card there again")
        case .notConfirmed: self.init(.refused, "\(error)", nextStep: "add --yes if that is meant")
        case .service, .notAPurse, .otherCard, .card, .key: self.init(.refused, "\(error)")
        }
    }
}
