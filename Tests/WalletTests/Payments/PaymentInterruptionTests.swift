import EMV
import Testing

@testable import Wallet

@Suite("Payments that are asked for twice, or cut in the middle")
struct PaymentInterruptionTests {
    private func scene() async throws -> (WalletBench, PaymentDesk, BenchCard, Token) {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (credential, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        return (bench, bench.payments(), try await BenchCard(credential, bench), try present(tokens[.nfc]))
    }

    @Test("the same transaction gets the same answer, and the issuer is asked once")
    func again() async throws {
        let (bench, desk, element, token) = try await scene()
        let request = try element.payment(token)
        let first = try await desk.authorize(request)
        bench.issuer.mood = .declining("51")
        #expect(try await desk.authorize(request) == first)
        #expect(bench.issuer.asked.count == 1)
    }

    @Test("a refusal is the answer for ever, whatever changes later")
    func refusedAgain() async throws {
        let (bench, desk, element, token) = try await scene()
        _ = try await bench.tokens().suspend(token.reference, by: .user, reason: "")
        let request = try element.payment(token)
        #expect(try await desk.authorize(request) == .declined(actionCode: "05"))
        _ = try await bench.tokens().resume(token.reference, by: .user, reason: "")
        #expect(try await desk.authorize(request) == .declined(actionCode: "05"))
    }

    @Test("the same transaction with other contents is refused, and changes nothing")
    func otherContents() async throws {
        let (_, desk, element, token) = try await scene()
        let request = try element.payment(token)
        let answer = try await desk.authorize(request)
        for change in [
            { $0.merchant = "Another Shop" }, { $0.amount = 1 }, { $0.cryptogram[7] ^= 1 },
            { $0.objects[.transactionTime] = nil }, { $0.function = .qr },
        ] as [@Sendable (inout PaymentRequest) -> Void] {
            var other = request
            change(&other)
            await #expect(throws: WalletError.idempotencyConflict) { try await desk.authorize(other) }
        }
        #expect(try await desk.authorize(request) == answer)
    }

    @Test("transactions of two acquirers do not meet")
    func acquirers() async throws {
        let (_, desk, element, token) = try await scene()
        _ = try await desk.authorize(element.payment(token))
        var other = try element.payment(token, counter: 2)
        other.acquirer = try present(AcquirerName("other-acquiring"))
        #expect(try await desk.authorize(other) == .approved(code: "A10002"))
    }

    @Test("an issuer that says no is repeated to the acquirer in its own words")
    func declined() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .declining("51")
        #expect(try await desk.authorize(element.payment(token)) == .declined(actionCode: "51"))
        bench.issuer.mood = .refusing
        #expect(
            try await desk.authorize(element.payment(token, counter: 2, transaction: "t-2"))
                == .declined(actionCode: "05"))
    }

    @Test("a payment whose issuer did not answer is settled by asking again under the same key")
    func torn() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .silent
        let request = try element.payment(token)
        await #expect(throws: WalletError.unsettled(reason: "no answer")) { try await desk.authorize(request) }
        // The counter is used up before the issuer hears of the payment.
        #expect(try await bench.store.token(token.reference)?.lastCounter == 1)
        #expect(try await bench.store.unsettledPayments(limit: 10).count == 1)
        bench.issuer.mood = .approving
        #expect(try await desk.authorize(request) == .approved(code: "A10002"))
        #expect(Set(bench.issuer.asked.map(\.key)) == ["payment/quay-acquiring/t-1"])
        #expect(try await bench.store.unsettledPayments(limit: 10).isEmpty)
    }

    @Test("an issuer that refuses to be asked again has not said what became of the payment: it stays open")
    func refusedAfterSilence() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .silent
        let request = try element.payment(token)
        await #expect(throws: WalletError.unsettled(reason: "no answer")) { try await desk.authorize(request) }
        bench.issuer.mood = .refusing
        await #expect(throws: WalletError.self) { try await desk.authorize(request) }
        #expect(try await desk.settleAll() == 0)
        #expect(try await bench.store.unsettledPayments(limit: 10).count == 1)
        bench.issuer.mood = .approving
        #expect(try await desk.settleAll() == 1)
        guard case .approved = try await desk.authorize(request) else {
            Issue.record("the money was taken")
            return
        }
    }

    @Test("after a restart all torn payments are settled, and suspending a token meanwhile does not undo them")
    func restart() async throws {
        let (bench, desk, element, token) = try await scene()
        bench.issuer.mood = .silent
        for counter in 1...3 as ClosedRange<UInt16> {
            let request = try element.payment(token, counter: counter, transaction: "t-\(counter)")
            await #expect(throws: WalletError.self) { try await desk.authorize(request) }
        }
        #expect(try await bench.payments().settleAll() == 0)
        _ = try await bench.tokens().suspend(token.reference, by: .user, reason: "")
        bench.issuer.mood = .approving
        #expect(try await bench.payments().settleAll() == 3)
        #expect(try await bench.payments().settleAll() == 0)
        let records = try await bench.store.payments(of: token.user, limit: 10)
        #expect(records.map(\.transaction) == ["t-3", "t-2", "t-1"])
        #expect(records.allSatisfy { $0.outcome != nil })
    }

    @Test("of payments with one counter that arrive together one is taken")
    func together() async throws {
        let (bench, desk, element, token) = try await scene()
        let answers = try await withThrowingTaskGroup(of: PaymentAnswer.self) { group in
            for index in 0..<8 {
                let request = try element.payment(token, counter: 1, transaction: "t-\(index)")
                group.addTask { try await desk.authorize(request) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0 == .approved(code: "A10001") } == 1)
        #expect(answers.count { $0 == .declined(actionCode: "05") } == 7)
        #expect(bench.issuer.asked.count == 1)
    }

    @Test("a field that cannot be is named, and nothing is written")
    func fields() async throws {
        let (bench, desk, element, token) = try await scene()
        let good = try element.payment(token)
        let changes: [(String, @Sendable (inout PaymentRequest) -> Void)] = [
            ("transaction", { $0.transaction = "" }),
            ("transaction", { $0.transaction = String(repeating: "x", count: 65) }),
            ("transaction", { $0.transaction = "t 1" }), ("amount", { $0.amount = 0 }),
            ("amount", { $0.amount = 1_000_000_000_000 }), ("currency", { $0.currency = 0 }),
            ("currency", { $0.currency = 1_000 }), ("merchant", { $0.merchant = "" }),
            ("merchant", { $0.merchant = String(repeating: "x", count: 65) }), ("cryptogram", { $0.cryptogram = [] }),
            ("cryptogram", { $0.cryptogram += [0] }), ("dataObjects", { $0.objects[.transactionDate] = nil }),
            ("dataObjects", { $0.objects[.transactionDate] = [0x26, 0x11] }),
            ("dataObjects", { $0.objects[.issuerApplicationData] = [0x06] }),
        ]
        for (field, change) in changes {
            var request = good
            change(&request)
            let error = await #expect(throws: WalletError.self) { try await desk.authorize(request) }
            guard case .invalid(field, _) = error else {
                Issue.record("\(field): \(String(describing: error))")
                continue
            }
        }
        #expect(try await bench.store.payments(of: token.user, limit: 10).isEmpty)
        #expect(try await desk.authorize(good) == .approved(code: "A10001"))
    }
}
