import EMV
import Testing

@testable import Wallet

@Suite("Payments that are given up or taken back are reversed at the issuer")
struct PaymentReversalTests {
    private func scene() async throws -> (WalletBench, PaymentDesk, BenchCard, Token) {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (credential, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        return (bench, bench.payments(), try await BenchCard(credential, bench), try present(tokens[.nfc]))
    }

    private var acquirer: AcquirerName { AcquirerName("quay-acquiring")! }  // a well-formed name

    @Test("a payment whose approval was lost on the way is asked again for two minutes, and given up and reversed then")
    func lostApproval() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .approvingUnheard
        let request = try element.payment(token)
        await #expect(throws: WalletError.unsettled(reason: "no answer")) { try await desk.authorize(request) }
        #expect(bench.issuer.taken == request.amount)
        bench.clock.advance(120)
        #expect(try await desk.settleAll() == 0)
        #expect(bench.issuer.reversals.isEmpty)
        bench.clock.advance(1)
        bench.issuer.mood = .approving
        #expect(try await desk.settleAll() == 1)
        #expect(bench.issuer.taken == 0 && bench.issuer.reversals == ["quay-acquiring/t-1"])
        // The acquirer's answer does not change any more, and nothing more is asked of the issuer.
        #expect(try await desk.authorize(request) == .declined(actionCode: "91"))
        #expect(try await desk.settleAll() == 0)
        #expect(bench.issuer.reversals.count == 1 && bench.issuer.taken == 0)
        let record = try present(try await bench.store.payments(of: token.user, limit: 5).first)
        #expect(record.isSettled && record.reversedAt == bench.clock.now())
    }

    @Test("an approval that is heard in time stands")
    func inTime() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .approvingUnheard
        let request = try element.payment(token)
        await #expect(throws: WalletError.self) { try await desk.authorize(request) }
        bench.issuer.mood = .approving
        bench.clock.advance(120)
        guard case .approved = try await desk.authorize(request) else { throw Missing() }
        bench.clock.advance(10_000)
        #expect(try await desk.settleAll() == 0)
        #expect(bench.issuer.taken == request.amount && bench.issuer.reversals.isEmpty)
    }

    @Test("an acquirer that asks again too late is told so at once, and the reversal waits for the issuer")
    func storeAndForward() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .approvingUnheard
        let request = try element.payment(token)
        await #expect(throws: WalletError.self) { try await desk.authorize(request) }
        bench.issuer.mood = .silent
        bench.clock.advance(121)
        for _ in 0..<2 { #expect(try await desk.authorize(request) == .declined(actionCode: "91")) }
        #expect(try await bench.payments().settleAll() == 0)
        #expect(bench.issuer.taken == request.amount)
        // What has waited for days is not forgotten, for it is not settled.
        try await bench.store.commit([.forget(before: bench.clock.now() + 1)])
        #expect(try await bench.store.unsettledPayments(limit: 5).count == 1)
        // The issuer does it, and that is lost too: it is asked once more, and the money is back once.
        bench.issuer.mood = .approvingUnheard
        #expect(try await bench.payments().settleAll() == 0)
        bench.issuer.mood = .approving
        #expect(try await bench.payments().settleAll() == 1)
        #expect(bench.issuer.taken == 0 && bench.issuer.reversals.count == 2)
        #expect(try await bench.store.unsettledPayments(limit: 5).isEmpty)
    }

    @Test("an issuer that refuses to say what became of a payment gives it back")
    func refusedAfterSilence() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .approvingUnheard
        let request = try element.payment(token)
        await #expect(throws: WalletError.self) { try await desk.authorize(request) }
        bench.issuer.mood = .refusing
        #expect(try await desk.settleAll() == 0)
        bench.clock.advance(121)
        #expect(try await desk.settleAll() == 1)
        #expect(bench.issuer.taken == 0)
    }

    @Test("an acquirer takes an approved payment back, once however often it asks")
    func byAcquirer() async throws {
        let (bench, desk, element, token) = try await scene()
        let request = try element.payment(token)
        let answer = try await desk.authorize(request)
        bench.issuer.mood = .silent
        #expect(try await desk.reverse("t-1", of: acquirer) == .underway)
        bench.issuer.mood = .approving
        for _ in 0..<3 { #expect(try await desk.reverse("t-1", of: acquirer) == .reversed) }
        #expect(bench.issuer.taken == 0 && bench.issuer.reversals.count == 1)
        #expect(try await desk.authorize(request) == answer)
        #expect(bench.issuer.asked.count == 1)
    }

    @Test(
        "a declined payment has nothing to give back, another acquirer's is not seen, and a name that cannot be is refused"
    )
    func neighbours() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .declining("51")
        _ = try await desk.authorize(try element.payment(token))
        #expect(try await desk.reverse("t-1", of: acquirer) == .declinedBefore)
        #expect(try await desk.reverse("t-1", of: try present(AcquirerName("other-acquiring"))) == .notSeen)
        for name in ["", "t 1", String(repeating: "x", count: 65)] {
            await #expect(throws: WalletError.self, "\(name)") { try await desk.reverse(name, of: acquirer) }
        }
        #expect(bench.issuer.reversals.isEmpty)
    }

    @Test("a payment that comes after its reversal is declined, and the issuer does not hear of it")
    func reversedBefore() async throws {
        let (bench, desk, element, token) = try await scene()
        for _ in 0..<2 { #expect(try await desk.reverse("t-1", of: acquirer) == .notSeen) }
        #expect(try await desk.authorize(try element.payment(token)) == .declined(actionCode: "05"))
        #expect(bench.issuer.asked.isEmpty)
        #expect(try await desk.settleAll() == 0)
    }

    @Test("a reversal that overtakes the issuer's answer wins: the acquirer is told no, and the money is back")
    func overtaken() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .approvingUnheard
        let request = try element.payment(token)
        await #expect(throws: WalletError.self) { try await desk.authorize(request) }
        bench.issuer.mood = .approving
        #expect(try await desk.reverse("t-1", of: acquirer) == .reversed)
        #expect(try await desk.authorize(request) == .declined(actionCode: "91"))
        #expect(bench.issuer.taken == 0)
    }
}
