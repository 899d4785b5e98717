import CardCryptography
import ISO4217
import Instructions
import JOSE
import Testing

@testable import Payments

@Suite("Rewards at a platform's word")
struct RewardTests {
    private func world() async throws -> (PaymentBench, BenchPayer, LedgerAccount) {
        let bench = try await PaymentBench.make()
        let pot = try await bench.operators.openAccount(
            .reward, currency: PaymentBench.euro, label: "Pot", .bench("pot"))
        _ = try await bench.operators.leaveRewards(of: pot.id, to: present(PartyName("quay-market")), .bench("leave"))
        _ = try await bench.operators.fund(
            pot.id, Money(minorUnits: 1_000, currency: PaymentBench.euro), from: bench.bank.id, reference: "budget",
            .bench("budget"))
        return (bench, try await bench.payer(holding: 0), pot)
    }

    private func instruction(
        _ bench: PaymentBench, _ pot: AccountID, _ payee: AccountID, amount: Int64 = 300, jti: String = "0123",
        age: Int64 = 0
    ) throws -> String {
        try RewardInstruction(
            iss: "quay-market", aud: "harbour-pay", jti: jti, iat: bench.clock.now() - age,
            exp: bench.clock.now() - age + 600, payer: pot.rawValue, payee: payee.rawValue, amount: amount,
            currency: PaymentBench.euro, reference: "reward-1"
        ).signed(with: bench.platformKey)
    }

    @Test(
        "RWD a reward moves once for each name, however often and however late it is asked for, and conserves the money"
    )
    func once() async throws {
        let (bench, ada, pot) = try await world()
        let desk = RewardDesk(bench.server)
        let first = try await desk.pay(instruction(bench, pot.id, ada.id))
        bench.clock.advance(1_000)
        #expect(try await desk.pay(instruction(bench, pot.id, ada.id)) == first)
        #expect(first.transfer.code == .reward && first.transfer.reference == "reward-1")
        #expect(try await bench.balance(ada.id) == 300)
        #expect(try await bench.balance(pot.id) == 700)
        await #expect(throws: PaymentsError.idempotencyConflict) {
            try await desk.pay(instruction(bench, pot.id, ada.id, amount: 301))
        }
        await #expect(throws: PaymentsError.transferRefused(.exceedsCredits(pot.id))) {
            try await desk.pay(instruction(bench, pot.id, ada.id, amount: 701, jti: "0124"))
        }
        #expect(try await bench.store.ledgerSnapshot().isBalanced)
    }

    @Test("RWD rewards come from accounts that were left to the platform, and go to somebody's")
    func accounts() async throws {
        let (bench, ada, pot) = try await world()
        let desk = RewardDesk(bench.server)
        let other = try await bench.operators.openAccount(
            .reward, currency: PaymentBench.euro, label: "P2", .bench("p2"))
        for payer in [other.id, ada.id, bench.bank.id] {
            await #expect(
                throws: PaymentsError.invalid(
                    field: "payer", reason: "no account whose rewards are left to quay-market")
            ) { try await desk.pay(instruction(bench, payer, bench.baker.id)) }
        }
        for payee in [bench.bank.id, pot.id, AccountID(unchecked: "acc_0")] {
            await #expect(throws: PaymentsError.invalid(field: "payee", reason: "nobody's account")) {
                try await desk.pay(instruction(bench, pot.id, payee))
            }
        }
        for amount in [Int64(0), -1] {
            await #expect(throws: PaymentsError.transferRefused(amount == 0 ? .amountZero : .amountNegative)) {
                try await desk.pay(instruction(bench, pot.id, ada.id, amount: amount))
            }
        }
        await #expect(throws: PaymentsError.statementRefused(.expired)) {
            try await desk.pay(instruction(bench, pot.id, ada.id, age: 600))
        }
        // An instruction to pay is no instruction to reward.
        await #expect(throws: PaymentsError.statementRefused(.signature(.type))) {
            try await desk.pay(bench.signed(bench.claims()))
        }
        #expect(try await bench.balance(pot.id) == 1_000)
    }
}
