import CardCryptography
import ISO4217
import Testing

@testable import Payments

@Suite("The payment server's operator")
struct OperatorTests {
    private let euro = PaymentBench.euro

    @Test("registers platforms and terminals once, with keys that nobody else has, and tells each secret once")
    func registration() async throws {
        let bench = try await PaymentBench.make()
        let (operators, access) = (bench.operators, AccessDesk(bench.server))
        let key = ECPrivateKey.generate(.p256).publicKey
        let name = try present(PartyName("till-1"))
        let first = try await operators.registerTerminal(name, publicKey: key, payee: bench.baker.id, .bench("t"))
        let again = try await operators.registerTerminal(name, publicKey: key, payee: bench.baker.id, .bench("t"))
        #expect(first.secret == again.secret && first.party == again.party)
        #expect(try await access.holder(ofSecret: .text(first.secret)) == .terminal(name))
        await #expect(throws: PaymentsError.duplicate(reason: "the terminal till-1 is registered")) {
            try await operators.registerTerminal(name, publicKey: key, payee: bench.baker.id, .bench("t2"))
        }
        await #expect(throws: PaymentsError.duplicate(reason: "a key named till-1 is registered")) {
            try await operators.registerPlatform(
                present(PartyName("p")), keyName: "till-1", publicKey: key, .bench("p"))
        }
        await #expect(throws: PaymentsError.notFound(kind: "account")) {
            try await operators.registerTerminal(
                present(PartyName("till-2")), publicKey: key, payee: AccountID(unchecked: "acc_0"), .bench("t3"))
        }
        let notASeller = PaymentsError.invalid(
            field: "payee", reason: "no merchant's account, and none of a gate's owner")
        await #expect(throws: notASeller) {
            try await operators.registerTerminal(
                present(PartyName("till-2")), publicKey: key, payee: bench.bank.id, .bench("t4"))
        }
        await #expect(
            throws: PaymentsError.invalid(
                field: "publicKey", reason: "a P-256 public key in PEM (SubjectPublicKeyInfo)")
        ) {
            try await operators.registerPlatform(
                present(PartyName("p")), publicKey: ECPrivateKey.generate(.p384).publicKey, .bench("p2"))
        }
        let renewed = try await access.renew(.terminal(name), by: "operator")
        #expect(try await access.holder(ofSecret: renewed) == .terminal(name))
        await #expect(throws: PaymentsError.unauthenticated) { try await access.holder(ofSecret: .text(first.secret)) }
        await #expect(throws: PaymentsError.unauthenticated) { try await access.holder(ofSecret: .text("")) }
    }

    @Test("rolls a platform's key over: both are believed while both are there, nine are too many")
    func keys() async throws {
        let bench = try await PaymentBench.make()
        let platform = SigningKey.Holder.platform(try present(PartyName("quay-market")))
        for number in 2...8 {
            _ = try await bench.operators.addKey(
                named: "key-\(number)", ECPrivateKey.generate(.p256).publicKey, of: platform, .bench("k\(number)"))
        }
        await #expect(throws: PaymentsError.tooMany(kind: "keys", max: 8)) {
            try await bench.operators.addKey(
                named: "key-9", ECPrivateKey.generate(.p256).publicKey, of: platform, .bench("k9"))
        }
        await #expect(throws: PaymentsError.notFound(kind: "party")) {
            try await bench.operators.addKey(
                named: "key-x", ECPrivateKey.generate(.p256).publicKey, of: .terminal(present(PartyName("none"))),
                .bench("kx"))
        }
    }

    @Test("books money that comes and goes once for each key, and sees it all")
    func bookings() async throws {
        let bench = try await PaymentBench.make()
        let ada = try await bench.payer(holding: 0)
        let amount = Money(minorUnits: 500, currency: euro)
        func fund(_ amount: Money, _ key: String) async throws -> RecordedTransfer {
            try await bench.operators.fund(ada.id, amount, from: bench.bank.id, reference: "desk", .bench(key))
        }
        let first = try await fund(amount, "f")
        #expect(try await fund(amount, "f") == first)
        await #expect(throws: PaymentsError.idempotencyConflict) {
            try await fund(Money(minorUnits: 501, currency: euro), "f")
        }
        for (minorUnits, refusal) in [(Int64(0), TransferRefusal.amountZero), (-5, .amountNegative)] {
            await #expect(throws: PaymentsError.transferRefused(refusal)) {
                try await fund(Money(minorUnits: minorUnits, currency: euro), "g\(minorUnits)")
            }
        }
        await #expect(throws: PaymentsError.transferRefused(.foreignCurrency(bench.bank.id))) {
            try await fund(Money(minorUnits: 5, currency: .known("USD")), "h")
        }
        _ = try await bench.operators.withdraw(
            Money(minorUnits: 200, currency: euro), from: ada.id, to: bench.bank.id, reference: "out", .bench("w"))
        #expect(try await bench.balance(ada.id) == 300)
        #expect(try await bench.operators.transfers(limit: 10).map(\.transfer.code) == [.funding, .withdrawal])
        #expect(try await bench.operators.snapshot().totals[euro]?.isBalanced == true)
        #expect(try await bench.operators.accounts(limit: 10).count == 3)
    }

    @Test("opens accounts with a rule for going below zero, and none for payers")
    func accounts() async throws {
        let bench = try await PaymentBench.make()
        func open(_ kind: LedgerAccount.Kind, _ limit: Int64?) async throws -> OverdraftRule {
            try await bench.operators.openAccount(
                kind, currency: euro, label: "x", overdraftLimit: limit, .bench("\(kind) \(limit ?? -1)")
            ).overdraft
        }
        #expect(try await open(.merchant, nil) == .none)
        #expect(try await open(.merchant, 0) == .none)
        #expect(try await open(.merchant, 5) == .limit(5))
        #expect(try await open(.equity, nil) == .unbounded)
        await #expect(throws: PaymentsError.invalid(field: "overdraftLimit", reason: "zero or more")) {
            try await open(.merchant, -2)
        }
        await #expect(throws: PaymentsError.self) { try await open(.payer, nil) }
        for label in ["", String(repeating: "x", count: 65)] {
            await #expect(throws: PaymentsError.invalid(field: "label", reason: "1 to 64 bytes")) {
                try await bench.operators.openAccount(.merchant, currency: euro, label: label, .bench(label))
            }
        }
    }
}
