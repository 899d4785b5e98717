import CardCryptography
import Foundation
import ISO4217
import Instructions
import JOSE
import KeyVault
import Storage
import Synchronization

@testable import Payments

/// A clock that tests set.
final class BenchClock: PaymentClock {
    private let time = Atomic<Int64>(1_000_000)

    func now() -> Int64 { time.load(ordering: .relaxed) }

    func advance(_ seconds: Int64) { time.add(seconds, ordering: .relaxed) }
}

/// A payment server with a platform, a merchant, a bank and payers, in memory or in a file that goes with it.
final class PaymentBench: Sendable {
    let clock = BenchClock()
    let folder: BenchFolder
    let store: any PaymentStore
    let vault: PaymentVault
    let server: PaymentServer
    let orders: OrderDesk
    let payers: PayerDesk
    let operators: OperatorDesk

    /// The platform's key, registered as `quay-market`.
    let platformKey = NamedPrivateKey(name: "quay-market", privateKey: .generate(.p256))
    let bank: LedgerAccount
    let baker: LedgerAccount

    static let euro = Currency.known("EUR")

    private init(
        _ folder: BenchFolder, _ store: SQLitePaymentStore, _ vault: PaymentVault, wrapping: Wrapping,
        _ policy: PaymentPolicy
    ) async throws {
        self.folder = folder
        let store = wrapping(store)
        self.store = store
        self.vault = vault
        server = PaymentServer(
            name: try present(PartyName("harbour-pay")), store: store, keys: vault, clock: clock,
            policy: policy)
        orders = OrderDesk(server)
        payers = orders.payers
        operators = OperatorDesk(server)
        bank = try await operators.openAccount(.issuerSettlement, currency: Self.euro, label: "Bank", .bench("bank"))
        baker = try await operators.openAccount(.merchant, currency: Self.euro, label: "Baker", .bench("baker"))
        _ = try await operators.registerPlatform(
            present(PartyName("quay-market")), publicKey: platformKey.privateKey.publicKey, .bench("platform"))
    }

    typealias Wrapping = @Sendable (SQLitePaymentStore) -> any PaymentStore

    static func make(
        inFile: Bool = false, policy: PaymentPolicy = .quick, wrapping: Wrapping = { $0 }
    ) async throws -> PaymentBench {
        let folder = try BenchFolder()
        let store = try inFile ? SQLitePaymentStore(path: folder.file("payments.db")) : .inMemory()
        return try await PaymentBench(folder, store, folder.vault(), wrapping: wrapping, policy)
    }

    // MARK: - Life and death

    /// A server that dies where a commit is cut; `started()` starts the next one.
    static func mortal(inFile: Bool = false, _ scissors: StoreScissors) async throws -> PaymentBench {
        let folder = try BenchFolder()
        let path = folder.file("payments.db")
        let store = try inFile ? SQLitePaymentStore(path: path) : .inMemory()
        return try await PaymentBench(
            folder, store, sharedVault.get(),
            wrapping: { store in
                CuttingPaymentStore(store, scissors) { dead in
                    guard inFile else { return dead }
                    try (dead as? SQLitePaymentStore)?.close()
                    return try SQLitePaymentStore(path: path)
                }
            }, .quick)
    }

    /// One vault for all servers that die: what is in it follows from names, and nothing in it is cut.
    private static let sharedVault = Result { try BenchFolder().vault() }

    /// The server as it was just started, on what the last one had written.
    func started() throws -> PaymentServer {
        try present(store as? CuttingPaymentStore).restart()
        return PaymentServer(name: server.name, store: store, keys: vault, clock: clock, policy: server.policy)
    }

    // MARK: - Payers

