import CardCryptography
import CardTesting
import EMV
import Foundation
import ISO7816
import Issuing
import JOSE
import KeyVault
import Storage
import Synchronization

/// An issuer, `harbour-bank`, with one cardholder, Ada Byron, and the wallet `lantern` registered.
struct Harbour {
    let issuer: CardIssuer
    let desk: IssuerDesk
    let store: SQLiteIssuerStore
    /// What the issuer works with: the store, until a test takes the power away.
    let power: CutStore
    let vault: IssuerVault
    let messages = SimulatedTextMessages()
    let clock = SettableClock()
    let ada: CardholderID
    let lantern = NamedPrivateKey(name: "lantern-key", privateKey: .generate(.p256))

    static let bin = "47617390"
    /// 2026-11-27.
    static let noon: Int64 = 1_795_780_800
    static let user = "usr_ada"
    static let secureElement = "45434E0000000001"

    init(policy: RiskPolicy = .standard, sender: (any OneTimePasswordSender)? = nil, seed: UInt64 = 1) async throws {
        let store = try SQLiteIssuerStore.inMemory()
        try await self.init(policy: policy, sender: sender, store: store, seed: seed)
    }

    init(
        policy: RiskPolicy, sender: (any OneTimePasswordSender)?, store: SQLiteIssuerStore, seed: UInt64
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("issuing-\(UUID().uuidString)").path
        vault = try IssuerVault.open(
            at: folder + "/vault", unlock: .keyFile(folder + "/key"), name: "harbour-bank")
        self.store = store
        power = CutStore(store)
        issuer = CardIssuer(
            profile: try IssuerProfile(name: "harbour-bank", issuerIdentifications: [Self.bin]), policy: policy,
            store: power, keys: vault, sender: sender ?? messages, clock: clock,
            random: SeededRandomSource(seed: seed))
        desk = IssuerDesk(issuer)
        ada = try await desk.registerCardholder(Self.details, Self.operator("holder")).id
        _ = try await desk.registerWallet(
            name: "lantern",
            key: try WalletKey(name: lantern.name, publicKey: lantern.privateKey.publicKey.pem),
            Self.operator("wallet"))
    }

    static var details: CardholderDetails {
        get throws {
            try CardholderDetails(
                name: "Ada Byron", identityNumber: "110101-1815", telephoneNumber: "+44 20 7946 0018")
        }
    }

    static func `operator`(_ key: String) -> IssuerRequester {
        IssuerRequester(.operator(name: "ops"), idempotencyKey: key)
    }

    static func wallet(_ key: String = UUID().uuidString) -> IssuerRequester {
        IssuerRequester(.wallet(name: "lantern"), idempotencyKey: key)
    }

    /// A card of Ada's: 100.00 on it.
    func card(
        _ enrollment: CardAccount.Enrollment = .direct, type: CardAccount.CardType = .debit, balance: Int64 = 10_000,
        creditLimit: Int64 = 0, expiry: CardExpiry? = nil
    ) async throws -> IssuedCard {
        try await desk.issueCard(
            CardOrder(
                cardholder: ada, type: type, label: "HARBOUR", enrollment: enrollment, balance: balance,
                creditLimit: creditLimit, expiry: expiry), Self.operator(UUID().uuidString))
    }

    /// Everything right.
    func request(_ card: IssuedCard, user: String = Harbour.user) throws -> VerificationRequest {
        VerificationRequest(
            number: try PrimaryAccountNumber(card.number), expiry: card.card.expiry, cardholderName: "Ada Byron",
            identityNumber: "110101-1815", telephoneNumber: "+44 20 7946 0018", user: user)
    }

    func verify(_ request: VerificationRequest) async throws -> VerificationAnswer {
        try await issuer.verify(request, Self.wallet())
    }

    /// A card that is bound to the user and the secure element.
    func boundCard(balance: Int64 = 10_000) async throws -> IssuedCard {
        let card = try await card(balance: balance)
        _ = try await verify(request(card))
        _ = try await issuer.bind(try bindingRequest(card), Self.wallet())
        return card
    }

    func balance(_ card: IssuedCard) async throws -> Int64? {
        try await desk.card(card.card.reference)?.funds.balance
    }
}

// MARK: - Statements

extension Harbour {
    func binding(_ card: IssuedCard, _ change: (inout BindingAssertionClaims) -> Void = { _ in }) throws -> String {
        var claims = BindingAssertionClaims(
            iss: "lantern", aud: "harbour-bank", sub: Self.user, card: card.card.reference.rawValue,
            secureElement: Self.secureElement, iat: clock.now(), exp: clock.now() + 300, jti: UUID().uuidString)
        change(&claims)
        return try sign(claims, type: BindingAssertionClaims.type)
    }

    func bindingRequest(
        _ card: IssuedCard, _ change: (inout BindingAssertionClaims) -> Void = { _ in }
    ) throws -> BindingRequest {
        BindingRequest(
            card: card.card.reference, user: Self.user, secureElement: Self.secureElement,
            assertion: try binding(card, change))
    }

    /// A request, and an assertion of the same fields, unless the assertion is changed.
    func payment(
        _ card: IssuedCard, _ transaction: String = "t-1", counter: Int = 1, amount: Int64 = 1_250,
        currency: Int = 978, secureElement: String = Harbour.secureElement, token: String = "tok_1",
        assertion change: (inout AuthorizationAssertionClaims) -> Void = { _ in }
    ) throws -> TokenAuthorizationRequest {
        var claims = AuthorizationAssertionClaims(
            iss: "lantern", aud: "harbour-bank", transaction: transaction, card: card.card.reference.rawValue,
            secureElement: secureElement, function: "nfc", token: token, transactionCounter: counter, amount: amount,
            currency: currency, merchant: "Quay Books", iat: clock.now(), exp: clock.now() + 120)
        change(&claims)
        return try TokenAuthorizationRequest(
            transaction: transaction, card: card.card.reference, secureElement: secureElement, function: .nfc,
            token: token, transactionCounter: counter, amount: amount, currency: currency, merchant: "Quay Books",
            assertion: try sign(claims, type: AuthorizationAssertionClaims.type))
    }

    func sign(_ claims: some Encodable, type: String, by key: NamedPrivateKey? = nil) throws -> String {
        try JSONWebSignature.sign(Array(JSONEncoder().encode(claims)), type: type, key: key ?? lantern)
    }
}

/// A clock that stands still until it is told.
final class SettableClock: IssuerClock {
    private let time = Mutex<Int64>(Harbour.noon)

    func now() -> Int64 { time.withLock { $0 } }

    func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
}

/// The error that a call ends with.
func failure<Value>(_ call: () async throws -> Value) async -> IssuingError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? IssuingError
    }
}
