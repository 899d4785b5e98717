import ISO4217
import ISO8583
import Payments
import Storage
import Testing

@testable import ISO8583Link

@Suite("A card payment between the payment server's ledger and the issuer", .serialized)
struct IssuerPaymentTests {
    /// Runs both with a faulty wire between them.
    private static func run(
        balance: Int64 = 10_000,
        _ body: @escaping @Sendable (PaymentServerUnderTest, IssuerUnderTest, Chip, Street) async throws -> Void
    ) async throws {
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip(balance: balance)
        try await Street.run(issuer) { (street: Street) async throws in
            let leg = try ISO8583IssuerLeg(line: street.line, institution: IssuerUnderTest.institution)
            let server = try await PaymentServerUnderTest.founded(leg: leg)
            await street.line.untilUp()
            try await body(server, issuer, chip, street)
            try server.discard()
        }
        try issuer.discard()
    }

    @Test(
        "approved, the merchant has the money that the card no longer has; asked again, nothing moves and the answer is the same"
    )
    func approved() async throws {
        try await Self.run {
            (server: PaymentServerUnderTest, issuer: IssuerUnderTest, chip: Chip, _: Street) async throws in
            let request = try server.request(chip, "sale-1", counter: 1)
            let payment = try await server.desk.pay(request)
            #expect(payment.state == .approved)
            guard case .approved(let code, let proof) = payment.answer else {
                Issue.record("not approved")
                return
            }
            #expect(code.count == 6 && proof?.count == 8)
            #expect(try await server.merchantSums() == (1_250, 0))
            #expect(try await issuer.balance(chip) == 8_750)
            let again = try await server.desk.pay(request)
            #expect(again == payment)
            #expect(try await server.desk.settle() == 0)
            #expect(try await server.merchantSums() == (1_250, 0))
            #expect(try await issuer.balance(chip) == 8_750)
            let other = try server.request(chip, "sale-1", counter: 2)
            await #expect(throws: PaymentsError.idempotencyConflict) { try await server.desk.pay(other) }
        }
    }

    @Test("declined, nothing is reserved any more")
    func declined() async throws {
        try await Self.run(balance: 1_000) {
            (server: PaymentServerUnderTest, issuer: IssuerUnderTest, chip: Chip, _: Street) async throws in
            let payment = try await server.desk.pay(server.request(chip, "sale-1", counter: 1))
            guard case .declined("51", _?) = payment.answer else {
                Issue.record("\(payment.answer as Any)")
                return
            }
            #expect(try await server.merchantSums() == (0, 0))
            #expect(try await issuer.balance(chip) == 1_000)
        }
    }

    @Test(
        "cut anywhere, the card is charged if and only if the merchant is paid, in the end",
        arguments: [
            [.cutBeforeRequest], [.cutAfterRequest], [.loseRequest], [.loseAnswer], [.lateAnswer(6_000)],
            [.doubleRequest],
            [.cutAfterRequest, .cutBeforeRequest], [.loseAnswer, .loseAnswer],
            [.loseAnswer, .cutAfterRequest, .loseRequest],
            [.loseRequest, .loseRequest, .loseAnswer],
        ] as [[FaultyWire.Fault]])
    func cut(_ faults: [FaultyWire.Fault]) async throws {
        try await Self.run {
            (server: PaymentServerUnderTest, issuer: IssuerUnderTest, chip: Chip, street: Street) async throws in
            for fault in faults { street.wire.next(fault) }
            let request = try server.request(chip, "sale-1", counter: 1)
            let payment = try await server.desk.pay(request)
            #expect(payment.answer?.isApproved == (faults == [.doubleRequest]))
            try await server.settleAll()
            let final = try await server.desk.payment(payment.id)
            #expect(final.state == (payment.answer?.isApproved == true ? .approved : .reversed))
            let (posted, pending) = try await server.merchantSums()
            #expect(pending == 0)
            #expect(try await issuer.balance(chip) == 10_000 - posted)
            // The terminal is told the same as the first time, and a new sale goes through.
            #expect(try await server.desk.pay(request).answer == payment.answer)
            await street.line.untilUp()
            let next = try await server.desk.pay(server.request(chip, "sale-2", counter: 2))
            #expect(next.state == .approved)
            #expect(try await server.merchantSums() == (posted + 1_250, 0))
            #expect(try await issuer.balance(chip) == 10_000 - posted - 1_250)
        }
    }

