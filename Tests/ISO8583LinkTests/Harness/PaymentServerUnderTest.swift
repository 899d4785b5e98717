import CardCryptography
import EMV
import Foundation
import ISO4217
import ISO8583Link
import Payments
import Storage
import Synchronization
import Testing

/// A payment server's ledger and its payments with cards, over a file that outlives it.
final class PaymentServerUnderTest: Sendable {
    let store: SQLitePaymentStore
    let desk: IssuerPaymentDesk
    let clock: TurnableClock
    let path: String
    let settlement: AccountID
    let merchant: AccountID

    static let terminal = "quay-till"

    /// Founds it.
    static func founded(leg: any IssuerLeg) async throws -> PaymentServerUnderTest {
        let path = NSTemporaryDirectory() + "payments-" + UUID().uuidString + ".sqlite"
        let (settlement, merchant) = (AccountID.random(SystemRandomSource()), AccountID.random(SystemRandomSource()))
        let server = try PaymentServerUnderTest(path, leg, settlement, merchant, TurnableClock())
        let euro = try euro()
        try await server.store.commit([
            .openAccount(
                LedgerAccount(
                    id: settlement, kind: .issuerSettlement, currency: euro, label: "harbour-bank", createdAt: 0)),
            .openAccount(
                LedgerAccount(id: merchant, kind: .merchant, currency: euro, label: "Quay Books", createdAt: 0)),
            .terminal(Terminal(name: try name(), payee: merchant, registeredAt: 0)),
        ])
        return server
    }

    private init(
        _ path: String, _ leg: any IssuerLeg, _ settlement: AccountID, _ merchant: AccountID, _ clock: TurnableClock
    ) throws {
        self.path = path
        self.settlement = settlement
        self.merchant = merchant
        self.clock = clock
        store = try SQLitePaymentStore(path: path)
        let name = try #require(PartyName("seneschal-pay"))
        let server = PaymentServer(name: name, store: store, keys: TestPaymentKeys(), clock: clock)
        desk = IssuerPaymentDesk(server, leg: leg, settlement: settlement)
    }

    /// As after a restart: what is not in the file is gone.
    func restarted(leg: any IssuerLeg) throws -> PaymentServerUnderTest {
        try store.close()
        return try PaymentServerUnderTest(path, leg, settlement, merchant, clock)
    }

    func discard() throws {
        try store.close()
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    static func euro() throws -> Currency { try #require(Currency("EUR")) }
    static func name() throws -> PartyName { try #require(PartyName(terminal)) }

    func request(
        _ chip: Chip, _ key: String, counter: UInt16, amount: Int64 = 1_250
    ) throws -> IssuerPaymentRequest {
        try IssuerPaymentRequest(
            terminal: Self.name(), key: key, amount: Money(minorUnits: amount, currency: Self.euro()),
            number: chip.number, sequenceNumber: chip.sequenceNumber,
            chipData: chip.data(counter: counter, amount: amount))
    }

    /// What the merchant has, and what is reserved for it.
    func merchantSums() async throws -> (posted: Int64, pending: Int64) {
        let snapshot = try await store.ledgerSnapshot()
        let isBalanced = snapshot.totals.values.allSatisfy(\.isBalanced)
        #expect(isBalanced)
        let account = try #require(snapshot.accounts.first { $0.id == merchant })
        return (account.creditsPosted - account.debitsPosted, account.creditsPending)
    }

    /// Upkeep until nothing is reserved, a hundred times at most.
    func settleAll() async throws {
        for _ in 0..<100 {
            clock.advance(4_000)
            try await desk.settle()
            if try await merchantSums().pending == 0 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// From 2026-11-27, noon.
final class TurnableClock: PaymentClock {
    private let time = Mutex<Int64>(NoonClock.noon)
    func now() -> Int64 { time.withLock { $0 } }
    func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
}

/// Only the tag is asked for here.
struct TestPaymentKeys: PaymentKeys {
    func seal(answer: [UInt8], name: String) throws(PaymentsError) -> [UInt8] { answer }
    func open(answer sealed: [UInt8], name: String) throws(PaymentsError) -> [UInt8] { sealed }
    func sign(_ payload: [UInt8], type: String) throws(PaymentsError) -> String { throw .internal(reason: "no key") }
    func signingKey() throws(PaymentsError) -> (name: String, publicKey: ECPublicKey) {
        throw .internal(reason: "no key")
    }
    func tag(of secret: SecretBytes, purpose: String) throws(PaymentsError) -> SecretBytes {
        SecretBytes(Digest.hash(Array(purpose.utf8) + secret.revealed()))
    }
}
