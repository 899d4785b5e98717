import Assembly
import CardCryptography
import CardLink
import EMV
import Foundation
import HTTPServer
import ISO7816
import Issuing
import KeyVault
import Logging
import MobileDevice
import SecureElement
import SeneschalAPI
import SeneschalClient
import Synchronization
import Testing
import TrustedServiceManager
import Wallet

/// A person, two cards of two banks and two telephones, from the first login to the last unbinding; everything over HTTP,
/// and everything that is said or written kept to be looked at.
struct WalletStory {
    private let folder: URL
    private let ways = RecordedWays()
    private let air = Eavesdropper()
    private let log = Log()

    private static let expiry = "12/30"
    private static let networks = ["northwind", "southwind"]
    private static let password = "correct horse battery"
    private static let person = WalletNeighbourhood.Person(
        name: "ADA LOVELACE", identityNumber: "ID1815", telephoneNumber: "4915112345681")

    /// What came of it.
    struct Evidence: Sendable {
        var numbers: [(number: PrimaryAccountNumber, expiry: CardExpiry)] = []
        /// Of the person, of its sessions, of the acquirer and of the operator.
        var secrets: [String: String] = [:]
        var oneTimePasswords: [String] = []
        /// What the parties keep: files, logs, the memories of the cards.
        var kept: [String: [UInt8]] = [:]
        /// What they said to one another.
        var said: [String: [[UInt8]]] = [:]
    }

    init(in folder: URL) { self.folder = folder }

    func tell() async throws -> Evidence {
        let logger = Logger(label: "test") { [log] label in
            JSONLinesLogHandler(label: label, logLevel: .trace, write: log.append)
        }
        let house = try CentralTSMHouse(
            folder: folder.appending(path: "tsm").path,
            unlock: .keyFile(folder.appending(path: "tsm.key").path), logger: logger)
        let server = try await RunningServer(house.server)
        let secret = try await house.desk.createOperatorCredential(name: "test")
        let transport = try HTTPTransport(server: try await ways.way("operator", "tsm", server.address))
        let client = SeneschalClient(transport, credential: AccessCredential(secret: secret))
        for network in Self.networks { _ = try await client.registerMobileNetwork(.init(name: network)) }
        let neighbourhood = try await WalletNeighbourhood(
            in: folder.appending(path: "wallet").path, tsm: server.address, operator: client,
            banks: [
                .init(name: "harbour-bank", prefix: "47617390"),
                .init(name: "tide-bank", prefix: "54133300", functions: [.nfc, .online], mode: .universalIdentifier),
            ], accountPolicy: AccountPolicy(passwordCost: .init(n: 16, r: 8, p: 1)), logger: logger,
            way: { try await ways.way($0, $1, $2) })
        let agents = try HTTPTransport(server: try await ways.way("agents", "tsm", server.address))
        var evidence = Evidence()
        evidence.secrets["operator's credential"] = secret
        try await play(neighbourhood, client, agents, &evidence)
        // Once while everything is open, with what stands in write-ahead logs only, and once when all is closed.
        try keepFiles("open", &evidence)
        await neighbourhood.close()
        await server.stop()
        for transport in [agents, transport] { await transport.close() }
        try house.close()
        try keepFiles("closed", &evidence)
        for (name, relay) in await ways.relays { evidence.said[name] = relay.recorded }
        await ways.close()
        evidence.said["cards"] = air.all.flatMap { [$0.command.data, $0.response.data] }
        evidence.kept["log"] = log.bytes
        return evidence
    }

