import CardCryptography
import Foundation
import Hummingbird
import HummingbirdTesting
import ISO4217
import Instructions
import JOSE
import KeyVault
import Logging
import Merchants
import SeneschalAPI
import Storage
import Testing

@testable import HTTPServer

/// A whole merchant platform over a store in memory, `plaza`, with the merchant Quay Books and two users.
final class TestPlaza: Sendable {
    let store: SQLiteMerchantStore
    let platform: MerchantPlatform
    let notifications = SimulatedNotifications()
    let server: MerchantsServer
    let log = LogLines()
    let `operator`: String
    let merchant: RegisteredMerchant
    let ada: RegisteredUser
    let bob: RegisteredUser
    let till = NamedPrivateKey(name: "till-key", privateKey: .generate(.p256))
    let paymentServer = NamedPrivateKey(name: "pay-key", privateKey: .generate(.p256))
    private let folder: URL

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-plaza-\(UUID().uuidString)")
        store = try SQLiteMerchantStore.inMemory()
        let vault = try MerchantVault.open(
            at: folder.appending(path: "vault").path, unlock: .keyFile(folder.appending(path: "key").path),
            name: "plaza")
        let profile = try PlatformProfile(
            name: "plaza", tagHost: "plaza.example",
            paymentServer: .init(
                name: "pay",
                keys: [StatementKey(name: paymentServer.name, publicKey: paymentServer.privateKey.publicKey.pem)]))
        platform = MerchantPlatform(
            profile: profile, store: store, keys: vault, transfers: AlwaysMoved(), notifier: notifications,
            clock: MachineClock())
        let log = log
        server = MerchantsServer(
            platform: platform, store: store, notifications: notifications,
            logger: Logger(label: "test") { JSONLinesLogHandler(label: $0, logLevel: .info, write: log.append) })
        `operator` = try await platform.createOperatorCredential(name: "first")
        func requester(_ key: String) -> PlatformRequester {
            PlatformRequester(.operator(name: "first"), idempotencyKey: key)
        }
        merchant = try await platform.registerMerchant(
            MerchantApplication(
                name: "Quay Books", payee: "acc_quay", rewardAccount: "acc_rewards", currency: "EUR", category: "5942",
                key: StatementKey(name: till.name, publicKey: till.privateKey.publicKey.pem)), requester("m"))
        ada = try await platform.registerUser(name: "ada", rewardAccount: "acc_ada", requester("a"))
        bob = try await platform.registerUser(name: "bob", requester("b"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func test(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await server.application(at: ServerAddress(host: "127.0.0.1", port: 0)).test(.router, body)
    }

    static var offer: JSONValue {
        [
            "title": "Ten percent off", "text": "On every book.", "benefit": "discount", "value": 1_000,
            "start": .string(start), "end": .string(end), "budget": 10_000,
            "rules": [["function": "purchase", "template": "euro"]],
            "templates": [
                [
                    "name": "euro", "amount": 100, "title": "A euro for you",
                    "text": "{friend} at {merchant}: {reward} & more",
                ]
            ],
        ]
    }

    static var object: JSONValue {
        [
            "title": "Harbour Tales", "price": 1_250, "stock": 5, "start": .string(start), "end": .string(end),
        ]
    }

    private static var start: String { Timestamp(secondsSince1970: MachineClock().now() - 3_600).description }
    private static var end: String { Timestamp(secondsSince1970: MachineClock().now() + 86_400).description }

    func report(_ presentation: JSONValue, _ change: (inout UsageReport) -> Void = { _ in }) throws -> JSONValue {
        let now = MachineClock().now()
        var report = UsageReport(
            iss: merchant.merchant.id.rawValue, aud: "plaza", jti: "use-1", iat: now, exp: now + 600,
            coupon: presentation["coupon"]?.string ?? "", presentation: presentation["code"]?.string ?? "",
            firstUser: presentation["firstUser"]?.string, function: "purchase", amount: nil, currency: nil, at: now)
        change(&report)
        return ["report": .string(try report.signed(with: till))]
    }

    func result(of instruction: String, amount: Int64) throws -> JSONValue {
        let now = MachineClock().now()
        let result = PaymentResult(
            iss: "pay", aud: "plaza", jti: "r-1", iat: now, exp: now + 600, instruction: instruction, state: .paid,
            order: "order-1", amount: amount, currency: try #require(Currency("EUR")), at: now)
        return ["result": .string(try result.signed(with: paymentServer))]
    }
}

/// A payment server that pays everything.
private struct AlwaysMoved: RewardTransfers {
    func transfer(_ transfer: RewardTransfer) async throws(MerchantsError) -> RewardTransferAnswer { .moved }
}

extension MachineClock: PlatformClock {}