    @Test("a reversal outlives the process that owes it, and is repeated as 0401 until it is accepted")
    func restart() async throws {
        try await Self.run {
            (server: PaymentServerUnderTest, issuer: IssuerUnderTest, chip: Chip, street: Street) async throws in
            street.wire.next(.loseAnswer)
            street.wire.next(.loseAnswer)
            let payment = try await server.desk.pay(server.request(chip, "sale-1", counter: 1))
            #expect(payment.state == .reversing && payment.reversalAttempts == 1)
            #expect(try await server.merchantSums() == (0, 1_250))
            let leg = try ISO8583IssuerLeg(line: street.line, institution: IssuerUnderTest.institution)
            let next = try server.restarted(leg: leg)
            // Not due yet.
            #expect(try await next.desk.settle() == 0)
            next.clock.advance(10)
            #expect(try await next.desk.settle() == 1)
            #expect(street.log.contains("sent: 0401"))
            #expect(try await next.merchantSums() == (0, 0))
            #expect(try await issuer.balance(chip) == 10_000)
            #expect(try await next.desk.payment(payment.id).state == .reversed)
        }
    }

    @Test("killed while the issuer is asked, the next process reverses what the last one asked for")
    func killed() async throws {
        let stuck = StuckLeg()
        let server = try await PaymentServerUnderTest.founded(leg: stuck)
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip()
        let request = try server.request(chip, "sale-1", counter: 1)
        let paying = Task { try await server.desk.pay(request) }
        while await stuck.isAsked == false { try await Task.sleep(for: .milliseconds(5)) }
        // The same key meanwhile, and upkeep: both leave it alone.
        await #expect(throws: PaymentsError.unsettled(reason: "the issuer has not answered yet")) {
            try await server.desk.pay(request)
        }
        #expect(try await server.desk.settle() == 0)
        #expect(try await server.merchantSums() == (0, 1_250))
        // The process is gone: its store is closed under it.
        let next = try server.restarted(leg: AgreeableLeg())
        #expect(try await next.desk.settle() == 1)
        #expect(try await next.merchantSums() == (0, 0))
        await stuck.release()
        await #expect(throws: PaymentsError.self) { try await paying.value }
        #expect(try await next.merchantSums() == (0, 0))
        #expect(try await next.desk.pay(request).answer == .cancelled)
        try next.discard()
        try issuer.discard()
    }

    @Test("while the line is down nothing is asked, and nothing stays reserved")
    func down() async throws {
        let line = IssuerLine(IssuerLineConfiguration(host: "127.0.0.1", port: 1), now: { 0 })
        let server = try await PaymentServerUnderTest.founded(
            leg: ISO8583IssuerLeg(line: line, institution: IssuerUnderTest.institution))
        let issuer = try IssuerUnderTest()
        let payment = try await server.desk.pay(await server.request(issuer.chip(), "sale-1", counter: 1))
        #expect(payment.answer == .declined(code: "91", proof: nil))
        #expect(try await server.merchantSums() == (0, 0))
        try server.discard()
        try issuer.discard()
    }

    @Test("an issuer that got to no decision, or answers about another amount, is asked to undo it")
    func undecided() throws {
        var request = Message(.financialRequest)
        try request.set(amount: 1_250)
        var answer = Message(.financialResponse)
        for (code, amount, isUnknown) in [
            ("00", 1_250, false), ("00", 1_249, true), ("91", 1_250, true), ("96", 1_250, true), ("05", 1_250, false),
        ] {
            try answer.set(.responseCode, code)
            try answer.set(amount: Int64(amount))
            var found = false
            if case .unknown = ISO8583IssuerLeg.answer(answer, to: request) { found = true }
            #expect(found == isUnknown, "\(code)")
        }
        answer.remove(.responseCode)
        guard case .unknown = ISO8583IssuerLeg.answer(answer, to: request) else {
            Issue.record("an answer without field 39 is no answer")
            return
        }
    }

    @Test("many at once: every number is another one, and issuer and ledger agree")
    func manyAtOnce() async throws {
        try await Self.run(balance: 1_000_000) {
            (server: PaymentServerUnderTest, issuer: IssuerUnderTest, chip: Chip, street: Street) async throws in
            for fault in [
                FaultyWire.Fault.loseAnswer, .doubleRequest, .loseRequest, .overtakenAnswer, .cutAfterRequest,
            ] {
                street.wire.next(fault)
            }
            let requests = try (1...24).map { try server.request(chip, "sale-\($0)", counter: UInt16($0), amount: 100) }
            let payments = await withTaskGroup(of: IssuerPayment?.self) { group in
                for request in requests { group.addTask { try? await server.desk.pay(request) } }
                return await group.reduce(into: [IssuerPayment]()) { if let payment = $1 { $0.append(payment) } }
            }
            #expect(payments.count == 24)
            #expect(Set(payments.map(\.request.trace)).count == 24)
            await street.line.untilUp()
            try await server.settleAll()
            let (posted, pending) = try await server.merchantSums()
            #expect(pending == 0 && posted % 100 == 0)
            #expect(try await issuer.balance(chip) == 1_000_000 - posted)
        }
    }

    @Test("what cannot be is refused before anything is reserved")
    func refused() async throws {
        let server = try await PaymentServerUnderTest.founded(leg: AgreeableLeg())
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip()
        let euro = try PaymentServerUnderTest.euro()
        func request(_ amount: Int64, signed: Int64 = 1_250, currency: Currency) throws -> IssuerPaymentRequest {
            try IssuerPaymentRequest(
                terminal: PaymentServerUnderTest.name(), key: "k",
                amount: Money(minorUnits: amount, currency: currency),
                number: chip.number, sequenceNumber: 1, chipData: chip.data(counter: 1, amount: signed))
        }
        for amount in [0, -1, 1_000_000_000_000, .max] as [Int64] {
            #expect(throws: PaymentsError.invalid(field: "amount", reason: "1 to 999999999999 minor units")) {
                try request(amount, currency: euro)
            }
        }
        #expect(throws: PaymentsError.invalid(field: "amount", reason: "the chip signed another amount")) {
            try request(1_251, currency: euro)
        }
        let yen = try #require(Currency("JPY"))
        #expect(throws: PaymentsError.invalid(field: "currency", reason: "the chip signed another currency")) {
            try request(1_250, currency: yen)
        }
        let foreign = try IssuerPaymentRequest(
            terminal: PaymentServerUnderTest.name(), key: "k", amount: Money(minorUnits: 1_250, currency: yen),
            number: chip.number, sequenceNumber: 1, chipData: chip.data(counter: 1, currency: yen.numeric))
        await #expect(throws: PaymentsError.foreignCurrency(euro, due: yen)) { try await server.desk.pay(foreign) }
        let stranger = try IssuerPaymentRequest(
            terminal: #require(PartyName("nobody")), key: "k", amount: Money(minorUnits: 1_250, currency: euro),
            number: chip.number, sequenceNumber: 1, chipData: chip.data(counter: 1))
        await #expect(throws: PaymentsError.notFound(kind: "terminal")) { try await server.desk.pay(stranger) }
        #expect(try await server.merchantSums() == (0, 0))
        try server.discard()
        try issuer.discard()
    }

    @Test("trace numbers come back after 999 999 as 1, and none twice across a restart")
    func traces() async throws {
        let server = try await PaymentServerUnderTest.founded(leg: AgreeableLeg())
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip()
        try await server.store.commit([.traceCounter(TraceCounter(next: 999_998))])
        var traces: [Int] = []
        for number in 1...4 {
            traces.append(try await server.desk.pay(server.request(chip, "a-\(number)", counter: 1)).request.trace)
        }
        #expect(traces == [999_998, 999_999, 1, 2])
        let next = try server.restarted(leg: AgreeableLeg())
        #expect(try await next.desk.pay(next.request(chip, "b-1", counter: 1)).request.trace == 99)
        try next.discard()
        try issuer.discard()
    }
}

/// An issuer that does not answer until it is let.
actor StuckLeg: IssuerLeg {
    private(set) var isAsked = false
    private var waiting: CheckedContinuation<Void, Never>?

    func authorize(_ request: LegRequest) async -> LegAnswer {
        isAsked = true
        await withCheckedContinuation { waiting = $0 }
        return .approved(code: "000001", proof: nil)
    }

    func release() { waiting?.resume() }

    func reverse(_ reversal: LegReversal) async -> Bool { true }
    func state() async -> LegState { LegState(upSince: nil) }
}

/// An issuer that says yes.
struct AgreeableLeg: IssuerLeg {
    func authorize(_ request: LegRequest) async -> LegAnswer { .approved(code: "000001", proof: nil) }
    func reverse(_ reversal: LegReversal) async -> Bool { true }
    func state() async -> LegState { LegState(upSince: nil) }
}
