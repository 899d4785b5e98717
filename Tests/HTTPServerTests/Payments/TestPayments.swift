import CardCryptography
import Foundation
import Hummingbird
import HummingbirdTesting
import ISO4217
import ISO7816
import Instructions
import JOSE
import KeyVault
import Logging
import MobileDevice
import Payments
import SeneschalAPI
import Storage
import Testing

@testable import HTTPServer

/// A whole payment server over a store in memory, `quay-pay`, with a bank, two sellers and the platform `quay-market`.
final class TestPayments: Sendable {
    let store: SQLitePaymentStore
    let payments: PaymentServer
    let server: PaymentsServer
    let `operator`: String
    let platformKey = NamedPrivateKey(name: "market-key", privateKey: .generate(.p256))
    let terminalKey = NamedPrivateKey(name: "till-key", privateKey: .generate(.p256))
    let log = LogLines()
    /// What the issuer of cards owes.
    let settlement: String
    private let folder: URL

    static let name = "quay-pay"
    static let pin = "246810"

    /// - Parameter leg: the issuer of cards; `nil` where no line goes to one.
    init(leg: (any IssuerLeg)? = nil) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-pay-\(UUID().uuidString)")
        store = try SQLitePaymentStore.inMemory()
        let vault = try PaymentVault.open(
            at: folder.appending(path: "vault").path, unlock: .keyFile(folder.appending(path: "key").path),
            name: Self.name)
        let payments = PaymentServer(
            name: try #require(PartyName(Self.name)), store: store, keys: vault, clock: MachineClock(),
            policy: PaymentPolicy(pinCost: Scrypt.Cost(n: 2, r: 1, p: 1)))
        let log = log
        self.payments = payments
        let account = try await OperatorDesk(payments).openAccount(
            .issuerSettlement, currency: try #require(Currency("EUR")), label: "Harbour Bank",
            RequestKey(scope: "test", key: "settlement", digest: []))
        settlement = account.id.rawValue
        server = PaymentsServer(
            payments, smartCards: SmartCardDesk(payments, keys: vault), purses: vault,
            cardPayments: leg.map { IssuerPaymentDesk(payments, leg: $0, settlement: account.id) },
            logger: Logger(label: "test") { JSONLinesLogHandler(label: $0, logLevel: .info, write: log.append) })
        let secret = try await AccessDesk(payments).renew(.operator, by: "test")
        `operator` = String(decoding: secret.revealed(), as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func test(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await server.application(at: ServerAddress(host: "127.0.0.1", port: 0)).test(.router, body)
    }

    // MARK: - Parties

    func account(_ kind: String, at client: any TestClientProtocol) async throws -> String {
        let answer = try await client.post(
            "/pay/v1/accounts", ["label": .string(kind), "kind": .string(kind), "currency": "EUR"], as: `operator`)
        try #require(answer.status == 201, "\(answer.json.text)")
        return try #require(answer.json["account"]?.string)
    }

    func platform(at client: any TestClientProtocol) async throws -> String {
        let answer = try await client.post(
            "/pay/v1/platforms",
            [
                "name": "quay-market", "keyName": .string(platformKey.name),
                "publicKey": .string(platformKey.privateKey.publicKey.pem),
            ], as: `operator`)
        return try #require(answer.json["secret"]?.string, "\(answer.json.text)")
    }

    func terminal(
        named name: String = "corner-till", payee: String, at client: any TestClientProtocol
    ) async throws -> String {
        let key = name == "corner-till" ? terminalKey : NamedPrivateKey(name: name, privateKey: .generate(.p256))
        let answer = try await client.post(
            "/pay/v1/terminals",
            [
                "name": .string(name), "keyName": .string(key.name),
                "publicKey": .string(key.privateKey.publicKey.pem), "payee": .string(payee),
            ], as: `operator`)
        return try #require(answer.json["secret"]?.string, "\(answer.json.text)")
    }

    /// A payer with so much money, in cents.
    func payer(with amount: Int, at client: any TestClientProtocol) async throws -> TestPayer {
        let key = ECPrivateKey.generate(.p256)
        let opened = try await client.post(
            "/pay/v1/payers",
            [
                "label": "Ada", "currency": "EUR", "deviceKey": .string(key.publicKey.uncompressedPoint.hex),
                "pin": .string(Self.pin),
            ], as: nil, key: nil)
        try #require(opened.status == 201, "\(opened.json.text)")
        let account = try #require(opened.json["account"]?["account"]?.string)
        if amount > 0 {
            let bank = try await self.account("issuerSettlement", at: client)
            let funded = try await client.post(
                "/pay/v1/fundings",
                [
                    "account": .string(account), "from": .string(bank), "amount": .integer(amount), "currency": "EUR",
                    "reference": "cash desk",
                ], as: `operator`)
            try #require(funded.status == 201, "\(funded.json.text)")
        }
        let keyName = try #require(opened.json["deviceKeyName"]?.string)
        return TestPayer(
            account: account, secret: try #require(opened.json["secret"]?.string),
            key: PayerKey(
                account: account, server: Self.name, key: NamedPrivateKey(name: keyName, privateKey: key)))
    }

    /// Signed by the platform.
    func instruction(
        to payee: String, amount: Int64?, name: String = UUID().uuidString, lifetime: Int64 = 300
    ) throws -> String {
        let now = MachineClock().now()
        return try PaymentInstruction(
            iss: "quay-market", aud: Self.name, jti: name, iat: now, exp: now + lifetime, origin: .tag,
            reference: "tag-1", merchant: "mer-1", merchantName: "Corner Shop", payee: payee,
            currency: try #require(Currency("EUR")), amount: amount, description: "Tea"
        ).signed(with: platformKey)
    }

    func balance(of account: String, at client: any TestClientProtocol) async throws -> Int? {
        let accounts = try await client.get("/pay/v1/accounts", as: `operator`)
        let found = accounts.json["items"]?.elements?.first { $0["account"]?.string == account }
        guard case .integer(let balance) = found?["balance"] else { return nil }
        return balance
    }
}

extension MachineClock: PaymentClock {}

/// A payer and the device that speaks for it.
struct TestPayer: Sendable {
    let account: String
    let secret: String
    let key: PayerKey

    /// The payer's word for an order, as the wire has it.
    func payment(
        of order: JSONValue, _ instruction: String, amount: Int64, pin: String? = TestPayments.pin
    ) throws -> JSONValue {
        let word = try key.confirmation(
            of: .order, try #require(order["order"]?.string),
            digest: Base64URL.encode(Digest.hash(Array(instruction.utf8))), named: UUID().uuidString,
            total: Money(minorUnits: amount, currency: try #require(Currency("EUR"))), userVerified: pin == nil,
            at: MachineClock().now())
        var body: [JSONMember] = [JSONMember("confirmation", .string(word))]
        if let pin { body.append(JSONMember("pin", .string(pin))) }
        return .object(body)
    }
}
