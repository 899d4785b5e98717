import CardCryptography
public import EMV
import Foundation
import HTTPServer
import ISO7816
import Issuing
import KeyVault
public import Logging
import SecureElement
public import SeneschalAPI
public import SeneschalClient
import ServiceProvider
public import Wallet

/// A wallet and its issuers, founded at a central TSM, each a server of its own on this machine: for demonstrations, tests
/// and benchmarks. Everything between them goes over HTTP.
public struct WalletNeighbourhood: Sendable {
    public let wallet: WalletHouse
    public let walletServer: RunningServer
    public let banks: [Bank]
    /// For terminals.
    public let acquirer: AccessCredential
    private let provider: ProviderVault
    private let transports: [HTTPTransport]
    private let way: Way

    /// The address by which a client asks a server at `address`: another one where something stands in between, such as a
    /// relay that records.
    public typealias Way = @Sendable (_ client: String, _ server: String, _ address: String) async throws -> String

    /// The names of the central TSM and of the wallet on every ``Way``; issuers have their own.
    public static let (tsmName, walletName) = ("tsm", "wallet")

    /// The name of the only acquirer.
    public static let acquirerName = "corner-shop"

    /// An issuer of the neighbourhood.
    public struct Bank: Sendable {
        public var house: IssuerHouse
        public var server: RunningServer
        public var name: String
    }

    /// An issuer that is to be founded.
    public struct BankPlan: Sendable {
        public var name: String
        /// First digits of its cards.
        public var prefix: String
        public var functions: [PaymentFunction]
        public var mode: Credential.Mode

        public init(
            name: String, prefix: String, functions: [PaymentFunction] = PaymentFunction.allCases,
            mode: Credential.Mode = .universalData
        ) {
            self.name = name
            self.prefix = prefix
            self.functions = functions
            self.mode = mode
        }
    }

    /// - Parameters:
    ///   - folder: where all of them keep their files.
    ///   - tsm: the central TSM's address.
    ///   - client: with the credential of the central TSM's operator, who registers the wallet as a service provider.
    ///   - way: between all clients and servers of the neighbourhood, the central TSM's server included.
    public init(
        in folder: String, tsm: String, operator client: SeneschalClient, banks plans: [BankPlan],
        policy: CardDeskPolicy = CardDeskPolicy(), accountPolicy: AccountPolicy = .standard,
        clock: any WalletClock = SystemClock(), logger: Logger, way: @escaping Way = { _, _, address in address }
    ) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let vault = try WalletHouse.openVault(in: folder, unlock: .keyFile(folder + "/vault.key"))
        let provider = try ProviderVault.open(at: folder + "/provider.vault", unlock: .keyFile(folder + "/vault.key"))
        let tsmTransport = try HTTPTransport(server: try await way(Self.walletName, Self.tsmName, tsm))
        var transports = [tsmTransport]
        for service in WalletServices.all { _ = try await client.registerService(service) }
        let registered = try await RegisteredProvider(
            "Lantern Wallet", vault: provider, registeredBy: client, over: tsmTransport)
        let elements = CentralTSMElements(tsm: registered.tsm, keys: provider, random: SystemRandomSource())
        let signing = try await vault.signingKey()
        let key = try WalletKey(name: signing.name, publicKey: signing.publicKey.pem)
        var (banks, issuers) = ([Bank](), [RegisteredIssuer]())
        for plan in plans {
            let house = try IssuerHouse(
                folder: folder + "/" + plan.name, unlock: .keyFile(folder + "/" + plan.name + ".key"),
                profile: try IssuerProfile(name: plan.name, issuerIdentifications: [plan.prefix]), logger: logger)
            let credential = try await house.desk.registerWallet(
                name: policy.walletName, key: key,
                IssuerRequester(.operator(name: "founder"), idempotencyKey: "wallet"))
            let server = try await RunningServer(house.server)
            let address = try await way(Self.walletName, plan.name, server.address)
            let transport = try HTTPTransport(server: address)
            transports.append(transport)
            banks.append(Bank(house: house, server: server, name: plan.name))
            issuers.append(
                try await WalletConnections.registered(
                    .init(
                        name: plan.name, server: address, credentialFile: "", prefixes: [plan.prefix],
                        functions: plan.functions, mode: plan.mode),
                    SeneschalClient(transport, credential: AccessCredential(secret: credential.secret))))
        }
        let secret = SecretBytes(Array(SystemRandomSource().bytes(32).hex.lowercased().utf8))
        guard let acquirer = AcquirerName(Self.acquirerName),
            let credential = AccessCredential(secret: String(decoding: secret.revealed(), as: UTF8.self))
        else { preconditionFailure("a name, and hex digits that are a credential") }
        wallet = try await WalletHouse(
            folder: folder, vault: vault,
            partners: .init(
                elements: elements, issuers: IssuerDirectory(issuers),
                acquirers: AcquirerCredentials([Digest.hash(secret.revealed()): acquirer])),
            policy: policy, accountPolicy: accountPolicy, clock: clock, logger: logger)
        walletServer = try await RunningServer(wallet.server)
        self.banks = banks
        self.provider = provider
        self.acquirer = credential
        self.transports = transports
        self.way = way
    }

    /// Where a client reaches the wallet.
    public func walletAddress(for client: String) async throws -> String {
        try await way(client, Self.walletName, walletServer.address)
    }

    /// Where a client reaches a bank.
    public func address(of bank: Bank, for client: String) async throws -> String {
        try await way(client, bank.name, bank.server.address)
    }

    /// The bank of this name.
    public subscript(name: String) -> Bank? { banks.first { $0.name == name } }

    /// Issues a card to a person whom the bank gets to know by it.
    ///
    /// - Returns: the number for the plastic.
    public func issueCard(
        _ bank: String, number: PrimaryAccountNumber? = nil, expiry: CardExpiry, to person: Person,
        credit: Bool = false,
        label: String, balance: Int64, asksForPassword: Bool = false
    ) async throws -> PrimaryAccountNumber {
        guard let desk = self[bank]?.house.desk else { preconditionFailure("the neighbourhood has no bank \(bank)") }
        func requester() -> IssuerRequester {
            IssuerRequester(.operator(name: "founder"), idempotencyKey: SystemRandomSource().bytes(16).hex)
        }
        let holder = try await desk.registerCardholder(
            CardholderDetails(
                name: person.name, identityNumber: person.identityNumber, telephoneNumber: person.telephoneNumber),
            requester())
        let card = try await desk.issueCard(
            CardOrder(
                cardholder: holder.id, type: credit ? .credit : .debit, label: label,
                enrollment: asksForPassword ? .oneTimePassword : .direct, balance: balance,
                creditLimit: credit ? balance : 0, expiry: expiry, number: number), requester())
        return try PrimaryAccountNumber(card.number)
    }

    /// What a bank knows its customer by.
    public struct Person: Sendable {
        public var name: String
        public var identityNumber: String
        public var telephoneNumber: String

        public init(name: String, identityNumber: String, telephoneNumber: String) {
            self.name = name
            self.identityNumber = identityNumber
            self.telephoneNumber = telephoneNumber
        }
    }

    /// Everything stops, in the order in which nobody waits for anybody.
    public func close() async {
        await walletServer.stop()
        for bank in banks { await bank.server.stop() }
        for transport in transports { await transport.close() }
        try? wallet.close()
        provider.close()
        for bank in banks { try? bank.house.close() }
    }
}
