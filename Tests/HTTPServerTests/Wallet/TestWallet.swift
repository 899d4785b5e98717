import CardCryptography
import EMV
import Foundation
import GlobalPlatform
import Hummingbird
import HummingbirdTesting
import ISO7816
import KeyVault
import Logging
import SeneschalAPI
import Storage
import Synchronization
import Testing
import Wallet

@testable import HTTPServer

/// A whole wallet over a store in memory, with one acquirer, an issuer that approves, and two secure elements.
final class TestWallet: Sendable {
    let store: SQLiteWalletStore
    let vault: WalletVault
    let tokens: TokenService
    let server: WalletServer
    let clock = WalletTestClock()
    let log = LogLines()
    let acquirer = "acquirer-secret-0123456789"
    let `operator` = "operator-secret-0123456789"
    private let folder: URL

    /// - Parameter issuerKeys: what the issuer's statements are verified with.
    init(issuerKeys: [String: ECPublicKey] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-wallet-\(UUID().uuidString)")
        store = try SQLiteWalletStore.inMemory()
        vault = try WalletVault.open(
            at: folder.appending(path: "vault").path, unlock: .keyFile(folder.appending(path: "key").path))
        tokens = TokenService(store: store, vault: vault, clock: clock)
        let issuers = IssuerDirectory([
            RegisteredIssuer(
                name: try #require(IssuerName("harbour-bank")), prefixes: ["4761"], connection: ApprovingIssuer(),
                keys: issuerKeys)
        ])
        let accounts = AccountDesk(
            store: store, secureElements: TwoSecureElements(), clock: clock,
            policy: AccountPolicy(passwordCost: Scrypt.Cost(n: 16, r: 8, p: 1)))
        let cards = CardDesk(
            store: store, vault: vault, tokens: tokens, issuers: issuers, elements: TwoSecureElements(), clock: clock,
            policy: CardDeskPolicy(walletName: "lantern"))
        let key = ECPrivateKey.generate(.p256).publicKey
        let (log, name) = (log, try #require(AcquirerName("quay-acquiring")))
        server = WalletServer(
            accounts: accounts, cards: cards,
            payments: PaymentDesk(tokens: tokens, issuers: issuers, walletName: "test-wallet"), store: store,
            keys: WalletPublicKeys(
                walletName: "test-wallet", signing: ("s", key), encryption: ("e", key),
                open: { _, _ throws(WalletVaultError) in throw .notOpened }, isWell: { true }),
            acquirers: AcquirerCredentials([Digest.hash(Array(acquirer.utf8)): name]),
            operators: WalletOperatorCredentials([Digest.hash(Array(`operator`.utf8)): "night-watch"]),
            logger: Logger(label: "test") { JSONLinesLogHandler(label: $0, logLevel: .info, write: log.append) })
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func test(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await server.application(at: ServerAddress(host: "127.0.0.1", port: 0)).test(.router, body)
    }

    static let password = "correct horse battery staple"
    static let account: JSONValue = ["loginName": "ada", "displayName": "Ada", "password": .init(password)]
    static let login: JSONValue = [
        "loginName": "ada", "password": .init(password), "deviceName": "Ada's phone",
        "secureElement": "45434E0000000001", "subscriber": "491700000001",
    ]

    /// Somebody who is logged in.
    func user(at client: any TestClientProtocol) async throws -> JSONValue {
        let opened = try await client.post("/wallet/v1/accounts", Self.account, as: nil)
        #expect(opened.status == 200, "\(opened.json.text)")
        return try await client.post("/wallet/v1/sessions", Self.login, as: nil).json
    }

    /// A card on the device of a session, with a token for NFC.
    func token(
        for session: JSONValue, issuerCardReference: String = "c-1"
    ) async throws -> (Token, Credential) {
        let user = try #require(UserID(rawValue: session["userId"]?.string ?? ""))
        let device = try #require(DeviceID(rawValue: session["device"]?["deviceId"]?.string ?? ""))
        let (number, reference, now) = (
            try PrimaryAccountNumber("4761739001010010"), CardReference.random(SystemRandomSource()), clock.now()
        )
        let card = Card(
            reference: reference, user: user, issuer: try #require(IssuerName("harbour-bank")),
            issuerCardReference: issuerCardReference, sealedNumber: try await vault.seal(number, of: reference),
            lookupTag: try await vault.lookupTag(of: number), issuerIdentification: "47617390", lastFour: "0010",
            expiry: try #require(CardExpiry(year: 35, month: 12)), type: .first, label: "HARBOUR",
            accountReference: try await vault.accountReference(of: number), createdAt: now, updatedAt: now)
        var credential = Credential(
            id: .random(SystemRandomSource()), card: reference, user: user, device: device,
            secureElement: try #require(SecureElementName("45434E0000000001")), mode: .universalData, type: .first,
            record: .random(SystemRandomSource()), state: .active, createdAt: now, updatedAt: now)
        let token = try await tokens.tokens(for: [.nfc], credential: credential, card: card)[0].activated(at: now)
        credential.tokens[.nfc] = token.reference
        try await store.commit([.card(card), .credential(credential), .token(token)])
        return (token, credential)
    }

    /// What an acquirer sends of a payment with the token.
    func payment(
        _ token: Token, _ credential: Credential, transaction: String = "t-1", counter: UInt8 = 1
    ) async throws -> JSONValue {
        let objects: [BERTag: [UInt8]] = [
            .amountAuthorized: [0, 0, 0, 0, 0x12, 0x50], .amountOther: [0, 0, 0, 0, 0, 0],
            .terminalCountryCode: [0x02, 0x76], .terminalVerificationResults: [0, 0, 0, 0, 0],
            .transactionCurrencyCode: [0x09, 0x78], .transactionDate: [0x26, 0x11, 0x27], .transactionType: [0x00],
            .unpredictableNumber: [1, 2, 3, 4], .applicationInterchangeProfile: [0x20, 0x00],
            .applicationTransactionCounter: [0, counter],
            .issuerApplicationData: [0x06, 0x01, 0x12, 0x03, 0xA0, 0x00, 0x00],
        ]
        let instance = try await vault.instanceKey(on: credential.secureElement, type: .first).revealed()
        let share = try await vault.keyShare(of: credential.id).revealed()
        let key = CardKeys.optionA(
            master: try TripleDESKey(zip(instance, share).map { $0 ^ $1 }), number: token.number.accountNumber,
            sequenceNumber: token.sequenceNumber)
        let cryptogram = ApplicationCryptogram.compute(try CryptogramInput(objects), cardKey: key)
        let data = objects.flatMap { BERTLV($0.key, $0.value).bytes }
        return [
            "transaction": .init(transaction), "function": "nfc", "number": .init(token.number.digits),
            "expiry": .init(token.expiry.description), "sequenceNumber": 1, "amount": 1_250, "currency": 978,
            "merchant": "Quay Books", "cryptogram": .init(cryptogram.hex), "dataObjects": .init(data.hex),
        ]
    }
}

/// A clock that is set by hand.
final class WalletTestClock: WalletClock {
    private let time = Atomic<Int64>(1_795_780_800)

    func now() -> Int64 { time.load(ordering: .relaxed) }

    func advance(_ seconds: Int64) { time.add(seconds, ordering: .relaxed) }
}

private struct ApprovingIssuer: IssuerConnection {
    func authorize(
        _ request: IssuerAuthorizationRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerAuthorizationAnswer { .approved(code: "A10001") }

    func reverse(
        transaction: String, begunAt: Int64, key: String
    ) async throws(IssuerConnectionError) -> IssuerReversalAnswer {
        .reversed
    }

    func verify(
        _ request: RealNameVerification, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer { .refused }

    func confirm(
        verification: String, oneTimePassword: String, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer { .refused }

    func bind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) -> IssuerBinding {
        throw .refused(code: "notHere", detail: "")
    }

    func unbind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) {}
}

private struct TwoSecureElements: SecureElementManagement {
    func secureElement(of subscriber: String) async throws(SecureElementManagementError) -> SecureElementName {
        let known = ["491700000001": "45434E0000000001", "491700000002": "45434E0000000002"]
        guard let name = known[subscriber].flatMap({ SecureElementName($0) }) else { throw .noSecureElement }
        return name
    }

    func provision(
        _ application: WalletApplication, for subscriber: String, data: [DataGrouping]
    ) async throws(SecureElementManagementError) -> AID { throw .unreachable(detail: "a test") }

    func store(
        _ data: [DataGrouping], in application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) { throw .unreachable(detail: "a test") }

    func records(
        _ records: [RecordName], of application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) -> [ResponseAPDU] { throw .unreachable(detail: "a test") }

    func setLocked(
        _ isLocked: Bool, _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) { throw .unreachable(detail: "a test") }

    func delete(
        _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) { throw .unreachable(detail: "a test") }
}
