import ISO4217
import Instructions
import Testing

@testable import Payments

@Suite("A bill ends by time")
struct BillTimeTests {
    @Test("without items it expires at the end of its period, to the second", arguments: [599, 600, 601] as [Int64])
    func empty(seconds: Int64) async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open(seconds: 600)
        bench.bench.clock.advance(seconds)
        #expect(try await bench.desk.settleOverdue() == (seconds < 600 ? 0 : 1))
        #expect(try await bench.record(bill).state == (seconds < 600 ? .open : .expired))
        let closing = await refusal { try await bench.desk.close(bill.id, by: bench.ada.id) }
        #expect(closing == (seconds < 600 ? .conflict(reason: "there is nothing on the bill") : .expired(kind: "bill")))
    }

    @Test(
        "with items it waits for its confirmation for 900 seconds more, and then nothing moves",
        arguments: [(600, true), (1_499, true), (1_500, false), (1_501, false)] as [(Int64, Bool)])
    func grace(seconds: Int64, isPayable: Bool) async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open(seconds: 600)
        try await bench.add(bill, 500)
        bench.bench.clock.advance(seconds)
        guard isPayable else {
            #expect(await refusal { try await bench.desk.close(bill.id, by: bench.ada.id) } == .expired(kind: "bill"))
            #expect(try await bench.desk.settleOverdue() == 1)
            #expect(try await bench.record(bill).state == .expired)
            #expect(try await bench.balances() == [10_000, 0, 0])
            return
        }
        let verification = try await bench.desk.close(bill.id, by: bench.ada.id)
        #expect(try await bench.record(bill).since == bill.endsAt)
        #expect(try await bench.confirm(bill, verification).bill?.state == .settled)
        #expect(try await bench.balances() == [9_500, 500, 0])
    }

    @Test("upkeep closes what has items; a bill that was closed early keeps its challenge, and expires with the rest")
    func upkeep() async throws {
        let bench = try await BillBench(.make())
        let ben = try await bench.bench.payer("Ben")
        let (left, closed) = (
            try await bench.open(seconds: 600, "left"), try await bench.open(for: ben, seconds: 600, "closed")
        )
        for bill in [left, closed] { try await bench.add(bill) }
        let verification = try await bench.desk.close(closed.id, by: ben.id)
        bench.bench.clock.advance(600)
        #expect(try await bench.desk.settleOverdue() == 1)
        #expect(try await bench.record(left).state == .awaitingVerification)
        #expect(try await bench.desk.close(closed.id, by: ben.id) == verification)
        #expect(try await bench.desk.settleOverdue() == 0)
        bench.bench.clock.advance(900)
        #expect(
            await refusal { try await bench.confirm(closed, verification) } == .expired(kind: "bill"))
        #expect(try await bench.desk.settleOverdue() == 2)
        #expect(try await bench.record(closed).state == .expired)
        #expect(await refusal { try await bench.desk.cancel(left.id, by: left.payer) } != nil)
        #expect(try await bench.balances() == [10_000, 0, 0])
    }
}

@Suite("A bill closes exactly once")
struct BillRaceTests {
    @Test("VBILL-04 however many confirm at once, every seller is paid once")
    func confirmations() async throws {
        let bench = try await BillBench(.make())
        let bill = try await bench.open()
        try await bench.add(bill, 500, at: "bakery-1")
        try await bench.add(bill, 700, at: "flowers-1")
        let verification = try await bench.desk.close(bill.id, by: bench.ada.id)
        let settled = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    do {
                        return try await bench.confirm(bill, verification).bill?.state == .settled
                    } catch PaymentsError.unsettled {
                        return true
                    }
                }
            }
            return try await group.reduce(true) { $0 && $1 }
        }
        #expect(settled)
        #expect(try await bench.balances() == [8_800, 500, 700])
    }

    @Test("VBILL-02 an item that races with the closing is on the confirmed list, or refused")
    func itemAndClose() async throws {
        for round in 0..<12 {
            let bench = try await BillBench(.make())
            let bill = try await bench.open()
            try await bench.add(bill, 1_000)
            async let closing = bench.desk.close(bill.id, by: bench.ada.id)
            let outcomes = await withTaskGroup(of: PaymentsError?.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        if (round + number) % 3 == 0 { await Task.yield() }
                        return await refusal { try await bench.add(bill, 1, at: "flowers-1") }
                    }
                }
                return await group.reduce(into: [PaymentsError?]()) { $0.append($1) }
            }
            let verification = try await closing
            let taken = outcomes.count { $0 == nil }
            for outcome in outcomes.compactMap({ $0 }) {
                guard case .unsettled = outcome else {
                    #expect(outcome == .conflict(reason: "the bill is closed"))
                    continue
                }
            }
            #expect(try await bench.record(bill).items.count == verification.list.items.count)
            #expect(verification.list.items.count >= 1 + taken)
            #expect(try await bench.confirm(bill, verification).bill != nil)
            #expect(try await bench.balances()[1] == 1_000)
        }
    }

    @Test("closing, cancelling and the end of time leave one state, and money moves only in one of them")
    func closeCancelExpire() async throws {
        for round in 0..<8 {
            let bench = try await BillBench(.make())
            let bill = try await bench.open(seconds: 60)
            try await bench.add(bill, 500)
            let verification = try await bench.desk.close(bill.id, by: bench.ada.id)
            if round % 2 == 0 { bench.bench.clock.advance(959) }
            async let cancelled = refusal { try await bench.desk.cancel(bill.id, by: bench.ada.id) }
            async let confirmed = refusal { try await bench.confirm(bill, verification) }
            if round % 2 == 0 { bench.bench.clock.advance(1) }
            async let swept = refusal { try await bench.desk.settleOverdue() }
            let results = await (cancelled, confirmed, swept)
            let state = try await bench.record(bill).state
            let paid = try await bench.balances() == [9_500, 500, 0]
            #expect(paid == (state == .settled), "\(state) \(results)")
            #expect(state.isFinal || state == .awaitingVerification)
            if !paid { #expect(try await bench.balances() == [10_000, 0, 0]) }
        }
    }

    @Test("VBILL-01 of many bills that a payer asks for at once, one is opened")
    func openings() async throws {
        let bench = try await BillBench(.make())
        let opened = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<6 {
                group.addTask { await refusal { try await bench.open("open \(number)") } == nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(opened == 1)
        #expect(try await bench.desk.bills(of: bench.ada.id, limit: 9).count == 1)
    }
}
