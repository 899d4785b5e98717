import CardCryptography
import CardTesting
import EMV
import Foundation
import GlobalPlatform
import ISO7816
import KeyVault
import Storage
import Synchronization

@testable import Wallet

/// A wallet on a bench: a store in memory, a vault in a folder of its own, a clock that stands still, an issuer that says
/// what it is told to.
final class WalletBench: Sendable {
    let store: any WalletStore
    let vault: any WalletKeys
    let walletVault: WalletVault
    let clock = BenchClock()
    let random = SeededRandomSource(seed: 4)
    let issuer = BenchIssuer()
    let elements = BenchSecureElements()
    private let folder: String

    init(path: String? = nil) throws {
        folder = NSTemporaryDirectory() + "seneschal-wallet-" + UUID().uuidString
        store = try path.map { try SQLiteWalletStore(path: $0) } ?? SQLiteWalletStore.inMemory()
        walletVault = try WalletVault.open(at: folder + "/wallet.vault", unlock: .keyFile(folder + "/wallet.key"))
        vault = walletVault
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// So cheap that tests do not wait for it.
    static let policy = AccountPolicy(passwordCost: Scrypt.Cost(n: 16, r: 8, p: 1))

    func accounts(_ policy: AccountPolicy = policy) -> AccountDesk {
        AccountDesk(store: store, secureElements: elements, clock: clock, random: random, policy: policy)
    }

    func tokens(_ policy: TokenPolicy = .standard) -> TokenService {
        TokenService(store: store, vault: vault, clock: clock, random: random, policy: policy)
    }

    func payments() -> PaymentDesk {
        PaymentDesk(
            tokens: tokens(),
            issuers: IssuerDirectory([
                RegisteredIssuer(name: Self.issuerName, prefixes: ["4761"], connection: issuer, keys: [:])
            ]), walletName: "test-wallet")
    }

    /// No card of this bench is to leave a secure element.
    func upkeep() -> WalletUpkeep {
        let payments = payments()
        let cards = CardDesk(
            store: store, vault: walletVault, tokens: payments.tokens, issuers: payments.issuers,
            elements: SimulatedElements(Scissors(nil, .before), capacity: 0), clock: clock)
        return WalletUpkeep(payments: payments, cards: cards, vault: vault)
    }

    static let issuerName = IssuerName("harbour-bank")!  // a well-formed name

    // MARK: - Records

    /// An account with a device, in the store.
    func user(
        _ login: String = "ada", secureElement: String = "45434E0000000001"
    ) async throws -> (Account, Device) {
        let name = try present(LoginName(login))
        let account = Account(
            id: .random(random), login: name, displayName: login,
            password: try PasswordDigest(
                of: SecretBytes(Array("correct horse".utf8)), cost: Self.policy.passwordCost, random: random),
            createdAt: clock.now())
        let device = Device(
            id: .random(random), user: account.id, name: "phone of \(login)",
            secureElement: try present(SecureElementName(secureElement)), subscriber: "4912345678",
            createdAt: clock.now(), lastLoginAt: clock.now())
        try await store.commit([.account(account), .device(device)])
        return (account.committed, device.committed)
    }

    /// A card of the user, in the store.
    func card(
        of user: UserID, number text: String = "4761739001010010", type: UniversalCardType = .first
    ) async throws -> Card {
        let number = try PrimaryAccountNumber(text)
        let reference = CardReference.random(random)
        let card = Card(
            reference: reference, user: user, issuer: Self.issuerName, issuerCardReference: "issuer-card-1",
            sealedNumber: try await vault.seal(number, of: reference),
            lookupTag: try await vault.lookupTag(of: number), issuerIdentification: number.issuerIdentification,
            lastFour: number.lastFour, expiry: try present(CardExpiry(year: 29, month: 12)), type: type,
            label: "HARBOUR DEBIT", accountReference: try await vault.accountReference(of: number),
            createdAt: clock.now(), updatedAt: clock.now())
        try await store.commit([.card(card)])
        return card.committed
    }

    /// The card on the device, in use, with a token for each function.
    func credential(
        of card: Card, on device: Device, mode: Credential.Mode = .universalData,
        functions: Set<PaymentFunction> = Set(PaymentFunction.allCases)
    ) async throws -> (Credential, [PaymentFunction: Token]) {
        var credential = Credential(
            id: .random(random), card: card.reference, user: card.user, device: device.id,
            secureElement: device.secureElement, mode: mode, type: card.type, record: .random(random), state: .active,
            createdAt: clock.now(), updatedAt: clock.now())
        let tokens = try await tokens().tokens(for: functions, credential: credential, card: card)
            .map { try $0.activated(at: clock.now()) }
        for token in tokens { credential.tokens[token.function] = token.reference }
        try await store.commit([.credential(credential)] + tokens.map { .token($0) })
        return (
            credential.committed, Dictionary(uniqueKeysWithValues: tokens.map { ($0.function, $0.committed) })
        )
    }
}

struct Missing: Error {}

/// The value, or an error.
func present<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}

