import CardCryptography
import Foundation
import GRDB
import ISO4217
import Payments
import Storage

/// Transfers a second against the bare rate of durable commits: one row inserted into a file of the same settings, in the
/// same run and turn by turn with it.
func benchmarkLedger() async throws -> [Measurement] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let bare = try BareCommits(path: folder.appendingPathComponent("bare.db").path)
    let ledger = try await LedgerUnderMeasure(path: folder.appendingPathComponent("ledger.db").path)
    var (commits, alone, together, batched) = (Rate(), Rate(), Rate(), Rate())
    try bare.insert(200)
    try await ledger.transfer(200, clients: 1)
    for _ in 0..<4 {
        try commits.measure(500) { try bare.insert(500) }
        try await alone.measure(500) { try await ledger.transfer(500, clients: 1) }
        try await together.measure(2_000) { try await ledger.transfer(2_000, clients: 8) }
        try await batched.measure(64 * 60) { try await ledger.record(batches: 60, of: 64) }
    }
    let snapshot = try await ledger.store.ledgerSnapshot()
    precondition(snapshot.totals.values.allSatisfy(\.isBalanced), "debits and credits are equal")
    return [
        Measurement("durable commits of one row", commits.perSecond, "/s"),
        Measurement("transfers, one client", alone.perSecond, "/s"),
        Measurement(
            "transfers of one client against bare commits", alone.perSecond / commits.perSecond, goal: .atLeast(0.8)),
        Measurement("transfers, 8 clients", together.perSecond, "/s"),
        Measurement(
            "transfers of 8 clients against bare commits", together.perSecond / commits.perSecond, goal: .atLeast(0.8)),
        Measurement("transfers in batches of 64", batched.perSecond, "/s"),
        Measurement("batched transfers against bare commits", batched.perSecond / commits.perSecond, goal: .atLeast(5)),
    ]
}

private struct Rate {
    private var count = 0
    private var seconds = 0.0

    var perSecond: Double { Double(count) / seconds }

    mutating func measure(_ count: Int, _ work: () throws -> Void) rethrows {
        let start = ContinuousClock.now
        try work()
        add(count, ContinuousClock.now - start)
    }

    mutating func measure(_ count: Int, _ work: () async throws -> Void) async rethrows {
        let start = ContinuousClock.now
        try await work()
        add(count, ContinuousClock.now - start)
    }

    private mutating func add(_ count: Int, _ time: Duration) {
        self.count += count
        seconds += Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    }
}

/// One row for each commit, with the settings of our stores: write-ahead log, every commit synced.
private struct BareCommits {
    private let queue: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.journalMode = .wal
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4096")
            try database.execute(sql: "CREATE TABLE row (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
        }
    }

    func insert(_ count: Int) throws {
        for _ in 0..<count {
            try queue.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    try database.cachedStatement(sql: "INSERT INTO row (text) VALUES (?)").execute(arguments: ["row"])
                    return .commit
                }
            }
        }
    }
}

/// A ledger of a hundred payers, each with money.
private final class LedgerUnderMeasure: Sendable {
    let store: SQLitePaymentStore
    private let payers: [AccountID]
    private let euro: Currency

    init(path: String) async throws {
        guard let euro = Currency("EUR") else { preconditionFailure("the euro is in the list") }
        self.euro = euro
        store = try SQLitePaymentStore(path: path)
        let bank = LedgerAccount(
            id: .random(SystemRandomSource()), kind: .issuerSettlement, currency: euro, overdraft: .unbounded,
            label: "bank", createdAt: 1)
        let accounts = (0..<100).map { _ in
            LedgerAccount(id: .random(SystemRandomSource()), kind: .payer, currency: euro, label: "payer", createdAt: 1)
        }
        payers = accounts.map(\.id)
        let funding = accounts.map {
            Transfer(
                id: .fresh, debit: bank.id, credit: $0.id, amount: 1_000_000_000, currency: euro, code: .funding)
        }
        try await store.commit(([bank] + accounts).map { .openAccount($0) } + [.transfers(funding, at: 1)])
    }

    private func transfer() -> Transfer {
        let debit = Int.random(in: payers.indices)
        let credit = (debit + Int.random(in: 1..<payers.count)) % payers.count
        return Transfer(
            id: .fresh, debit: payers[debit], credit: payers[credit], amount: 1, currency: euro, code: .tagPayment)
    }

    /// One transfer for each commit.
    func transfer(_ count: Int, clients: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<clients {
                group.addTask {
                    for _ in 0..<count / clients {
                        try await self.store.commit([.transfers([self.transfer()], at: 2)])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    func record(batches: Int, of count: Int) async throws {
        for _ in 0..<batches {
            let results = try await store.record((0..<count).map { _ in transfer() }, at: 2)
            precondition(results.allSatisfy { $0 == .recorded }, "there is money for all of them")
        }
    }
}

extension TransferID {
    fileprivate static var fresh: TransferID { TransferID(.random(in: 1 ... .max)) }
}
