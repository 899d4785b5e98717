import CardCryptography
import Instructions
import JOSE
import KeyVault
import Synchronization
import Testing

@testable import Payments

/// A platform that takes what it is sent, unless it is told to be away or to refuse.
private final class BenchDelivery: PlatformDelivery {
    private let arrived = Mutex<[(String, PartyName)]>([])
    private let failures = Mutex<[String: DeliveryError]>([:])
    private let tries = Mutex<[String: Int]>([:])

    var statements: [String] { arrived.withLock { $0.map(\.0) } }

    func attempts(_ platform: String) -> Int { tries.withLock { $0[platform, default: 0] } }

    func fail(_ platform: String, _ error: DeliveryError?) { failures.withLock { $0[platform] = error } }

    func deliver(_ statement: String, to platform: PartyName) async throws(DeliveryError) {
        tries.withLock { $0[platform.value, default: 0] += 1 }
        if let error = failures.withLock({ $0[platform.value] }) { throw error }
        arrived.withLock { $0.append((statement, platform)) }
    }
}

@Suite("What platforms are told")
struct OutboxTests {
    private func world() async throws -> (PaymentBench, BenchPayer, OutboxPump, BenchDelivery) {
        let bench = try await PaymentBench.make()
        let delivery = BenchDelivery()
        return (bench, try await bench.payer(), OutboxPump(bench.server, delivery: delivery), delivery)
    }

    private func pay(_ bench: PaymentBench, _ ada: BenchPayer, _ jti: String = "n-1") async throws -> Order {
        let order = try await bench.order(ada, jti)
        return try await bench.orders.pay(
            order.id, by: ada.id, confirmation: bench.confirmation(of: order, by: ada), pin: nil)
    }

    private func result(_ statement: String, _ bench: PaymentBench) throws -> PaymentResult {
        let (name, key) = try bench.vault.signingKey()
        return try StatementReader(audience: "quay-market", now: bench.clock.now()).read(statement) { keyName in
            keyName == name ? ("harbour-pay", key) : nil
        }
    }

