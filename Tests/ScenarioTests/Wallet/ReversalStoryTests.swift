import Assembly
import CardCryptography
import EMV
import Issuing
import MobileDevice
import SeneschalAPI
import SeneschalClient
import Synchronization
import Terminal
import Testing
import Wallet

/// A bank that takes the money, and whose answer is lost on the way to the wallet.
@Suite("A payment whose approval is lost is reversed at the bank, over HTTP", .serialized)
struct ReversalStoryTests {
    @Test("the bank's balance is restored exactly once, however often and whoever asks")
    func lostApproval() async throws {
        try await WalletTown.tell { town in
            let session = try await town.logIn(town.old)
            try await town.old.service.prepareSecureElement(in: session)
            let number = try await town.issueCard()
            guard case .bound = try await town.old.wallet.bindNewCard(WalletTown.verification(number), in: session)
            else { throw WalletPhoneError.noSuchCard }
            let bank = try #require(town.neighbourhood[WalletTown.harbour])
            let card = try #require(try await town.old.wallet.cards(in: session).first)
            let reference = try #require(CardAccountReference(rawValue: card.issuerCardReference))
            func balance() async throws -> Int64? { try await bank.house.desk.card(reference)?.funds.balance }
            let before = try #require(try await balance())

            let request = try Self.request(try await town.tap(town.old), "sale-1")
            let (road, transport) = try await LossyRoad.made(to: bank)
            let now = Self.desk(town, road, secondsLater: 0)
            await #expect(throws: WalletError.self) { _ = try await now.authorize(request) }
            #expect(try await balance() == before - request.amount)
            // The bank's answers are lost for two minutes; the acquirer is told that nobody answered.
            let later = Self.desk(town, road, secondsLater: 200)
            #expect(try await later.authorize(request) == .declined(actionCode: "91"))
            #expect(try await balance() == before)
            // The reversal was done and its answer was lost as well; it is asked for until it is heard.
            #expect(try await later.settleAll() == 0)
            road.isLossy.withLock { $0 = false }
            #expect(try await later.settleAll() == 1)
            #expect(try await later.settleAll() == 0)
            let acquirer = try #require(AcquirerName("corner-shop"))
            #expect(try await later.reverse("sale-1", of: acquirer) == .reversed)
            #expect(try await later.authorize(request) == .declined(actionCode: "91"))
            #expect(try await balance() == before)

            // A payment that is heard stands.
            let second = try Self.request(try await town.tap(town.old), "sale-2")
            guard case .approved = try await now.authorize(second) else { throw WalletPhoneError.noSuchCard }
            #expect(try await later.settleAll() == 0)
            #expect(try await balance() == before - second.amount)
            await transport.close()
        }
    }

    private static func desk(_ town: WalletTown, _ road: LossyRoad, secondsLater: Int64) -> PaymentDesk {
        let wallet = town.neighbourhood.wallet
        let issuers = IssuerDirectory([
            RegisteredIssuer(
                name: IssuerName(WalletTown.harbour)!, prefixes: ["47617390"], connection: road,  // a well-formed name
                keys: [:])
        ])
        return PaymentDesk(
            tokens: TokenService(
                store: wallet.store, vault: wallet.vault, clock: LaterClock(seconds: secondsLater)),
            issuers: issuers, walletName: "seneschal-wallet")
    }

    private static func request(_ data: AuthorizationData, _ transaction: String) throws -> PaymentRequest {
        PaymentRequest(
            acquirer: try #require(AcquirerName("corner-shop")), transaction: transaction, function: .nfc,
            token: try #require(TokenNumber(data.number.revealed())), sequenceNumber: data.sequenceNumber,
            expiry: data.expiry, amount: Int64(data.transaction.amount), currency: Int(data.transaction.currency),
            merchant: "Corner Shop", cryptogram: data.cryptogram, objects: data.objects)
    }
}

private struct LaterClock: WalletClock {
    let seconds: Int64

    func now() -> Int64 { SystemClock().now() + seconds }
}

/// The real way to a bank, on which answers about money are lost while it is lossy: what is asked is done.
private final class LossyRoad: IssuerConnection {
    let isLossy = Mutex(true)
    private let inner: HTTPIssuerConnection

    init(_ inner: HTTPIssuerConnection) { self.inner = inner }

    static func made(to bank: WalletNeighbourhood.Bank) async throws -> (LossyRoad, HTTPTransport) {
        let renewed = try await bank.house.desk.renewCredential(
            ofWallet: "seneschal-wallet", IssuerRequester(.operator(name: "test"), idempotencyKey: "renewed"))
        let transport = try HTTPTransport(server: bank.server.address)
        let client = SeneschalClient(transport, credential: AccessCredential(secret: renewed.secret))
        return (LossyRoad(try HTTPIssuerConnection(client, try await client.issuerKey())), transport)
    }

    private func heard<Answer>(_ answer: Answer) throws(IssuerConnectionError) -> Answer {
        guard !isLossy.withLock({ $0 }) else { throw .unsettled(detail: "the answer was lost") }
        return answer
    }

    func authorize(
        _ request: IssuerAuthorizationRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerAuthorizationAnswer {
        try heard(try await inner.authorize(request, key: key))
    }

    func reverse(
        transaction: String, begunAt: Int64, key: String
    ) async throws(IssuerConnectionError) -> IssuerReversalAnswer {
        try heard(try await inner.reverse(transaction: transaction, begunAt: begunAt, key: key))
    }

    func verify(
        _ request: RealNameVerification, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer { try await inner.verify(request, key: key) }

    func confirm(
        verification: String, oneTimePassword: String, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer {
        try await inner.confirm(verification: verification, oneTimePassword: oneTimePassword, key: key)
    }

    func bind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) -> IssuerBinding {
        try await inner.bind(request, key: key)
    }

    func unbind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) {
        try await inner.unbind(request, key: key)
    }
}
