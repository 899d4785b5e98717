import Assembly
import CardCapture
import CardCryptography
import CardLink
import EMV
import Foundation
import HTTPServer
import ISO7816
import Issuing
import Logging
import MobileDevice
import SecureElement
import SeneschalAPI
import SeneschalClient
import Terminal
import Wallet

/// People and their cards: a wallet that is one more service provider of the central TSM's, and two banks behind it.
struct DemoThirdAct {
    let stage: DemoStage
    let folder: URL

    private static let harbour = "harbour-bank"
    private static let tide = "tide-bank"
    private static let debitNumber = "4761739001010010"
    private static let expiry = "12/30"
    private static let person = WalletNeighbourhood.Person(
        name: "ADA LOVELACE", identityNumber: "ID1815", telephoneNumber: "4915112345681")
    private static let euros = 978

    func tell() async throws {
        let logger = Logger(label: "seneschal") { JSONLinesLogHandler(label: $0, logLevel: .critical) }
        let neighbourhood = try await WalletNeighbourhood(
            in: folder.appending(path: "wallet").path, tsm: stage.server, operator: stage.operatorClient,
            banks: [
                .init(name: Self.harbour, prefix: "47617390"),
                .init(name: Self.tide, prefix: "54133300", functions: [.nfc, .online], mode: .universalIdentifier),
            ], logger: logger)
        chapter(
            "A wallet at \(neighbourhood.walletServer.address), a service provider of the central TSM's like any other")
        for bank in neighbourhood.banks { say("issuer            \(bank.name) at \(bank.server.address)") }
        do {
            try await play(neighbourhood)
        } catch {
            await neighbourhood.close()
            throw error
        }
        await neighbourhood.close()
    }

    private func play(_ neighbourhood: WalletNeighbourhood) async throws {
        let factory = try await HandsetFactory(
            operator: stage.operatorClient, transport: stage.transport, batch: "wallet telephones")
        let products = [
            try await factory.make(.init(msi: "4915112345681", network: DemoStage.networks[0], type: .embedded)),
            try await factory.make(.init(msi: "4915112345682", network: DemoStage.networks[1], type: .embedded)),
        ]
        var agents = products.map { product in Task { try await product.run() } }
        defer { for agent in agents { agent.cancel() } }
        let recognition: (any CardRecognition)? = TesseractRecognition.isAvailable ? TesseractRecognition() : nil
        let old = try await VirtualTelephone(
            products[0], named: "old telephone", in: neighbourhood, recognition: recognition)
        let new = try await VirtualTelephone(products[1], named: "new telephone", in: neighbourhood)
        let till = try DemoTill(neighbourhood)
        try await bindAndPay(old, neighbourhood, till)
        agents[0].cancel()
        try await move(to: new, from: old, till)
        agents[0] = Task { try await products[0].run() }
        try await comeBack(old)
    }

    // MARK: - The old telephone

    private func bindAndPay(
        _ telephone: VirtualTelephone, _ neighbourhood: WalletNeighbourhood, _ till: DemoTill
    ) async throws {
        let expiry = try require(CardExpiry(printed: Self.expiry))
        let debit = try await neighbourhood.issueCard(
            Self.harbour, number: try PrimaryAccountNumber(Self.debitNumber), expiry: expiry, to: Self.person,
            label: "Harbour Debit", balance: 50_000)
        let credit = try await neighbourhood.issueCard(
            Self.tide, expiry: expiry, to: Self.person, credit: true, label: "Tide Credit", balance: 100_000,
            asksForPassword: true)
        let password = SecretBytes(Array("correct horse battery".utf8))
        _ = try await telephone.service.openAccount(named: "ada", displayName: "Ada", password: password)
        let session = try await telephone.wallet.logIn(account: "ada", password: password)
        try await telephone.service.prepareSecureElement(in: session)
        chapter(
            "Ada logs in on her telephone; its secure element gets two universal card instances, and no more (UCI, UPD)"
        )
        try await show(telephone)
        try await photograph(debit, telephone, session)
        try await typeIn(credit, expiry, telephone, session, neighbourhood)
        try await show(telephone)
        let cards = try await telephone.wallet.deviceCards()
        chapter("She pays at a terminal and by a code, each function with a token of its own (PFA)")
        for card in cards where card.functions.contains(.nfc) { try await tap(card, telephone, till) }
        if let card = cards.first(where: { $0.functions.contains(.qr) }) { try await scan(card, telephone, till) }
    }

    /// PHOTO: number and expiry from a picture, the telephone number from the device's settings.
    private func photograph(
        _ number: PrimaryAccountNumber, _ telephone: VirtualTelephone, _ session: WalletSession
    ) async throws {
        let owner = CardOwner(name: Self.person.name, identityNumber: Self.person.identityNumber)
        guard TesseractRecognition.isAvailable, let image = try? picture(of: number) else {
            chapter("A first card, typed in: no recognition engine is installed here (\(number.masked))")
            let verification = CardBindingVerification(
                number: number, expiry: try require(CardExpiry(printed: Self.expiry)),
                cardholderName: owner.name, identityNumber: owner.identityNumber,
                telephoneNumber: Self.person.telephoneNumber)
            return report(try await telephone.wallet.bindNewCard(verification, in: session))
        }
        chapter("A first card, photographed: bound and ready for every function with one request (PHOTO, PFA)")
        let collected = try await telephone.wallet.collectCard(
            from: .photograph(image), owner: owner, expiry: CardExpiry(printed: Self.expiry))
        say("photograph        \(image.count) bytes; read: \(collected.masked)")
        report(try await telephone.wallet.bind(collected, in: session))
    }

