import EMV
import ISO7816
import Testing

@testable import Wallet

@Suite("Payments with shown codes")
struct PaymentCodeTests {
    private func pay(
        after seconds: Int64, _ change: (inout [BERTag: [UInt8]]) -> Void = { _ in }
    ) async throws -> (answer: PaymentAnswer, reason: String) {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (credential, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        let element = try await BenchCard(credential, bench)
        let request = try element.payment(try present(tokens[.qr]), change: change)
        bench.clock.advance(seconds)
        let answer = try await bench.payments().authorize(request)
        return (answer, try await bench.store.auditEntries(of: nil, limit: 1).first?.detail ?? "")
    }

    @Test("a code is good for sixty seconds", arguments: [(Int64(0), true), (60, true), (61, false), (86_400, false)])
    func age(_ seconds: Int64, _ isGood: Bool) async throws {
        let (answer, reason) = try await pay(after: seconds)
        #expect(answer == (isGood ? .approved(code: "A10001") : .declined(actionCode: "05")))
        #expect(reason == (isGood ? "t-1: approved" : "t-1: the code is too old"))
    }

    @Test("a device's clock may be ten seconds ahead", arguments: [(Int64(-10), true), (-11, false)])
    func skew(_ seconds: Int64, _ isGood: Bool) async throws {
        let (_, reason) = try await pay(after: seconds)
        #expect(reason == (isGood ? "t-1: approved" : "t-1: the code is from the future"))
    }

    @Test("a code whose time was changed afterwards is refused, because the unpredictable number says it too")
    func changedTime() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (credential, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        let element = try await BenchCard(credential, bench)
        var request = try element.payment(try present(tokens[.qr]))
        bench.clock.advance(3_600)
        request.objects[.transactionTime] = [0x13, 0x00, 0x00]
        #expect(try await bench.payments().authorize(request) == .declined(actionCode: "05"))
        #expect(
            try await bench.store.auditEntries(of: nil, limit: 1).first?.detail
                == "t-1: the time of the code is not the one under the cryptogram")
        request.transaction = "t-2"
        request.objects[.unpredictableNumber] = [0x13, 0x00, 0x00, 0x5A]
        #expect(try await bench.payments().authorize(request) == .declined(actionCode: "05"))
        #expect(
            try await bench.store.auditEntries(of: nil, limit: 1).first?.detail
                == "t-2: the cryptogram is not the secure element's")
    }

    @Test(
        "a code without a time, or with one that is none, is refused",
        arguments: [
            nil, [], [0x12, 0x00], [0x24, 0x00, 0x00], [0x12, 0x60, 0x00], [0x1A, 0x00, 0x00],
        ] as [[UInt8]?])
    func noTime(_ time: [UInt8]?) async throws {
        let (answer, reason) = try await pay(after: 0) { $0[.transactionTime] = time }
        #expect(answer == .declined(actionCode: "05"))
        #expect(reason == "t-1: the code does not say when it was shown")
    }

    @Test("a code may leave the amount open, for the merchant has not entered it when it is shown")
    func openAmount() async throws {
        let (answer, _) = try await pay(after: 0) { $0[.amountAuthorized] = [0, 0, 0, 0, 0, 0] }
        #expect(answer == .approved(code: "A10001"))
        let (other, reason) = try await pay(after: 0) { $0[.amountAuthorized] = [0, 0, 0, 0, 0, 0x01] }
        #expect(other == .declined(actionCode: "05"))
        #expect(reason == "t-1: the amount is not the one under the cryptogram")
    }

    @Test("a code pays once")
    func once() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (credential, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        let element = try await BenchCard(credential, bench)
        var request = try element.payment(try present(tokens[.qr]))
        #expect(try await bench.payments().authorize(request) == .approved(code: "A10001"))
        request.transaction = "t-2"
        request.merchant = "Another Shop"
        #expect(try await bench.payments().authorize(request) == .declined(actionCode: "05"))
    }

    @Test(
        "date and time of a transaction in seconds",
        arguments: [
            ([0x00, 0x01, 0x01], [0x00, 0x00, 0x00], Int64(946_684_800)),
            ([0x26, 0x11, 0x27], [0x12, 0x00, 0x00], 1_795_780_800),
            ([0x24, 0x02, 0x29], [0x23, 0x59, 0x59], 1_709_251_199),
            ([0x99, 0x12, 0x31], [0x23, 0x59, 0x59], 4_102_444_799), ([0x25, 0x02, 0x29], [0x00, 0x00, 0x00], nil),
            ([0x25, 0x13, 0x01], [0x00, 0x00, 0x00], nil), ([0x25, 0x04, 0x31], [0x00, 0x00, 0x00], nil),
            ([0x25, 0x04, 0x00], [0x00, 0x00, 0x00], nil), ([0x25, 0x04], [0x00, 0x00, 0x00], nil),
        ] as [([UInt8], [UInt8], Int64?)])
    func times(_ date: [UInt8], _ time: [UInt8], _ seconds: Int64?) {
        #expect(TransactionTime.seconds(date: date, time: time) == seconds)
    }
}
