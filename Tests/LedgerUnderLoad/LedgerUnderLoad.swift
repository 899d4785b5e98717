import Foundation
import ISO4217
import Payments
import Storage

/// Moves money in a ledger as fast as it goes, until it is killed; or writes the ledger's journal as plain text.
///
///     LedgerUnderLoad load FILE SEED CLIENTS
///     LedgerUnderLoad journal FILE hledger|ledger|beancount
///
/// Under load, what it is about to do and what was acknowledged is told on standard output, a line each, written at once:
///
///     t ID DEBIT CREDIT AMOUNT PHASE [PENDING]   is about to be committed
///     a ID                                       was acknowledged
@main
enum LedgerUnderLoad {
    static let accounts: UInt64 = 8
    static let fundedEach: Int64 = 1_000_000

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.count) {
        case ("load", 4):
            guard let seed = UInt64(arguments[3]), let clients = UInt64(arguments[4]) else { break }
            return try await load(arguments[2], seed: seed, clients: clients)
        case ("journal", 3):
            guard let dialect = JournalDialect(rawValue: arguments[3]) else { break }
            let store = try SQLitePaymentStore(path: arguments[2])
            for try await text in JournalExport(of: store, for: dialect) {
                FileHandle.standardOutput.write(Data(text.utf8))
            }
            return
        default: break
        }
        FileHandle.standardError.write(Data("usage: LedgerUnderLoad load FILE SEED CLIENTS\n".utf8))
        exit(2)
    }

    private static func load(_ file: String, seed: UInt64, clients: UInt64) async throws {
        guard let euro = Currency("EUR") else { preconditionFailure("the euro is in the list") }
        let store = try SQLitePaymentStore(path: file)
        try await prepare(store, euro)
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                group.addTask {
                    var client = Client(store, euro, seed: seed &* 1_000 &+ client)
                    await client.run()
                }
            }
        }
    }

    static func account(_ number: UInt64) -> AccountID {
        let digits = String(number, radix: 16)
        return AccountID(unchecked: "acc_" + String(repeating: "0", count: 32 - digits.count) + digits)
    }

    /// A bank that may owe, and accounts that may not; each is given its first money once.
    private static func prepare(_ store: SQLitePaymentStore, _ euro: Currency) async throws {
        let bank = LedgerAccount(
            id: account(0), kind: .issuerSettlement, currency: euro, overdraft: .unbounded, label: "bank", createdAt: 1)
        try? await store.commit([.openAccount(bank)])
        for number in 1...accounts {
            let payer = LedgerAccount(id: account(number), kind: .payer, currency: euro, label: "payer", createdAt: 1)
            try? await store.commit([.openAccount(payer)])
            let funding = Transfer(
                id: TransferID(derivedFrom: "funding \(number)"), debit: bank.id, credit: payer.id, amount: fundedEach,
                currency: euro, code: .funding)
            try await store.commit([.transfers([funding], at: 1)])
        }
    }
}

/// One of those that move money at the same time.
struct Client {
    let store: SQLitePaymentStore
    let euro: Currency
    var random: SplitMix64

    init(_ store: SQLitePaymentStore, _ euro: Currency, seed: UInt64) {
        self.store = store
        self.euro = euro
        random = SplitMix64(state: seed)
    }

    mutating func run() async {
        while true {
            let first = transfer(.posted)
            switch random.next() % 4 {
            case 0: await commit([first, transfer(.posted)])
            case 1:
                let pending = transfer(.pending(timeoutSeconds: nil))
                await commit([pending])
                await commit([settlement(of: pending)])
            default: await commit([first])
            }
        }
    }

    private mutating func transfer(_ phase: Transfer.Phase) -> Transfer {
        let debit = 1 + random.next() % LedgerUnderLoad.accounts
        let credit = 1 + (debit + random.next() % (LedgerUnderLoad.accounts - 1)) % LedgerUnderLoad.accounts
        let id = TransferID(UInt128(random.next()) << 64 | UInt128(random.next()))
        return Transfer(
            id: id, debit: LedgerUnderLoad.account(debit), credit: LedgerUnderLoad.account(credit),
            amount: 1 + Int64(random.next() % 100), currency: euro, code: .tagPayment, phase: phase)
    }

    private mutating func settlement(of pending: Transfer) -> Transfer {
        let isPosted = random.next() % 2 == 0
        return Transfer(
            id: TransferID(UInt128(random.next()) << 64 | UInt128(random.next())), debit: pending.debit,
            credit: pending.credit, amount: pending.amount, currency: euro, code: pending.code,
            phase: isPosted ? .post(pending.id) : .void(pending.id))
    }

    private func commit(_ batch: [Transfer]) async {
        tell(batch.map(\.line))
        do {
            try await store.commit([.transfers(batch, at: 2)])
            tell(batch.map { "a \($0.id)\n" })
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
        }
    }

    private func tell(_ lines: [String]) { FileHandle.standardOutput.write(Data(lines.joined().utf8)) }
}

extension Transfer {
    fileprivate var line: String {
        let phase =
            switch phase {
            case .posted: "posted"
            case .pending: "pending"
            case .post(let id): "post \(id)"
            case .void(let id): "void \(id)"
            }
        return "t \(id) \(debit) \(credit) \(amount) \(phase)\n"
    }
}

/// A small generator whose numbers follow from its seed.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
