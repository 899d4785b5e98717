import CardCryptography
import Foundation
import Hummingbird
import HummingbirdTesting
import Issuing
import JOSE
import KeyVault
import Logging
import SeneschalAPI
import SeneschalClient
import ServiceLifecycle
import Storage
import Synchronization
import Testing

@testable import HTTPServer

/// A whole issuer over a store in memory, `harbour-bank`, with the wallet `lantern` registered.
final class TestIssuer: Sendable {
    let store: SQLiteIssuerStore
    let vault: IssuerVault
    let messages = SimulatedTextMessages()
    let desk: IssuerDesk
    let server: IssuerServer
    let log = LogLines()
    /// The secrets of the operator and of the wallet.
    let `operator`: String
    let wallet: String
    let walletKey = NamedPrivateKey(name: "lantern-key", privateKey: .generate(.p256))
    private let folder: URL

    init(name: String = "harbour-bank", bin: String = "47617390") async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-issuer-\(UUID().uuidString)")
        store = try SQLiteIssuerStore.inMemory()
        vault = try IssuerVault.open(
            at: folder.appending(path: "vault").path, unlock: .keyFile(folder.appending(path: "key").path), name: name)
        desk = IssuerDesk(
            CardIssuer(
                profile: try IssuerProfile(name: name, issuerIdentifications: [bin]), store: store, keys: vault,
                sender: messages, clock: MachineClock()))
        let log = log
        server = IssuerServer(
            desk: desk, store: store, messages: messages,
            logger: Logger(label: "test") { JSONLinesLogHandler(label: $0, logLevel: .info, write: log.append) })
        `operator` = try await desk.createOperatorCredential(name: "first")
        wallet = try await desk.registerWallet(
            name: "lantern",
            key: WalletKey(name: walletKey.name, publicKey: walletKey.privateKey.publicKey.pem),
            IssuerRequester(.operator(name: "first"), idempotencyKey: "wallet")
        ).secret
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func test(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await server.application(at: ServerAddress(host: "127.0.0.1", port: 0)).test(.router, body)
    }

    /// Runs the server on a free port of this machine for the time of `body`.
    func live<Value: Sendable>(_ body: @Sendable (_ port: Int) async throws -> Value) async throws -> Value {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let services = try server.services(
            at: ServerAddress(host: "127.0.0.1", port: 0), signals: [], onListening: { port.yield($0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var iterator = ports.makeAsyncIterator()
            let value = try await body(try #require(await iterator.next()))
            group.cancelAll()
            return value
        }
    }

    /// A client for the time of `body`.
    func withClient<Value: Sendable>(
        on port: Int, as secret: String?, _ body: (SeneschalClient) async throws -> Value
    ) async throws -> Value {
        let transport = try HTTPTransport(server: "http://127.0.0.1:\(port)")
        let credential = secret.flatMap { AccessCredential(secret: $0) }
        let value: Value
        do {
            value = try await body(SeneschalClient(transport, credential: credential, retries: .none))
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        return value
    }

    /// A cardholder with a card that is recognized at once, or by a one-time password.
    func card(_ enrollment: String = "direct", at client: any TestClientProtocol) async throws -> JSONValue {
        let cardholder = try await client.post("/issuer/v1/cardholders", Self.ada, as: `operator`)
        let order: JSONValue = [
            "cardholder": cardholder.json["id"] ?? .null, "type": "debit", "label": "HARBOUR",
            "enrollment": .string(enrollment), "balance": 10_000,
        ]
        return try await client.post("/issuer/v1/cards", order, as: `operator`).json
    }

    /// As `/issuer/v1/key` answers.
    func publishedKey() throws -> API.IssuerKey {
        let (name, encryption) = (desk.issuer.profile.name, try desk.issuer.encryptionKey())
        return API.IssuerKey(
            issuer: name, keyName: name, publicKey: try desk.issuer.publicKey(),
            encryptionKey: encryption.publicKey, encryptionKeyName: encryption.name)
    }

    static let ada: JSONValue = [
        "name": "Ada Byron", "identityNumber": "110101-1815", "telephoneNumber": "+44 20 7946 0018",
    ]
    static let user = "usr_00112233445566778899aabbccddeeff"
    static let secureElement = "45434E0000000001"

    /// What Ada says of herself and her card.
    static func cardholder(_ card: JSONValue) -> JSONValue {
        [
            "number": card["number"] ?? .null, "expiry": card["account"]?["expiry"] ?? .null,
            "cardholderName": "Ada Byron", "identityNumber": "110101-1815", "telephoneNumber": "+44 20 7946 0018",
            "user": .string(user),
        ]
    }

    /// Encrypted to this issuer, each time anew.
    func verification(_ card: JSONValue) throws -> JSONValue { try verification(of: Self.cardholder(card)) }

    func verification(of contents: JSONValue) throws -> JSONValue {
        try verification(of: Array(contents.text.utf8))
    }

    func verification(
        of contents: [UInt8], type: String = API.CardholderVerification.type, key: ECPublicKey? = nil
    ) throws -> JSONValue {
        let own = try vault.encryptionKey()
        let message = try JSONWebEncryption.encrypt(
            SecretBytes(contents), type: type, to: key ?? own.key, named: own.name)
        return ["verification": .string(message)]
    }

    func bindingBody(_ card: JSONValue, _ change: (inout BindingAssertionClaims) -> Void = { _ in }) throws -> JSONValue
    {
        let reference = card["account"]?["card"]?.string ?? ""
        let now = MachineClock().now()
        var claims = BindingAssertionClaims(
            iss: "lantern", aud: "harbour-bank", sub: Self.user, card: reference, secureElement: Self.secureElement,
            iat: now, exp: now + 300, jti: UUID().uuidString)
        change(&claims)
        let assertion = try JSONWebSignature.sign(
            Array(JSONEncoder().encode(claims)), type: BindingAssertionClaims.type, key: walletKey)
        return [
            "card": .string(reference), "user": .string(Self.user), "secureElement": .string(Self.secureElement),
            "assertion": .string(assertion),
        ]
    }

    func paymentBody(_ card: JSONValue, _ transaction: String, counter: Int = 1, amount: Int = 1_250) throws
        -> JSONValue
    {
        let reference = card["account"]?["card"]?.string ?? ""
        let now = MachineClock().now()
        let claims = AuthorizationAssertionClaims(
            iss: "lantern", aud: "harbour-bank", transaction: transaction, card: reference,
            secureElement: Self.secureElement, function: "nfc", token: "tok_1", transactionCounter: counter,
            amount: Int64(amount), currency: 978, merchant: "Quay Books", iat: now, exp: now + 120)
        let assertion = try JSONWebSignature.sign(
            Array(JSONEncoder().encode(claims)), type: AuthorizationAssertionClaims.type, key: walletKey)
        return [
            "transaction": .string(transaction), "card": .string(reference),
            "secureElement": .string(Self.secureElement), "function": "nfc", "token": "tok_1",
            "transactionCounter": .integer(counter), "amount": .integer(amount), "currency": 978,
            "merchant": "Quay Books", "assertion": .string(assertion),
        ]
    }
}

/// The clock of this machine.
struct MachineClock: IssuerClock {
    func now() -> Int64 { Int64(Date().timeIntervalSince1970) }
}
