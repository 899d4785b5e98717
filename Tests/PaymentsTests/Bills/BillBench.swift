import CardCryptography
import ISO4217
import Instructions
import JOSE
import Synchronization

@testable import Payments

/// A payment server with sellers' terminals: two of the baker's, one of the florist's.
final class BillBench: Sendable {
    let bench: PaymentBench
    let desk: BillDesk
    let florist: LedgerAccount
    let ada: BenchPayer
    let keys: [String: NamedPrivateKey]
    private let sequence = Atomic<Int64>(0)

    static let terminals = ["bakery-1", "bakery-2", "flowers-1"]

    init(_ bench: PaymentBench, holding amount: Int64 = 10_000) async throws {
        self.bench = bench
        desk = BillDesk(bench.server)
        florist = try await bench.operators.openAccount(
            .merchant, currency: PaymentBench.euro, label: "Florist", .bench("florist"))
        var keys: [String: NamedPrivateKey] = [:]
        for name in Self.terminals {
            let key = NamedPrivateKey(name: name, privateKey: .generate(.p256))
            keys[name] = key
            _ = try await bench.operators.registerTerminal(
                present(PartyName(name)), publicKey: key.privateKey.publicKey,
                payee: name.hasPrefix("bakery") ? bench.baker.id : florist.id, .bench("terminal \(name)"))
        }
        self.keys = keys
        ada = try await bench.payer(holding: amount)
    }

    var now: Int64 { bench.clock.now() }

    func seller(of terminal: String) -> AccountID { terminal.hasPrefix("bakery") ? bench.baker.id : florist.id }

    func open(
        for payer: BenchPayer? = nil, seconds: Int64 = 3_600, limit: Int64? = nil, _ key: String = "open"
    ) async throws -> Bill {
        try await desk.open(
            for: (payer ?? ada).id, periodSeconds: seconds,
            limit: limit.map { Money(minorUnits: $0, currency: PaymentBench.euro) }, .bench(key))
    }

    func nextSequence() -> Int64 { sequence.add(1, ordering: .relaxed).newValue }

    /// What a terminal signs.
    func item(
        _ bill: Bill, _ amount: Int64 = 300, at terminal: String = "bakery-1", sequence: Int64? = nil,
        by signer: String? = nil, _ alter: (inout BillItem) -> Void = { _ in }
    ) throws -> String {
        let number = sequence ?? nextSequence()
        var item = BillItem(
            iss: terminal, aud: "harbour-pay", jti: "\(terminal)-\(number)", iat: now, exp: now + 900,
            bill: bill.id.rawValue, sequence: number, seller: seller(of: terminal).rawValue, description: "Bread",
            amount: amount, currency: PaymentBench.euro)
        alter(&item)
        return try item.signed(with: present(keys[signer ?? terminal]))
    }

    func removal(_ bill: Bill, _ sequence: Int64, at terminal: String = "bakery-1") throws -> String {
        try BillItemRemoval(
            iss: terminal, aud: "harbour-pay", jti: "off-\(sequence)", iat: now, exp: now + 900,
            bill: bill.id.rawValue, sequence: sequence
        ).signed(with: present(keys[terminal]))
    }

    func add(_ bill: Bill, _ amount: Int64 = 300, at terminal: String = "bakery-1") async throws {
        _ = try await desk.add(item(bill, amount, at: terminal), to: bill.id, by: bill.payer)
    }

    func confirmation(
        of verification: BillVerification, by payer: BenchPayer? = nil, userVerified: Bool = true,
        _ alter: (inout PayerConfirmation) -> Void = { _ in }
    ) throws -> String {
        let payer = payer ?? ada
        var confirmation = PayerConfirmation(
            iss: payer.id.rawValue, aud: "harbour-pay", jti: verification.challenge, iat: now, exp: now + 60,
            subject: .bill, reference: verification.list.bill, digest: verification.digest,
            amount: verification.list.total, currency: verification.list.currency, userVerified: userVerified)
        alter(&confirmation)
        return try confirmation.signed(with: payer.key)
    }

    func confirm(_ bill: Bill, _ verification: BillVerification) async throws -> BillSettlement {
        try await desk.confirm(
            bill.id, by: bill.payer, confirmation: confirmation(of: verification), pin: nil)
    }

    func record(_ bill: Bill) async throws -> Bill { try present(await bench.store.bill(bill.id)) }

    /// What Ada, the baker and the florist have.
    func balances() async throws -> [Int64] {
        [
            try await bench.balance(ada.id), try await bench.balance(bench.baker.id),
            try await bench.balance(florist.id),
        ]
    }
}

extension BillSettlement {
    var bill: Bill? {
        if case .settled(let bill) = self { bill } else { nil }
    }
}

/// The error of what must fail.
func refusal<Value>(_ work: () async throws -> Value) async -> PaymentsError? {
    do {
        _ = try await work()
        return nil
    } catch {
        return error as? PaymentsError
    }
}
