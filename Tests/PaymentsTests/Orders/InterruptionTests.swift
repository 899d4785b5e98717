import ISO4217
import Testing

@testable import Payments

@Suite("A payment that is interrupted")
struct InterruptionTests {
    /// From opening an account to the payment, as a client repeats what got no answer; with `pin`, by PIN.
    private func pay(_ bench: PaymentBench, _ ada: BenchPayer, pin: String?) async throws -> Order {
        let compact = try bench.signed(bench.claims())
        let order = try await settled {
            try await bench.orders.makeOrder(of: compact, amount: nil, by: ada.id, .bench("order"))
        }
        return try await settled {
            let confirmation = try bench.confirmation(of: order, by: ada, userVerified: pin == nil)
            return try await bench.orders.pay(
                order.id, by: ada.id, confirmation: confirmation, pin: pin.map { try PaymentPIN(.text($0)) })
        }
    }

    private func settled<Answer>(_ request: () async throws -> Answer) async throws -> Answer {
        do { return try await request() } catch PaymentsError.internal { return try await request() }
    }

    @Test(
        "TAG-06 moves the money once, and tells the platform once, wherever the store is cut",
        arguments: [nil, "246810"] as [String?])
    func sweep(_ pin: String?) async throws {
        var (step, cuts) = (0, 0)
        while true {
            var isOver = false
            for side in StoreScissors.Side.allCases {
                let scissors = StoreScissors()
                let bench = try await PaymentBench.make { CuttingPaymentStore($0, scissors) }
                let ada = try await bench.payer()
                scissors.set(step, side)
                #expect(try await pay(bench, ada, pin: pin).state == .paid)
                isOver = scissors.stepCount <= step
                if isOver { break }
                cuts += 1
                #expect(try await bench.balance(ada.id) == 8_750, "cut \(side) step \(step)")
                #expect(try await bench.balance(bench.baker.id) == 1_250)
                #expect(try await bench.store.dueOutboxLines(at: .max, limit: 9).count == 1)
                #expect(try await bench.orders.orders(of: ada.id, limit: 9).count == 1)
                #expect(try await bench.payers.payer(ada.id).payer.tries == .none)
                try await ReadLedger(bench.store).expectSumsOfTheJournal()
            }
            if isOver { break }
            step += 1
        }
        #expect(cuts == (pin == nil ? 4 : 8))
    }

    @Test("a wrong PIN stays counted when the server is stopped before it has looked at it")
    func countedFirst() async throws {
        let scissors = StoreScissors()
        let bench = try await PaymentBench.make { CuttingPaymentStore($0, scissors) }
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        let confirmation = try bench.confirmation(of: order, by: ada, userVerified: false)
        scissors.set(0, .after)
        await #expect(throws: PaymentsError.self) {
            try await bench.orders.pay(order.id, by: ada.id, confirmation: confirmation, pin: PaymentPIN(.text("1111")))
        }
        #expect(try await bench.payers.payer(ada.id).payer.tries.count == 1)
    }

    @Test("the operator's booking and a platform's reward move the money once, wherever the store is cut")
    func bookings() async throws {
        for step in 0..<2 {
            for side in StoreScissors.Side.allCases {
                let scissors = StoreScissors()
                let bench = try await PaymentBench.make { CuttingPaymentStore($0, scissors) }
                let ada = try await bench.payer(holding: 0)
                scissors.set(step, side)
                let amount = Money(minorUnits: 700, currency: PaymentBench.euro)
                let booked = try await settled {
                    try await bench.operators.fund(ada.id, amount, from: bench.bank.id, reference: "r", .bench("f"))
                }
                #expect(booked.transfer.amount == 700)
                #expect(try await bench.balance(ada.id) == 700)
            }
        }
    }
}
