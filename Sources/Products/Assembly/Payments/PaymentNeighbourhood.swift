import CardCryptography
import Foundation
import HTTPServer
import ISO4217
import ISO8583
import ISO8583Link
import Issuing
import KeyVault
public import Logging
import Merchants
import Payments
public import SeneschalAPI
public import SeneschalClient

/// A payment server, a merchant platform and an issuer of cards that know each other, each a server of its own on this
/// machine: for demonstrations, tests and benchmarks. Everything between the first two goes over HTTP, everything between
/// payment server and issuer over ISO 8583 on TCP.
public struct PaymentNeighbourhood: Sendable {
    public let payments: PaymentHouse
    public let merchants: MerchantHouse
    public let issuer: IssuerHouse
    /// Of the line between payment server and issuer.
    public let issuerEnd: BreakableIssuerEnd
    public let paymentServer: RunningServer
    public let merchantServer: RunningServer
    /// With the credentials of the two operators.
    public let paymentOperator: SeneschalClient
    public let merchantOperator: SeneschalClient
    /// What the platform pays rewards from.
    public let rewardAccount: String
    /// The bank that money comes over.
    public let bankAccount: String
    /// What the issuer of cards owes.
    public let issuerAccount: String
    private let transports: [HTTPTransport]
    private let upkeep: [Task<Void, Never>]

    public static let (paymentName, platformName) = ("quay-pay", "quay-market")
    /// Of the issuer of cards.
    public static let issuerName = "tide-bank"
    public static let currency = "EUR"

    /// - Parameter folder: where both keep their files.
    public init(in folder: String, logger: Logger) async throws {
        guard let name = PartyName(Self.paymentName), let platformName = PartyName(Self.platformName) else {
            preconditionFailure("both are names")
        }
        let issuer = try IssuerHouse(
            folder: folder + "/issuer", unlock: .keyFile(folder + "/issuer.key"),
            profile: try IssuerProfile(name: Self.issuerName, issuerIdentifications: ["54133300"]), logger: logger)
        let agreed = LineProtocol(dialect: .binary, authentication: .cmac(try AESKey(SystemRandomSource().bytes(16))))
        let issuerEnd = BreakableIssuerEnd(issuer.issuer, protocol: agreed)
        var line = IssuerLineConfiguration(host: "127.0.0.1", port: try await issuerEnd.open(), protocol: agreed)
        line.backOffMin = .milliseconds(50)
        line.backOffMax = .seconds(1)
        let unlock = VaultUnlock.keyFile(folder + "/payments.key")
        let settlement = try await Self.settlementAccount(in: folder + "/payments", unlock, name, logger)
        let payments = try PaymentHouse(
            folder: folder + "/payments", unlock: unlock, name: name,
            issuer: CardIssuerConnection(line: line, institution: "10000001", settlement: settlement), logger: logger)
        let paymentServer = try await RunningServer(payments.server)
        let paymentTransport = try HTTPTransport(server: paymentServer.address)
        func client(
            _ transport: HTTPTransport, _ secret: String?, _ retries: RequestRetries = RequestRetries()
        ) -> SeneschalClient {
            SeneschalClient(
                transport, credential: secret.flatMap { AccessCredential(secret: $0) }, retries: retries)
        }
        paymentOperator = client(paymentTransport, try await payments.makeOperatorCredential())
        rewardAccount = try await paymentOperator.openAccount(.reward, "rewards of \(Self.platformName)")
        bankAccount = try await paymentOperator.openAccount(.issuerSettlement, "Harbour Bank")

        let merchantFolder = folder + "/merchants"
        let merchantUnlock = VaultUnlock.keyFile(folder + "/merchants.key")
        let key = try Self.platformKey(in: merchantFolder, merchantUnlock)
        let registered = try await paymentOperator.send(
            Endpoints.registerPlatform,
            .init(
                name: Self.platformName, keyName: key.name, publicKey: key.key.pem,
                rewardAccounts: [rewardAccount]))
        let serverKey = try await client(paymentTransport, nil).send(Endpoints.getPaymentServerKey, NoBody())
        let merchants = try MerchantHouse(
            folder: merchantFolder, unlock: merchantUnlock,
            profile: try PlatformProfile(
                name: Self.platformName, tagHost: "pay.example",
                paymentServer: .init(
                    name: serverKey.server,
                    keys: [StatementKey(name: serverKey.keyName, publicKey: serverKey.publicKey)])),
            transfers: HTTPRewardTransfers(client(paymentTransport, registered.secret, .rounds)),
            inquiry: HTTPInstructionInquiry(client(paymentTransport, registered.secret, .rounds)), logger: logger)
        let merchantServer = try await RunningServer(merchants.server)
        let merchantTransport = try HTTPTransport(server: merchantServer.address)
        merchantOperator = client(
            merchantTransport, try await merchants.platform.createOperatorCredential(name: "founder"))
        let delivery = HTTPPlatformDelivery([platformName: client(merchantTransport, nil, .rounds)])
        upkeep = [
            Task { await payments.keepUp(days: 0, telling: delivery) }, Task { await merchants.keepSettled() },
        ]
        self.payments = payments
        self.merchants = merchants
        self.issuer = issuer
        self.issuerEnd = issuerEnd
        issuerAccount = settlement.rawValue
        self.paymentServer = paymentServer
        self.merchantServer = merchantServer
        transports = [paymentTransport, merchantTransport]
    }