    @Test("a platform that asks is told what became of its instruction, signed anew, and nobody else's")
    func standing() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let platform = try present(PartyName("quay-market"))
        func standing(_ instruction: String, _ platform: PartyName) async throws -> InstructionStanding {
            try await bench.orders.standing(ofInstruction: instruction, for: platform)
        }
        #expect(try await standing("n-1", platform) == .unknown)
        let order = try await bench.order(ada)
        #expect(try await standing("n-1", platform) == .open)
        _ = try await bench.orders.pay(
            order.id, by: ada.id, confirmation: bench.confirmation(of: order, by: ada), pin: nil)
        let paidAt = bench.clock.now()
        bench.clock.advance(86_400)
        guard case .settled(let statement) = try await standing("n-1", platform) else {
            Issue.record("not settled")
            return
        }
        let paid = try result(statement, bench)
        #expect(paid.instruction == "n-1" && paid.order == order.id.rawValue && paid.state == .paid)
        #expect(paid.amount == 1_250 && paid.at == paidAt)
        #expect(try await standing("n-1", try present(PartyName("other-market"))) == .unknown)
        // One whose time has passed, whether or not upkeep has written it down.
        let late = try await bench.order(ada, "n-2")
        bench.clock.advance(late.instruction.exp - bench.clock.now() + 1)
        guard case .settled(let expired) = try await standing("n-2", platform) else {
            Issue.record("not settled")
            return
        }
        #expect(try result(expired, bench).state == .expired)
    }

    @Test("XFER-07 the result of a payment is told to the platform, signed, once it has happened, and only once")
    func result() async throws {
        let (bench, ada, pump, delivery) = try await world()
        let order = try await bench.order(ada)
        #expect(try await pump.deliverDue() == 0)
        _ = try await bench.orders.pay(
            order.id, by: ada.id, confirmation: bench.confirmation(of: order, by: ada), pin: nil)
        #expect(try await pump.deliverDue() == 1)
        #expect(try await pump.deliverDue() == 0)
        let result = try result(present(delivery.statements.first), bench)
        #expect(result.instruction == "n-1" && result.order == order.id.rawValue && result.state == .paid)
        #expect(result.amount == 1_250 && result.at == bench.clock.now() && result.jti == "result-1")
        #expect(delivery.statements.count == 1)
        // XFER-04: nothing of the payer's is in it.
        #expect(!delivery.statements[0].contains(ada.id.rawValue))
    }

    @Test("XFER-07 a declined, a cancelled and an expired order are told as what they are")
    func endings() async throws {
        let (bench, ada, pump, delivery) = try await world()
        _ = try await bench.orders.decline(bench.order(ada, "a").id, by: ada.id, .bench("no"))
        _ = try await bench.order(ada, "b")
        _ = try await bench.orders.cancel(instruction: "b", by: present(PartyName("quay-market")), .bench("back"))
        _ = try await bench.order(ada, "c")
        bench.clock.advance(600)
        _ = try await bench.orders.expireOverdue()
        #expect(try await pump.deliverDue() == 3)
        let states = try delivery.statements.map { try result($0, bench) }
        #expect(states.map(\.instruction) == ["a", "b", "c"])
        #expect(states.map(\.state) == [.declined, .declined, .expired])
    }

    @Test("a platform that is away is tried again with growing pauses, signed anew, and gets it when it is back")
    func retries() async throws {
        let (bench, ada, pump, delivery) = try await world()
        _ = try await pay(bench, ada)
        delivery.fail("quay-market", .unreachable("no route"))
        var pauses: [Int64] = []
        for _ in 0..<4 {
            #expect(try await pump.deliverDue() == 0)
            let next = try present(
                await bench.store.dueOutboxLines(at: .max, limit: 1).first?.nextAttemptAt)
            pauses.append(next - bench.clock.now())
            bench.clock.advance(next - bench.clock.now() - 1)
            #expect(try await bench.store.dueOutboxLines(at: bench.clock.now(), limit: 1).isEmpty)
            bench.clock.advance(1)
        }
        #expect(pauses == [2, 4, 8, 16])
        #expect(OutboxPump.pauseSeconds(afterAttempts: 50) == 3_600)
        delivery.fail("quay-market", nil)
        bench.clock.advance(86_400)
        #expect(try await pump.deliverDue() == 1)
        #expect(try result(present(delivery.statements.first), bench).state == .paid)
    }

    @Test("what a platform refuses, or does not take in a week, is given up and kept for the operator")
    func givingUp() async throws {
        let (bench, ada, pump, delivery) = try await world()
        _ = try await pay(bench, ada, "a")
        delivery.fail("quay-market", .refused("422"))
        #expect(try await pump.deliverDue() == 0)
        #expect(try await bench.store.abandonedOutboxLines(limit: 5).count == 1)
        _ = try await pay(bench, ada, "b")
        delivery.fail("quay-market", .unreachable("away"))
        bench.clock.advance(7 * 86_400)
        #expect(try await pump.deliverDue() == 0)
        #expect(try await bench.store.abandonedOutboxLines(limit: 5).count == 2)
        #expect(try await bench.store.dueOutboxLines(at: .max, limit: 5).isEmpty)
    }

    @Test("a platform that is away holds up nobody else's lines")
    func neighbours() async throws {
        let (bench, ada, pump, delivery) = try await world()
        let other = NamedPrivateKey(name: "other-market", privateKey: .generate(.p256))
        _ = try await bench.operators.registerPlatform(
            present(PartyName("other-market")), publicKey: other.privateKey.publicKey, .bench("other"))
        for jti in ["a", "b"] { _ = try await pay(bench, ada, jti) }
        let claims = bench.claims("a", iss: "other-market")
        let order = try await bench.orders.makeOrder(
            of: claims.signed(with: other), amount: nil, by: ada.id, .bench("theirs"))
        _ = try await bench.orders.pay(
            order.id, by: ada.id, confirmation: bench.confirmation(of: order, by: ada), pin: nil)
        delivery.fail("quay-market", .unreachable("away"))
        #expect(try await pump.deliverDue() == 1)
        #expect(
            try await bench.store.dueOutboxLines(at: .max, limit: 5).map(\.destination) == [
                "quay-market", "quay-market",
            ])
    }

    @Test(
        "many lines of a platform that is away keep nobody else's from going out in the same round, and wait together")
    func manyBefore() async throws {
        let (bench, ada, pump, delivery) = try await world()
        let other = NamedPrivateKey(name: "other-market", privateKey: .generate(.p256))
        _ = try await bench.operators.registerPlatform(
            present(PartyName("other-market")), publicKey: other.privateKey.publicKey, .bench("other"))
        _ = try await pay(bench, ada)
        let line = try present(await bench.store.dueOutboxLines(at: .max, limit: 1).first)
        let count = 2 * OutboxPump.linesMax + 5
        try await bench.store.commit((1..<count).map { _ in .outbox(line.unnumbered) })
        bench.clock.advance(1)
        let claims = bench.claims("a", iss: "other-market")
        let order = try await bench.orders.makeOrder(
            of: claims.signed(with: other), amount: nil, by: ada.id, .bench("theirs"))
        _ = try await bench.orders.pay(
            order.id, by: ada.id, confirmation: bench.confirmation(of: order, by: ada), pin: nil)
        delivery.fail("quay-market", .unreachable("away"))
        #expect(try await pump.deliverDue() == 1)
        #expect(delivery.attempts("quay-market") == 1, "the others were not tried")
        let waiting = try await bench.store.dueOutboxLines(at: .max, limit: 1_000)
        #expect(waiting.count == count && waiting.map(\.attempts) == [1] + [Int](repeating: 0, count: count - 1))
        #expect(Set(waiting.map(\.nextAttemptAt)) == [bench.clock.now() + 2])
        bench.clock.advance(2)
        #expect(try await pump.deliverDue() == 0)
        #expect(delivery.attempts("quay-market") == 2)
        delivery.fail("quay-market", nil)
        bench.clock.advance(4)
        #expect(try await pump.deliverDue() == count, "all of them in one round")
        let numbers = try delivery.statements.dropFirst().map { try result($0, bench).jti }
        #expect(numbers == waiting.map { "result-\($0.number)" }, "in their order")
    }
}

extension OutboxLine {
    fileprivate var unnumbered: OutboxLine {
        var line = self
        line.number = 0
        return line
    }
}