    /// A payer with so much money, and the device that speaks for it.
    func payer(_ label: String = "Ada", holding amount: Int64 = 10_000) async throws -> BenchPayer {
        let key = ECPrivateKey.generate(.p256)
        let device = try DeviceKey(point: key.publicKey.uncompressedPoint)
        let opened = try await payers.open(
            label: label, currency: Self.euro, device: device, pin: PaymentPIN(.text("246810")))
        if amount > 0 {
            _ = try await operators.fund(
                opened.account.id, Money(minorUnits: amount, currency: Self.euro), from: bank.id,
                reference: "cash desk",
                .bench("fund \(opened.account.id)"))
        }
        return BenchPayer(
            id: opened.account.id, secret: opened.secret, key: NamedPrivateKey(name: device.name, privateKey: key))
    }

    func balance(_ id: AccountID) async throws -> Int64 {
        try present(await store.ledgerAccount(id)).balance.minorUnits
    }

    // MARK: - Statements

    func claims(
        _ jti: String = "n-1", amount: Int64? = 1_250, payee: AccountID? = nil, currency: Currency = PaymentBench.euro,
        iss: String = "quay-market", aud: String = "harbour-pay", origin: PaymentInstruction.Origin = .tag,
        age: Int64 = 0, lifetime: Int64 = 600
    ) -> PaymentInstruction {
        PaymentInstruction(
            iss: iss, aud: aud, jti: jti, iat: clock.now() - age, exp: clock.now() - age + lifetime, origin: origin,
            reference: "tag-7", merchant: "baker", merchantName: "The Baker", payee: (payee ?? baker.id).rawValue,
            currency: currency, amount: amount, description: "Bread")
    }

    func signed(_ claims: PaymentInstruction) throws -> String { try claims.signed(with: platformKey) }

    /// An order of an instruction that the platform has just signed.
    func order(
        _ payer: BenchPayer, _ jti: String = "n-1", amount: Int64? = 1_250, saying said: Int64? = nil
    ) async throws -> Order {
        try await orders.makeOrder(
            of: signed(claims(jti, amount: amount)),
            amount: said.map { Money(minorUnits: $0, currency: Self.euro) }, by: payer.id, .bench("order \(jti)"))
    }

    func confirmation(
        of order: Order, by payer: BenchPayer, userVerified: Bool = true,
        _ alter: (inout PayerConfirmation) -> Void = { _ in }
    ) throws -> String {
        var confirmation = PayerConfirmation(
            iss: payer.id.rawValue, aud: "harbour-pay", jti: "c-1", iat: clock.now(), exp: clock.now() + 60,
            subject: .order, reference: order.id.rawValue,
            digest: Base64URL.encode(Digest.hash(Array(order.signedInstruction.utf8))), amount: order.amount,
            currency: order.instruction.currency, userVerified: userVerified)
        alter(&confirmation)
        return try confirmation.signed(with: payer.key)
    }
}

/// A payer of the bench, with its device's key.
struct BenchPayer: Sendable {
    let id: AccountID
    let secret: SecretBytes
    var key: NamedPrivateKey
}

/// A folder of its own for one test, removed with the last reference to it.
final class BenchFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "seneschal-payments-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func vault() throws -> PaymentVault {
        let keyFile = file("vault.key")
        return try PaymentVault.open(at: file("payment.vault"), unlock: .keyFile(keyFile), name: "harbour-pay")
    }
}

/// What must be there in a test.
func present<Value>(_ value: Value?, _ what: String = "\(Value.self)") throws -> Value {
    guard let value else { throw Absent(what: what) }
    return value
}

struct Absent: Error { let what: String }

extension PaymentPolicy {
    /// PINs cost next to nothing.
    static let quick = PaymentPolicy(pinCost: Scrypt.Cost(n: 2, r: 1, p: 1))
}

extension SecretBytes {
    static func text(_ text: String) -> SecretBytes { SecretBytes(Array(text.utf8)) }
}

extension RequestKey {
    static func bench(_ key: String) -> RequestKey { RequestKey(scope: "bench", key: key, fields: [key]) }
}