    /// The account of what the issuer owes, before the server has a line: the line needs its name.
    private static func settlementAccount(
        in folder: String, _ unlock: VaultUnlock, _ name: PartyName, _ logger: Logger
    ) async throws -> AccountID {
        guard let currency = Currency(currency) else { preconditionFailure("a currency of ISO 4217") }
        let house = try PaymentHouse(folder: folder, unlock: unlock, name: name, logger: logger)
        let account = try await OperatorDesk(house.payments).openAccount(
            .issuerSettlement, currency: currency, label: issuerName,
            RequestKey(scope: "founder", key: "settlement", digest: []))
        try house.close()
        return account.id
    }

    /// What the platform is going to sign with, before it is opened: the payment server has to know it first.
    private static func platformKey(
        in folder: String, _ unlock: VaultUnlock
    ) throws -> (name: String, key: ECPublicKey) {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let vault = try MerchantVault.open(at: folder + "/vault", unlock: unlock, name: platformName)
        defer { vault.close() }
        return try vault.signingKey()
    }

    /// A client of the payment server.
    public func paymentClient(_ secret: String?) -> SeneschalClient {
        SeneschalClient(transports[0], credential: secret.flatMap { AccessCredential(secret: $0) })
    }

    /// A client of the merchant platform.
    public func merchantClient(_ secret: String?) -> SeneschalClient {
        SeneschalClient(transports[1], credential: secret.flatMap { AccessCredential(secret: $0) })
    }

    /// Puts money on an account, as it comes over the bank.
    public func fund(_ account: String, _ cents: Int) async throws {
        _ = try await paymentOperator.send(
            Endpoints.fundAccount,
            .init(
                account: account, amount: cents, currency: Self.currency, from: bankAccount, reference: "cash desk"))
    }

    /// As it stands in the ledger.
    public func ledgerAccount(_ account: String) async throws -> API.LedgerAccount? {
        let accounts = try await paymentOperator.list(Endpoints.listLedgerAccounts, limit: API.limitMax)
        return accounts.items.first { $0.account == account }
    }

    /// In minor units.
    public func balance(of account: String) async throws -> Int? { try await ledgerAccount(account)?.balance }

    /// Everything stops, in the order in which nobody waits for anybody.
    public func close() async {
        for task in upkeep {
            task.cancel()
            await task.value
        }
        await merchantServer.stop()
        await paymentServer.stop()
        await issuerEnd.close()
        for transport in transports { await transport.close() }
        try? merchants.close()
        try? payments.close()
        try? issuer.close()
    }
}

extension SeneschalClient {
    /// An account of the ledger that is nobody's device's.
    public func openAccount(_ kind: API.PaymentAccountKind, _ label: String) async throws -> String {
        try await send(
            Endpoints.openLedgerAccount, .init(label: label, kind: kind, currency: PaymentNeighbourhood.currency)
        ).account
    }
}