    private func picture(of number: PrimaryAccountNumber) throws -> [UInt8] {
        var random = SeededGenerator(seed: 7)
        let card = SyntheticCard.random(
            number: number.revealed(), groups: SyntheticCard.usualGroups(number.count), expiry: Self.expiry,
            name: Self.person.name, typeface: .dejaVuMono, relief: .printed, using: &random)
        return try CardPhotograph.random(.flat, using: &random).file(of: card)
    }

    /// The yellow path: the issuer sends a one-time password to the number that it knows its customer by.
    private func typeIn(
        _ number: PrimaryAccountNumber, _ expiry: CardExpiry, _ telephone: VirtualTelephone, _ session: WalletSession,
        _ neighbourhood: WalletNeighbourhood
    ) async throws {
        chapter("A second card, of a bank that sends a one-time password first")
        let verification = CardBindingVerification(
            number: number, expiry: expiry, cardholderName: Self.person.name,
            identityNumber: Self.person.identityNumber, telephoneNumber: Self.person.telephoneNumber)
        let reply = try await telephone.wallet.bindNewCard(verification, in: session)
        guard case .oneTimePasswordSent(let pending) = reply else { return report(reply) }
        let message = try require(neighbourhood[Self.tide]?.house.messages.outbox.first)
        say("one-time password in a message to …\(message.telephoneNumber.suffix(4)), simulated")
        report(
            try await telephone.wallet.confirm(
                verification: pending, oneTimePassword: message.oneTimePassword, in: session))
    }

    // MARK: - Paying

    private func tap(_ card: DeviceCard, _ telephone: VirtualTelephone, _ till: DemoTill) async throws {
        try await telephone.wallet.choose(card)
        try await telephone.wallet.confirmNextPayment(with: card)
        say("at a terminal     \(card.label): \(try await till.tap(telephone, cents: 1_250))")
    }

    private func scan(_ card: DeviceCard, _ telephone: VirtualTelephone, _ till: DemoTill) async throws {
        let cryptogram = try await telephone.wallet.pay(
            .qr, amount: 780, currency: Self.euros, country: 276, with: card, at: SystemClock().now())
        let code = try cryptogram.code(label: card.label)
        say("by a code         \(card.label): \(try await till.scan(code, cents: 780))")
        say("the same code     \(try await till.scan(code, cents: 780))")
    }

    // MARK: - The new telephone

    /// The old telephone is out of the network's reach, and so keeps its applications: its tokens are dead all the same.
    private func move(
        to new: VirtualTelephone, from old: VirtualTelephone, _ till: DemoTill
    ) async throws {
        chapter("A new telephone: the old one's cards move over while the old one is out of reach (MIGR)")
        let password = SecretBytes(Array("correct horse battery".utf8))
        let session = try await new.wallet.logIn(account: "ada", password: password)
        let sources = try await new.wallet.migrationSources(in: session)
        for source in sources {
            say("on \(source.name): \(source.cards.map { "\($0.label) …\($0.lastFour)" }.joined(separator: ", "))")
        }
        let source = try require(sources.first)
        let migration = try await new.wallet.migrate(.init(from: source.device), password: password, in: session)
        for card in migration.cards { say("moved             \(card.status)") }
        try await show(new)
        for card in try await new.wallet.deviceCards() where card.functions.contains(.nfc) {
            try await tap(card, new, till)
        }
        say("the old telephone \(try await till.tap(old, cents: 1_250))")
    }

    private func comeBack(_ old: VirtualTelephone) async throws {
        let password = SecretBytes(Array("correct horse battery".utf8))
        let back = try await old.wallet.logIn(account: "ada", password: password)
        let reply = try await old.wallet.synchronize(in: back)
        say(
            "it comes back     \(reply.removed.count) records deleted, \(try await old.wallet.deviceCards().count) left"
        )
    }

    // MARK: - Telling

    private func report(_ reply: FunctionActivationReply) {
        switch reply {
        case .bound(let activation):
            for (function, outcome) in activation.functions.sorted(by: { $0.key.code < $1.key.code }) {
                let label = function.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)
                switch outcome {
                case .active(let identifier): say("\(label)            \(identifier)")
                case .refused(let code): say("\(label)            \(code)")
                }
            }
        case .oneTimePasswordSent, .referred, .refused: say("not bound         \(reply)")
        }
    }

    /// What lies in the secure element, as the wallet application reads it.
    private func show(_ telephone: VirtualTelephone) async throws {
        let cards = try await telephone.wallet.deviceCards()
        let instances = await telephone.product.card.card.inventory.applications
            .count { $0.aid.hasPrefix([0xA0, 0x00, 0x00, 0x03, 0x33]) }
        say("secure element    \(instances) universal instances, \(cards.count) card records")
    }
}
