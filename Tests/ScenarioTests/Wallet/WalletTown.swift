import Assembly
import CardCryptography
import EMV
import Foundation
import HTTPServer
import ISO7816
import KeyVault
import Logging
import MobileDevice
import SeneschalAPI
import SeneschalClient
import Terminal
import TrustedServiceManager
import Wallet

/// A central TSM, a wallet and two banks, each a server of its own, and Ada's two telephones: everything between them goes
/// over HTTP.
final class WalletTown {
    static let harbour = "harbour-bank"
    static let tide = "tide-bank"
    static let person = WalletNeighbourhood.Person(
        name: "ADA LOVELACE", identityNumber: "ID1815", telephoneNumber: "4915112345681")
    static let expiry = CardExpiry(year: 39, month: 12)!
    static let password = SecretBytes(Array("correct horse battery".utf8))

    let neighbourhood: WalletNeighbourhood
    let old: VirtualTelephone
    let new: VirtualTelephone
    private let house: CentralTSMHouse
    private let server: RunningServer
    private let transport: HTTPTransport
    private let acquirerTransport: HTTPTransport
    private let acquirer: HTTPAcquirer
    private let folder: URL
    private var agents: [String: Task<Void, Never>] = [:]

    static func tell(_ body: (WalletTown) async throws -> Void) async throws {
        let town = try await WalletTown()
        do {
            try await body(town)
        } catch {
            await town.close()
            throw error
        }
        await town.close()
    }

    private init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        let logger = Logger(label: "town") { JSONLinesLogHandler(label: $0, logLevel: .critical) }
        house = try CentralTSMHouse(
            folder: folder.appending(path: "tsm").path, unlock: .keyFile(folder.appending(path: "tsm.key").path),
            limits: RemoteAgentLimits(longPollSeconds: 2, connectSeconds: 2), logger: logger)
        server = try await RunningServer(house.server)
        transport = try HTTPTransport(server: server.address)
        let desk = SeneschalClient(
            transport, credential: AccessCredential(secret: try await house.desk.createOperatorCredential(name: "test"))
        )
        for network in ["north", "south"] { _ = try await desk.registerMobileNetwork(.init(name: network)) }
        neighbourhood = try await WalletNeighbourhood(
            in: folder.appending(path: "wallet").path, tsm: server.address, operator: desk,
            banks: [
                .init(name: Self.harbour, prefix: "47617390"),
                .init(name: Self.tide, prefix: "54133300", functions: [.nfc, .online], mode: .universalIdentifier),
            ],
            policy: CardDeskPolicy(failedVerificationsMax: 20, patience: .milliseconds(500)),
            accountPolicy: AccountPolicy(passwordCost: Scrypt.Cost(n: 2, r: 1, p: 1)), logger: logger)
        let factory = try await HandsetFactory(operator: desk, transport: transport, batch: "town")
        let products = [
            try await factory.make(.init(msi: Self.person.telephoneNumber, network: "north", type: .embedded)),
            try await factory.make(.init(msi: "4915112345682", network: "south", type: .embedded)),
        ]
        old = try await VirtualTelephone(products[0], named: "old telephone", in: neighbourhood)
        new = try await VirtualTelephone(products[1], named: "new telephone", in: neighbourhood)
        acquirerTransport = try HTTPTransport(server: neighbourhood.walletServer.address)
        acquirer = HTTPAcquirer(acquirerTransport, credential: neighbourhood.acquirer)
        for telephone in [old, new] { switchOn(telephone) }
        _ = try await old.service.openAccount(named: "ada", displayName: "Ada", password: Self.password)
    }

    private func close() async {
        for telephone in [old, new] { await switchOff(telephone) }
        await neighbourhood.close()
        for transport in [transport, acquirerTransport] { await transport.close() }
        await server.stop()
        try? house.close()
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: - Telephones

    /// The telephone can be reached by its mobile network.
    func switchOn(_ telephone: VirtualTelephone) {
        let product = telephone.product
        agents[product.order.msi] = Task { try? await product.run() }
    }

    /// It cannot, from when this returns.
    func switchOff(_ telephone: VirtualTelephone) async {
        guard let agent = agents.removeValue(forKey: telephone.product.order.msi) else { return }
        agent.cancel()
        await agent.value
    }

    func logIn(_ telephone: VirtualTelephone) async throws -> WalletSession {
        try await telephone.wallet.logIn(account: "ada", password: Self.password)
    }

    // MARK: - Cards

    /// A debit card of Harbour Bank's, or a credit card of Tide Bank's.
    func issueCard(credit: Bool = false) async throws -> PrimaryAccountNumber {
        try await neighbourhood.issueCard(
            credit ? Self.tide : Self.harbour, expiry: Self.expiry, to: Self.person, credit: credit,
            label: credit ? "Tide Credit" : "Harbour Debit", balance: 100_000)
    }

    static func verification(_ number: PrimaryAccountNumber) -> CardBindingVerification {
        CardBindingVerification(
            number: number, expiry: expiry, cardholderName: person.name, identityNumber: person.identityNumber,
            telephoneNumber: person.telephoneNumber)
    }

    /// A card of each bank on the old telephone.
    func bindBoth() async throws -> (session: WalletSession, debit: FunctionActivation, credit: FunctionActivation) {
        let session = try await logIn(old)
        try await old.service.prepareSecureElement(in: session)
        var activations: [FunctionActivation] = []
        for credit in [false, true] {
            let verification = Self.verification(try await issueCard(credit: credit))
            guard case .bound(let activation) = try await old.wallet.bindNewCard(verification, in: session) else {
                throw WalletServiceError.refused(code: "notBound", detail: "a card of the town")
            }
            activations.append(activation)
        }
        return (session, activations[0], activations[1])
    }

    // MARK: - The shop

    private static let terminal = ContactlessTerminal(TerminalProfile(merchant: "Corner Shop"))
    private static let sale = TerminalData(amount: 1_250, currency: 978, country: 276)

    /// A telephone is held to the terminal, with this card chosen.
    func tap(_ telephone: VirtualTelephone, _ type: Int? = nil) async throws -> AuthorizationData {
        if let type {
            guard let card = try await telephone.wallet.deviceCards().first(where: { $0.type == type }) else {
                throw WalletPhoneError.noSuchCard
            }
            try await telephone.wallet.choose(card)
        }
        return try await Self.terminal.pay(Self.sale, with: telephone.contactless, at: SystemClock().now())
    }

    /// A code of the first card that can show one is scanned, or it pays on a page.
    func remote(_ function: CardFunction, _ telephone: VirtualTelephone) async throws -> AuthorizationData {
        guard let card = try await telephone.wallet.deviceCards().first(where: { $0.functions.contains(function) })
        else { throw WalletPhoneError.noSuchCard }
        let cryptogram = try await telephone.wallet.pay(
            function, amount: Self.sale.amount, currency: Self.sale.currency, country: Self.sale.country, with: card,
            at: SystemClock().now())
        return try ScannedCode(try cryptogram.code(label: card.label)).authorizationData(
            for: Self.sale, Self.terminal.profile, entry: function == .qr ? .code : .remote)
    }

    func isApproved(_ data: AuthorizationData, transaction: String = UUID().uuidString) async throws -> Bool {
        let answer = try await acquirer.authorize(data, transaction: transaction, merchant: "Corner Shop")
        if case .approved = answer { return true }
        return false
    }
}
