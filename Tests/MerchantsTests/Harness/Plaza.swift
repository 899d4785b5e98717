import CardCryptography
import Foundation
import ISO4217
import Instructions
import JOSE
import KeyVault
import Merchants
import NFCForum
import Storage
import Synchronization
import Testing

/// A platform, `plaza`, with the merchant Quay Books, which pays rewards and signs reports, and the payment server `pay`.
struct Plaza {
    let platform: MerchantPlatform
    let store: SQLiteMerchantStore
    /// What the platform works with: the store, until a test takes the power away.
    let power: CutStore
    let vault: MerchantVault
    let clock = SettableClock()
    let ledger = RewardLedger()
    let notifications = Telegrams()
    let merchant: Merchant
    let merchantSecret: String
    let till = NamedPrivateKey(name: "till-key", privateKey: .generate(.p256))
    let server = NamedPrivateKey(name: "pay-key", privateKey: .generate(.p256))

    static let host = "plaza.example"
    /// 2026-11-27.
    static let noon: Int64 = 1_795_780_800
    static let tagID: [UInt8] = [0x04, 0xDE, 0x5F, 0x1E, 0xAC, 0xC0, 0x40]

    init() async throws { try await self.init(store: .inMemory()) }

    init(store: SQLiteMerchantStore, inquiry: (any InstructionInquiry)? = nil) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plaza-\(UUID().uuidString)").path
        vault = try MerchantVault.open(at: folder + "/vault", unlock: .keyFile(folder + "/key"), name: "plaza")
        self.store = store
        power = CutStore(store)
        let profile = try PlatformProfile(
            name: "plaza", tagHost: Self.host, earlierTagHosts: ["old.plaza.example"],
            paymentServer: .init(
                name: "pay",
                keys: [StatementKey(name: server.name, publicKey: server.privateKey.publicKey.pem)]))
        platform = MerchantPlatform(
            profile: profile, store: power, keys: vault, transfers: ledger, inquiry: inquiry,
            notifier: notifications, clock: clock)
        let registered = try await platform.registerMerchant(
            MerchantApplication(
                name: "Quay Books", payee: "acc_quay", rewardAccount: "acc_quay_rewards", currency: "EUR",
                category: "5942",
                key: StatementKey(name: till.name, publicKey: till.privateKey.publicKey.pem)), Self.operator())
        merchant = registered.merchant
        merchantSecret = registered.secret
    }

    static var euro: Currency { get throws { try #require(Currency("EUR")) } }

    static func `operator`(_ key: String = UUID().uuidString) -> PlatformRequester {
        PlatformRequester(.operator(name: "ops"), idempotencyKey: key)
    }

    func asMerchant(_ key: String = UUID().uuidString) -> PlatformRequester {
        PlatformRequester(.merchant(merchant.id), idempotencyKey: key)
    }

    func otherMerchant() async throws -> RegisteredMerchant {
        try await platform.registerMerchant(
            MerchantApplication(name: "Corner Café", payee: "acc_corner", currency: "EUR", category: "5812"),
            Self.operator())
    }

    func user(_ name: String, account: String? = nil) async throws -> PlatformUser {
        try await platform.registerUser(name: name, rewardAccount: account, Self.operator()).user
    }

    static func by(_ user: PlatformUser, _ key: String = UUID().uuidString) -> PlatformRequester {
        PlatformRequester(.user(user.id), idempotencyKey: key)
    }

    /// The claims of an instruction, as the payment server reads it.
    func instruction(_ compact: String) throws -> PaymentInstruction {
        let key = try platform.publicKey()
        return try StatementReader(audience: "pay", now: clock.now()).read(compact) { name in
            name == key.name ? (try? ("plaza", ECPublicKey(pem: key.publicKey))) : nil
        }
    }
}

// MARK: - Tags

extension Plaza {
    func order(
        tagID: [UInt8] = Plaza.tagID, amount: Int64? = nil, kind: PayTag.Kind = .fixedContent, label: String = "Table 4"
    ) throws -> PayTagOrder {
        try PayTagOrder(
            tagID: tagID, merchant: merchant.id, place: PayTag.Place(label: label, terminal: "till-4"), amount: amount,
            kind: kind)
    }

    func tag(amount: Int64? = nil, kind: PayTag.Kind = .fixedContent) async throws -> MadeTag {
        try await platform.makeTag(order(amount: amount, kind: kind), asMerchant())
    }

    func parse(
        _ content: [UInt8], tagID: [UInt8] = Plaza.tagID, nonce: String = "nonce-0123456789"
    ) async throws -> TagReading {
        try await platform.parse(TagPaymentRequest(content: content, tagID: tagID, nonce: nonce))
    }
}

// MARK: - Results

extension Plaza {
    func result(
        of instruction: InstructionID, _ state: PaymentResult.State = .paid, amount: Int64? = 1_250,
        order: String = "order-1", by key: NamedPrivateKey? = nil, _ change: (inout PaymentResult) -> Void = { _ in }
    ) throws -> String {
        var result = PaymentResult(
            iss: "pay", aud: "plaza", jti: UUID().uuidString, iat: clock.now(), exp: clock.now() + 3_600,
            instruction: instruction.rawValue, state: state, order: order, amount: amount, currency: try Self.euro,
            at: clock.now())
        change(&result)
        return try result.signed(with: key ?? server)
    }
}

/// A clock that stands still until it is told.
final class SettableClock: PlatformClock {
    private let time = Mutex<Int64>(Plaza.noon)

    func now() -> Int64 { time.withLock { $0 } }

    func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
}

/// Notifications that arrive, or do not.
final class Telegrams: RewardNotifier {
    private let sent = Mutex<[RewardNotification]>([])
    private let cut = Mutex(false)

    var isCut: Bool {
        get { cut.withLock { $0 } }
        set { cut.withLock { $0 = newValue } }
    }

    func send(_ notification: RewardNotification) async throws(MerchantsError) {
        if isCut { throw .unfinished(reason: "nobody answers") }
        sent.withLock { $0.append(notification) }
    }

    var all: [RewardNotification] { sent.withLock { $0 } }
}

/// The error that a call ends with.
func failure<Value>(_ call: () async throws -> Value) async -> MerchantsError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? MerchantsError
    }
}
