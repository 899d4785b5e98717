import CardCryptography
import ISO4217
import Instructions
import JOSE
import Testing

@testable import Payments

@Suite("Orders")
struct OrderTests {
    @Test(
        "TAG-04 an order contains the payer's account, what is paid for, and the payee's account, and says until when")
    func contents() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        #expect(order.payer == ada.id && order.payee == bench.baker.id)
        #expect(order.money.description == "12.50 EUR" && order.instruction.description == "Bread")
        #expect(order.expiresAt == bench.clock.now() + 600 && order.createdAt == bench.clock.now())
        #expect(try await bench.orders.order(order.id, of: ada.id) == order)
        #expect(try await bench.orders.orders(of: ada.id, limit: 5) == [order])
    }

    @Test("TAG-05 a fixed amount cannot be changed; an open one is the payer's")
    func amounts() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let fixed = Money(minorUnits: 1_250, currency: PaymentBench.euro)
        #expect(try await bench.order(ada, "a", amount: 1_250, saying: 1_250).amount == 1_250)
        for (jti, said) in [("b", Int64(1_249)), ("c", 1_251), ("d", 0), ("e", -1_250)] {
            await #expect(throws: PaymentsError.amountFixed(fixed)) {
                try await bench.order(ada, jti, amount: 1_250, saying: said)
            }
        }
        #expect(try await bench.order(ada, "f", amount: nil, saying: 700).amount == 700)
        await #expect(throws: PaymentsError.amountRequired) { try await bench.order(ada, "g", amount: nil) }
        for (jti, said) in [("h", Int64(0)), ("i", -1), ("j", .min)] {
            await #expect(throws: PaymentsError.invalid(field: "amount", reason: "above zero")) {
                try await bench.order(ada, jti, amount: nil, saying: said)
            }
        }
        for (jti, amount) in [("k", Int64(0)), ("l", -5)] {
            await #expect(throws: PaymentsError.invalid(field: "amount", reason: "above zero")) {
                try await bench.order(ada, jti, amount: amount)
            }
        }
    }

    @Test(
        "TAG-06 XFER-03 a payment moves the instruction's amount once from first to second account, and the ledger is balanced"
    )
    func payment() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        let confirmation = try bench.confirmation(of: order, by: ada)
        let paid = try await bench.orders.pay(order.id, by: ada.id, confirmation: confirmation, pin: nil)
        #expect(paid.state == .paid && paid.settledAt == bench.clock.now())
        #expect(try await bench.balance(ada.id) == 8_750)
        #expect(try await bench.balance(bench.baker.id) == 1_250)
        let again = try await bench.orders.pay(order.id, by: ada.id, confirmation: confirmation, pin: nil)
        #expect(again == paid)
        #expect(try await bench.balance(ada.id) == 8_750)
        let transfer = try present(await bench.store.transfer(order.transferID)).transfer
        #expect(transfer.code == .tagPayment && transfer.reference == order.id.rawValue)
        #expect(try await bench.store.ledgerSnapshot().isBalanced)
    }

    @Test("XFER-02 an instruction that the platform did not issue, or that was altered, makes no order")
    func forgeries() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        func order(_ compact: String) async throws -> Order {
            try await bench.orders.makeOrder(of: compact, amount: nil, by: ada.id, .bench(compact))
        }
        let good = try bench.signed(bench.claims())
        let parts = good.split(separator: ".").map(String.init)
        var dear = bench.claims()
        dear.amount = 1
        let stranger = NamedPrivateKey(name: "quay-market", privateKey: .generate(.p256))
        let unknown = NamedPrivateKey(name: "nobody", privateKey: .generate(.p256))
        let none = Base64URL.encode(Array(#"{"alg":"none","kid":"quay-market","typ":"payment-instruction+jwt"}"#.utf8))
        let cases: [(String, StatementRefusal)] = [
            ("\(parts[0]).\(Base64URL.encode(try dear.payload())).\(parts[2])", .signature(.signature)),
            (try bench.claims().signed(with: stranger), .signature(.signature)),
            (try bench.claims().signed(with: unknown), .signature(.unknownKey)),
            ("\(none).\(parts[1]).", .signature(.algorithm)),
            ("\(none).\(parts[1]).\(parts[2])", .signature(.algorithm)),
            ("", .signature(.malformed)), ("a.b.c", .signature(.malformed)),
            (try bench.signed(bench.claims(iss: "other-market")), .signer),
            (try bench.signed(bench.claims(aud: "other-pay")), .audience),
            (try bench.signed(bench.claims(age: 600)), .expired),
            (try bench.signed(bench.claims(age: -31)), .times),
            (try bench.signed(bench.claims(lifetime: 901)), .times),
        ]
        for (compact, refusal) in cases {
            await #expect(throws: PaymentsError.statementRefused(refusal), "\(refusal)") { try await order(compact) }
        }
        #expect(try await order(good).amount == 1_250)
        #expect(try await bench.orders.orders(of: ada.id, limit: 5).count == 1)
    }

    @Test("XFER-02 a terminal's key is no platform's, and a suspended platform is not believed until it is resumed")
    func parties() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let till = NamedPrivateKey(name: "till-1", privateKey: .generate(.p256))
        _ = try await bench.operators.registerTerminal(
            present(PartyName("till-1")), publicKey: till.privateKey.publicKey, payee: bench.baker.id, .bench("till"))
        let refused = PaymentsError.statementRefused(.signature(.unknownKey))
        let byTill = try bench.claims(iss: "till-1").signed(with: till)
        await #expect(throws: refused) {
            try await bench.orders.makeOrder(of: byTill, amount: nil, by: ada.id, .bench("x"))
        }
        let name = try present(PartyName("quay-market"))
        _ = try await bench.operators.suspendPlatform(name, true, .bench("suspend"))
        await #expect(throws: refused) { try await bench.order(ada) }
        _ = try await bench.operators.suspendPlatform(name, false, .bench("resume"))
        #expect(try await bench.order(ada).state == .open)
    }

    @Test("XFER-05 one instruction is one order: again for the same payer, and for nobody else or another amount")
    func replay() async throws {
        let bench = try await PaymentBench.make()
        let (ada, ben) = (try await bench.payer(), try await bench.payer("Ben"))
        let compact = try bench.signed(bench.claims("n-1", amount: nil))
        func order(_ payer: BenchPayer, _ amount: Int64, _ key: String) async throws -> Order {
            try await bench.orders.makeOrder(
                of: compact, amount: Money(minorUnits: amount, currency: PaymentBench.euro), by: payer.id,
                RequestKey(scope: payer.id.rawValue, key: key, fields: [compact, "\(amount)"]))
        }
        let first = try await order(ada, 500, "k-1")
        #expect(try await order(ada, 500, "k-1") == first)
        #expect(try await order(ada, 500, "k-2") == first)
        await #expect(throws: PaymentsError.idempotencyConflict) { try await order(ada, 501, "k-1") }
        await #expect(throws: PaymentsError.instructionUsed) { try await order(ada, 501, "k-3") }
        await #expect(throws: PaymentsError.instructionUsed) { try await order(ben, 500, "k-1") }
        // Signed anew, the platform's words are others: the instruction is used up all the same.
        var later = bench.claims("n-1", amount: nil)
        later.exp += 1
        let resigned = try bench.signed(later)
        await #expect(throws: PaymentsError.instructionUsed) {
            try await bench.orders.makeOrder(
                of: resigned, amount: first.money, by: ada.id, .bench("k-4"))
        }
    }

    @Test("XFER-05 many payments of one order that arrive together move the money once")
    func concurrency() async throws {
        let bench = try await PaymentBench.make(inFile: true)
        let ada = try await bench.payer()
        let order = try await bench.order(ada)
        let confirmation = try bench.confirmation(of: order, by: ada)
        let states = try await withThrowingTaskGroup(of: Order.State.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await bench.orders.pay(order.id, by: ada.id, confirmation: confirmation, pin: nil).state
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(states == Array(repeating: .paid, count: 16))
        #expect(try await bench.balance(ada.id) == 8_750)
        #expect(try await bench.store.dueOutboxLines(at: .max, limit: 50).count == 1)
    }

    @Test("an order is paid until it expires; then it is over, and its platform is told once")
    func expiry() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let (early, late) = (try await bench.order(ada, "a"), try await bench.order(ada, "b"))
        bench.clock.advance(599)
        #expect(try await bench.orders.expireOverdue() == 0)
        let confirmation = try bench.confirmation(of: early, by: ada)
        #expect(
            try await bench.orders.pay(early.id, by: ada.id, confirmation: confirmation, pin: nil).state == .paid)
        bench.clock.advance(1)
        let second = try bench.confirmation(of: late, by: ada)
        await #expect(throws: PaymentsError.expired(kind: "order")) {
            try await bench.orders.pay(late.id, by: ada.id, confirmation: second, pin: nil)
        }
        #expect(try await bench.orders.order(late.id, of: ada.id).state == .expired)
        #expect(try await bench.orders.expireOverdue() == 1)
        #expect(try await bench.orders.expireOverdue() == 0)
        #expect(try await bench.store.dueOutboxLines(at: .max, limit: 5).count == 2)
        #expect(try await bench.balance(ada.id) == 8_750)
    }

    @Test("a declined or cancelled order is not paid, and a paid one is not declined or cancelled")
    func endings() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let platform = try present(PartyName("quay-market"))
        let declined = try await bench.orders.decline(bench.order(ada, "a").id, by: ada.id, .bench("no"))
        #expect(declined.state == .declined)
        #expect(try await bench.orders.decline(declined.id, by: ada.id, .bench("no again")) == declined)
        _ = try await bench.order(ada, "b")
        let cancelled = try await bench.orders.cancel(instruction: "b", by: platform, .bench("back"))
        #expect(cancelled.state == .cancelled)
        for order in [declined, cancelled] {
            let confirmation = try bench.confirmation(of: order, by: ada)
            await #expect(throws: PaymentsError.conflict(reason: "the order is \(order.state.rawValue)")) {
                try await bench.orders.pay(order.id, by: ada.id, confirmation: confirmation, pin: nil)
            }
        }
        let order = try await bench.order(ada, "c")
        _ = try await bench.orders.pay(
            order.id, by: ada.id, confirmation: bench.confirmation(of: order, by: ada), pin: nil)
        let isPaid = PaymentsError.conflict(reason: "the order is paid")
        await #expect(throws: isPaid) { try await bench.orders.decline(order.id, by: ada.id, .bench("late no")) }
        await #expect(throws: isPaid) {
            try await bench.orders.cancel(instruction: "c", by: platform, .bench("late back"))
        }
        let stranger = try present(PartyName("other-market"))
        await #expect(throws: PaymentsError.notFound(kind: "order")) {
            try await bench.orders.cancel(instruction: "c", by: stranger, .bench("not theirs"))
        }
    }

    @Test("insufficient funds refuse the payment and change nothing; the order can be paid once there is money")
    func insufficientFunds() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer(holding: 1_249)
        let order = try await bench.order(ada)
        let confirmation = try bench.confirmation(of: order, by: ada)
        await #expect(throws: PaymentsError.transferRefused(.exceedsCredits(ada.id))) {
            try await bench.orders.pay(order.id, by: ada.id, confirmation: confirmation, pin: nil)
        }
        #expect(try await bench.orders.order(order.id, of: ada.id) == order)
        #expect(try await bench.store.dueOutboxLines(at: .max, limit: 5).isEmpty)
        _ = try await bench.operators.fund(
            ada.id, Money(minorUnits: 1, currency: PaymentBench.euro), from: bench.bank.id, reference: "a cent",
            .bench("cent"))
        #expect(
            try await bench.orders.pay(order.id, by: ada.id, confirmation: confirmation, pin: nil).state == .paid)
        #expect(try await bench.balance(ada.id) == 0)
    }

    @Test("accounts that do not exist, are closed, are nobody's shop or have another currency make no order")
    func accounts() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer()
        let yen = Currency.known("JPY")
        func order(_ claims: PaymentInstruction) async throws -> Order {
            try await bench.orders.makeOrder(
                of: bench.signed(claims), amount: nil, by: ada.id, .bench(claims.jti))
        }
        let noShop = PaymentsError.invalid(field: "payee", reason: "no merchant's account in EUR")
        for (jti, payee) in [("a", AccountID(unchecked: "acc_0")), ("b", ada.id), ("c", bench.bank.id)] {
            await #expect(throws: noShop) { try await order(bench.claims(jti, payee: payee)) }
        }
        let florist = try await bench.operators.openAccount(
            .merchant, currency: yen, label: "Florist", .bench("florist"))
        await #expect(throws: noShop) { try await order(bench.claims("d", payee: florist.id)) }
        await #expect(throws: PaymentsError.foreignCurrency(PaymentBench.euro, due: yen)) {
            try await order(bench.claims("e", payee: florist.id, currency: yen))
        }
        let open = try await order(bench.claims("f"))
        _ = try await bench.operators.closeAccount(bench.baker.id)
        await #expect(throws: PaymentsError.conflict(reason: "the account \(bench.baker.id) is closed")) {
            try await order(bench.claims("g"))
        }
        let confirmation = try bench.confirmation(of: open, by: ada)
        await #expect(throws: PaymentsError.transferRefused(.accountClosed(bench.baker.id))) {
            try await bench.orders.pay(open.id, by: ada.id, confirmation: confirmation, pin: nil)
        }
    }

    @Test("another payer's order is not found, to look at, to pay or to decline")
    func strangers() async throws {
        let bench = try await PaymentBench.make()
        let (ada, ben) = (try await bench.payer(), try await bench.payer("Ben"))
        let order = try await bench.order(ada)
        let confirmation = try bench.confirmation(of: order, by: ben)
        let notFound = PaymentsError.notFound(kind: "order")
        await #expect(throws: notFound) { try await bench.orders.order(order.id, of: ben.id) }
        await #expect(throws: notFound) {
            try await bench.orders.pay(order.id, by: ben.id, confirmation: confirmation, pin: nil)
        }
        await #expect(throws: notFound) { try await bench.orders.decline(order.id, by: ben.id, .bench("x")) }
        let byBen = try bench.confirmation(of: order, by: ben) { $0.iss = ada.id.rawValue }
        await #expect(throws: PaymentsError.statementRefused(.signature(.unknownKey))) {
            try await bench.orders.pay(order.id, by: ada.id, confirmation: byBen, pin: nil)
        }
    }

    @Test("a payer's open orders are bounded; those that are over do not count")
    func bound() async throws {
        let policy = PaymentPolicy(pinCost: PaymentPolicy.quick.pinCost, openOrdersMax: 3)
        let bench = try await PaymentBench.make(policy: policy)
        let ada = try await bench.payer()
        for jti in ["a", "b", "c"] { _ = try await bench.order(ada, jti) }
        await #expect(throws: PaymentsError.tooMany(kind: "open orders", max: 3)) { try await bench.order(ada, "d") }
        bench.clock.advance(600)
        #expect(try await bench.order(ada, "e").state == .open)
    }
}