/// A clock that is set by hand: 27 November 2026, 12:00:00 UTC.
final class BenchClock: WalletClock {
    static let start: Int64 = 1_795_780_800

    private let time = Atomic<Int64>(start)

    func now() -> Int64 { time.load(ordering: .relaxed) }

    func advance(_ seconds: Int64) { time.add(seconds, ordering: .relaxed) }
}

/// An issuer that approves, unless it is told otherwise, and remembers what it was asked.
final class BenchIssuer: IssuerConnection {
    enum Mood: Sendable {
        case approving, declining(String), silent, refusing
        /// It takes the money, and its answer is lost.
        case approvingUnheard
    }

    private struct State {
        var mood = Mood.approving
        var asked: [(request: IssuerAuthorizationRequest, key: String)] = []
        /// What is taken and not given back, by transaction.
        var taken: [String: Int64] = [:]
        var reversed: Set<String> = []
        var reversals: [String] = []
    }

    private let state = Mutex(State())

    var mood: Mood {
        get { state.withLock { $0.mood } }
        set { state.withLock { $0.mood = newValue } }
    }

    var asked: [(request: IssuerAuthorizationRequest, key: String)] { state.withLock { $0.asked } }

    func authorize(
        _ request: IssuerAuthorizationRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerAuthorizationAnswer {
        let mood = state.withLock { state in
            state.asked.append((request, key))
            switch state.mood {
            case .approving,
                .approvingUnheard where !state.reversed.contains(request.transaction):
                state.taken[request.transaction] = request.amount
            default: break
            }
            return state.reversed.contains(request.transaction) ? .declining("05") : state.mood
        }
        switch mood {
        case .approvingUnheard: throw .unsettled(detail: "no answer")
        case .approving: return .approved(code: "A\(10_000 + asked.count)")
        case .declining(let code): return .declined(actionCode: code)
        case .silent: throw .unsettled(detail: "no answer")
        case .refusing: throw .refused(code: "unknown_card", detail: "no such card")
        }
    }

    /// What it has taken from the account and not given back.
    var taken: Int64 { state.withLock { $0.taken.values.reduce(0, +) } }
    /// The transactions that it was asked to reverse, in order.
    var reversals: [String] { state.withLock { $0.reversals } }

    func reverse(
        transaction: String, begunAt: Int64, key: String
    ) async throws(IssuerConnectionError) -> IssuerReversalAnswer {
        let answer: IssuerReversalAnswer? = state.withLock { state in
            if case .silent = state.mood { return nil }
            state.reversals.append(transaction)
            let isKnown = state.taken.removeValue(forKey: transaction) != nil
            let isFirst = state.reversed.insert(transaction).inserted
            if case .approvingUnheard = state.mood { return nil }
            return isKnown || !isFirst ? .reversed : .notSeen
        }
        guard let answer else { throw .unsettled(detail: "no answer") }
        return answer
    }

    func verify(
        _ request: RealNameVerification, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer { .refused }

    func confirm(
        verification: String, oneTimePassword: String, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer { .refused }

    func bind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) -> IssuerBinding {
        throw .refused(code: "not_here", detail: "")
    }

    func unbind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) {}
}

/// Secure elements by the numbers of their subscribers.
final class BenchSecureElements: SecureElementManagement {
    private let known = Mutex<[String: String]>([
        "4912345678": "45434E0000000001", "4912345679": "45434E0000000002",
    ])

    subscript(subscriber: String) -> String? {
        get { known.withLock { $0[subscriber] } }
        set { known.withLock { $0[subscriber] = newValue } }
    }

    func secureElement(of subscriber: String) async throws(SecureElementManagementError) -> SecureElementName {
        guard let name = self[subscriber].flatMap({ SecureElementName($0) }) else { throw .noSecureElement }
        return name
    }

    func provision(
        _ application: WalletApplication, for subscriber: String, data: [DataGrouping]
    ) async throws(SecureElementManagementError) -> AID { throw .unreachable(detail: "a bench") }

    func store(
        _ data: [DataGrouping], in application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) { throw .unreachable(detail: "a bench") }

    func records(
        _ records: [RecordName], of application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) -> [ResponseAPDU] { throw .unreachable(detail: "a bench") }

    func setLocked(
        _ isLocked: Bool, _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) { throw .unreachable(detail: "a bench") }

    func delete(
        _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) { throw .unreachable(detail: "a bench") }
}