    private func keepFiles(_ time: String, _ evidence: inout Evidence) throws {
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            guard let data = FileManager.default.contents(atPath: folder.appending(path: path).path) else { continue }
            evidence.kept["\(path), \(time)"] = Array(data)
        }
    }

    private func play(
        _ neighbourhood: WalletNeighbourhood, _ client: SeneschalClient, _ agents: HTTPTransport,
        _ evidence: inout Evidence
    ) async throws {
        let factory = try await HandsetFactory(operator: client, transport: agents, batch: "wallet telephones")
        var products: [HandsetFactory.Product] = []
        for (index, network) in Self.networks.enumerated() {
            let order = HandsetFactory.Order(msi: "491511234568\(index + 1)", network: network, type: .embedded)
            products.append(try await factory.make(order) { OverheardCard(card: $0, eavesdropper: air) })
        }
        let running = products.map { product in Task { try await product.run() } }
        defer { for agent in running { agent.cancel() } }
        let old = try await VirtualTelephone(products[0], named: "old telephone", in: neighbourhood)
        let new = try await VirtualTelephone(products[1], named: "new telephone", in: neighbourhood)
        let till = Till(
            acquirer: HTTPAcquirer(
                try HTTPTransport(server: try await neighbourhood.walletAddress(for: "terminal")),
                credential: neighbourhood.acquirer), eavesdropper: air)
        let cards = try await bind(old, neighbourhood, &evidence)
        try await pay(old, till)
        try await move(cards, from: old, to: new, till, &evidence)
        for product in products {
            evidence.kept["memory of the card of \(product.order.msi)"] = await product.card.card.persistentState
        }
    }

    // MARK: - The old telephone

    /// - Returns: the wallet's names of the cards.
    private func bind(
        _ telephone: VirtualTelephone, _ neighbourhood: WalletNeighbourhood, _ evidence: inout Evidence
    ) async throws -> (debit: String, credit: String) {
        let expiry = try #require(CardExpiry(printed: Self.expiry))
        let debit = try await neighbourhood.issueCard(
            "harbour-bank", number: try PrimaryAccountNumber("4761739001010010"), expiry: expiry, to: Self.person,
            label: "Harbour Debit", balance: 50_000)
        let credit = try await neighbourhood.issueCard(
            "tide-bank", expiry: expiry, to: Self.person, credit: true, label: "Tide Credit", balance: 100_000,
            asksForPassword: true)
        evidence.numbers = [(debit, expiry), (credit, expiry)]
        evidence.secrets["password"] = Self.password
        let password = SecretBytes(Array(Self.password.utf8))
        _ = try await telephone.service.openAccount(named: "ada", displayName: "Ada", password: password)
        let session = try await logIn(telephone, &evidence)
        try await telephone.service.prepareSecureElement(in: session)
        func verification(_ number: PrimaryAccountNumber) -> CardBindingVerification {
            CardBindingVerification(
                number: number, expiry: expiry, cardholderName: Self.person.name,
                identityNumber: Self.person.identityNumber, telephoneNumber: Self.person.telephoneNumber)
        }
        let first = try bound(try await telephone.wallet.bindNewCard(verification(debit), in: session))
        #expect(first.functions.values.count(where: \.isActive) == 3)
        let reply = try await telephone.wallet.bindNewCard(verification(credit), in: session)
        guard case .oneTimePasswordSent(let pending) = reply else { throw Surprise(what: "\(reply)") }
        let message = try #require(neighbourhood["tide-bank"]?.house.messages.outbox.first)
        evidence.oneTimePasswords.append(message.oneTimePassword)
        let second = try bound(
            try await telephone.wallet.confirm(
                verification: pending, oneTimePassword: message.oneTimePassword, in: session))
        #expect(second.functions.values.count(where: \.isActive) == 2)
        #expect(try await telephone.wallet.synchronize(in: session).isSynchronous)
        return (first.card, second.card)
    }

    private func pay(_ telephone: VirtualTelephone, _ till: Till) async throws {
        for card in try await telephone.wallet.deviceCards() {
            try await telephone.wallet.choose(card)
            try await telephone.wallet.confirmNextPayment(with: card)
            #expect(try await till.tap(telephone).isApproved)
            guard card.functions.contains(.qr) else { continue }
            let cryptogram = try await telephone.wallet.pay(
                .qr, amount: Till.cents, currency: 978, country: 276, with: card, at: SystemClock().now())
            #expect(try await till.scan(try cryptogram.code(label: card.label)).isApproved)
        }
    }

    // MARK: - The new telephone

    private func move(
        _ cards: (debit: String, credit: String), from old: VirtualTelephone, to new: VirtualTelephone, _ till: Till,
        _ evidence: inout Evidence
    ) async throws {
        let session = try await logIn(new, &evidence)
        let password = SecretBytes(Array(Self.password.utf8))
        let source = try #require(try await new.wallet.migrationSources(in: session).first)
        let migration = try await new.wallet.migrate(
            .init(from: source.device, cards: [cards.credit]), password: password, in: session)
        #expect(migration.cards.map(\.status) == [.moved])
        // The other one is bound here, too, by the device at its issuer.
        for (card, result) in try await new.wallet.bindOwnCards([cards.debit], in: session) {
            #expect(throws: Never.self, "\(card.card)") { try result.get() }
        }
        let here = try await new.wallet.deviceCards()
        #expect(here.count == 2)
        for card in here {
            try await new.wallet.choose(card)
            try await new.wallet.confirmNextPayment(with: card)
            #expect(try await till.tap(new).isApproved)
        }
        let back = try await logIn(old, &evidence)
        _ = try await old.wallet.synchronize(in: back)
        #expect(try await old.wallet.deviceCards().count == 1)
        for card in [cards.debit, cards.credit] {
            try await new.wallet.unbind(card: card, password: password, in: session)
        }
        #expect(try await new.wallet.deviceCards().isEmpty)
    }

    private func logIn(_ telephone: VirtualTelephone, _ evidence: inout Evidence) async throws -> WalletSession {
        let session = try await telephone.wallet.logIn(
            account: "ada", password: SecretBytes(Array(Self.password.utf8)))
        evidence.secrets["session \(evidence.secrets.count)"] = String(
            decoding: session.bearer.revealed(), as: UTF8.self)
        return session
    }

    private func bound(_ reply: FunctionActivationReply) throws -> FunctionActivation {
        guard case .bound(let activation) = reply else { throw Surprise(what: "\(reply)") }
        return activation
    }

    struct Surprise: Error { var what: String }

    private final class Log: Sendable {
        private let text = Mutex<[UInt8]>([])

        @Sendable func append(_ line: String) { text.withLock { $0 += line.utf8 } }
        var bytes: [UInt8] { text.withLock { $0 } }
    }
}

extension FunctionActivation.Outcome {
    fileprivate var isActive: Bool {
        guard case .active = self else { return false }
        return true
    }
}
