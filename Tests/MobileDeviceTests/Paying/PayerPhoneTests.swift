import CardCryptography
import ISO4217
import Instructions
import JOSE
import Synchronization
import Testing

@testable import MobileDevice

@Suite("A payer's telephone")
struct PayerPhoneTests {
    private let deviceKey = NamedPrivateKey(name: "device-1", privateKey: .generate(.p256))

    private func phone(_ server: SimulatedPaymentServer, agrees: Bool = true) -> PayerPhone {
        PayerPhone(
            key: PayerKey(account: "acc_1", server: "pay", key: deviceKey), payments: server, platform: server,
            confirmation: Answering(agrees: agrees), clock: AgentClock(elapsed: { .zero }, pause: { _ in }),
            now: { 1_000 })
    }

    private let reading = TagReading(identifier: [4, 1, 2, 3, 4, 5, 6], content: [0xD1, 0x01, 0x00, 0x54])

    @Test("TAG-04 TAG-08 a tag that was read becomes an order, and its payer's word is over what was shown")
    func tag() async throws {
        let server = try SimulatedPaymentServer()
        let pending = try await phone(server).order(of: reading, amount: server.money(450))
        let paid = try await phone(server).pay(pending)
        #expect(paid.state == .paid)
        let word = try #require(server.log.withLock { $0.confirmations.first })
        let confirmation: PayerConfirmation = try StatementReader(audience: "pay", now: 1_000).read(word) { name in
            name == "device-1" ? (name: "acc_1", publicKey: deviceKey.privateKey.publicKey) : nil
        }
        #expect(confirmation.subject == .order && confirmation.reference == pending.order.name)
        #expect(confirmation.amount == 450 && confirmation.userVerified)
        #expect(confirmation.digest == Base64URL.encode(Digest.hash(Array(pending.instruction.utf8))))
        #expect(server.log.withLock { $0.readings } == [reading])
    }

    @Test("XFER-01 without the owner's agreement no operation instruction is sent")
    func noAgreement() async throws {
        let server = try SimulatedPaymentServer()
        let pending = try await phone(server).order(ofObject: "obj_1", quantity: 2)
        await #expect(throws: PayerPhoneError.notConfirmed) { try await phone(server, agrees: false).pay(pending) }
        #expect(server.log.withLock { $0.confirmations.isEmpty })
    }

    @Test("a device that cannot verify its user sends the PIN and does not claim more")
    func pin() async throws {
        let server = try SimulatedPaymentServer()
        let pending = try await phone(server).order(ofObject: "obj_1", quantity: 1)
        _ = try await phone(server).pay(pending, pin: SecretBytes(Array("246810".utf8)))
        let word = try #require(server.log.withLock { $0.confirmations.first })
        let confirmation: PayerConfirmation = try StatementReader(audience: "pay", now: 1_000).read(word) { _ in
            (name: "acc_1", publicKey: deviceKey.privateKey.publicKey)
        }
        #expect(!confirmation.userVerified)
    }

    @Test("XFER-05 a lost answer is asked for again with the same word, and not for ever")
    func lostAnswers() async throws {
        let server = try SimulatedPaymentServer()
        let pending = try await phone(server).order(ofObject: "obj_1", quantity: 1)
        server.log.withLock { $0.answersToLose = 3 }
        #expect(try await phone(server).pay(pending).state == .paid)
        let words = server.log.withLock { $0.confirmations }
        #expect(words.count == 4 && Set(words).count == 1)
        server.log.withLock { $0.answersToLose = 4 }
        await #expect(throws: PayerPhoneError.service(.unsettled(detail: "no answer"))) {
            try await phone(server).pay(pending)
        }
    }
}

/// Says yes or no to everything.
private struct Answering: ConsumerConfirmation {
    let agrees: Bool
    func confirm(_ reason: String) async -> Bool { agrees }
}

/// Platform and payment server in one, which keep what they were told.
private final class SimulatedPaymentServer: PaymentService, MerchantPlatformService {
    struct Log {
        var readings: [TagReading] = []
        var confirmations: [String] = []
        var answersToLose = 0
    }

    let log = Mutex(Log())
    private let currency: Currency

    init() throws { currency = try #require(Currency("EUR")) }

    func money(_ cents: Int64) -> Money { Money(minorUnits: cents, currency: currency) }

    func instruction(for reading: TagReading, nonce: String) async throws(PaymentServiceError) -> String {
        log.withLock { $0.readings.append(reading) }
        return "tag.\(nonce)"
    }

    func instruction(
        forObject object: String, quantity: Int, key: String
    ) async throws(PaymentServiceError) -> String { "\(object).\(quantity)" }

    func makeOrder(
        of instruction: String, amount: Money?, key: String
    ) async throws(PaymentServiceError) -> PaymentOrder { order(amount ?? money(100), .open) }

    func pay(
        _ order: String, confirmation: String, pin: SecretBytes?
    ) async throws(PaymentServiceError) -> PaymentOrder {
        let isLost = log.withLock { log in
            log.confirmations.append(confirmation)
            log.answersToLose -= 1
            return log.answersToLose >= 0
        }
        if isLost { throw .unsettled(detail: "no answer") }
        return self.order(money(450), .paid)
    }

    func order(_ name: String) async throws(PaymentServiceError) -> PaymentOrder { order(money(450), .paid) }

    private func order(_ amount: Money, _ state: PaymentOrder.State) -> PaymentOrder {
        PaymentOrder(
            name: "ord_1", merchantName: "Corner Shop", description: "Tea", amount: amount, state: state,
            expiresAt: 2_000)
    }
}
