import Foundation
import ISO4217
import Storage
import Testing

@testable import Payments

@Suite("The journal as plain text")
struct JournalExportTests {
    private typealias Bench = LedgerBench

    /// Three currencies with two, no and three decimals; reservations used, in part, and given up.
    private func store() async throws -> SQLitePaymentStore {
        let store = try SQLitePaymentStore.inMemory()
        let dinar = Currency.known("KWD")
        let others = [
            Bench.account(11, .issuerSettlement, Bench.yen, overdraft: .unbounded),
            Bench.account(12, .payer, Bench.yen),
            Bench.account(13, .issuerSettlement, dinar, overdraft: .unbounded), Bench.account(14, .reward, dinar),
        ]
        try await store.commit(([Bench.ada, Bench.baker, Bench.bank] + others).map { .openAccount($0) })
        let day: Int64 = 1_764_201_600
        try await store.commit([
            .transfers(
                [
                    Bench.transfer(1, Bench.bank, Bench.ada, 10_005, code: .funding, reference: "desk \"4\"; \\ \n711"),
                    Bench.transfer(2, others[0], others[1], 1_250, currency: Bench.yen, code: .funding),
                    Bench.transfer(3, others[2], others[3], 1_250, currency: dinar, code: .funding),
                ], at: day)
        ])
        try await store.commit([
            .transfers(
                [
                    Bench.transfer(4, Bench.ada, Bench.baker, 2_000, .pending(timeoutSeconds: nil), reference: "ord_1"),
                    Bench.transfer(5, Bench.ada, Bench.baker, 1_999, .post(TransferID(4)), reference: "ord_1"),
                    Bench.transfer(6, Bench.ada, Bench.baker, 7, .pending(timeoutSeconds: nil)),
                    Bench.transfer(7, Bench.ada, Bench.baker, 7, .void(TransferID(6))),
                    Bench.transfer(8, Bench.ada, Bench.baker, 1, reference: "ord_2"),
                ], at: day + 86_400)
        ])
        return store
    }

    private func text(_ store: any LedgerStore, _ dialect: JournalDialect) async throws -> String {
        var text = ""
        for try await part in JournalExport(of: store, for: dialect) { text += part }
        return text
    }

    @Test("shows what moved, to the last decimal, and what each account must hold")
    func ledger() async throws {
        let text = try await text(store(), .hledger)
        #expect(text.contains("commodity 1000. JPY\ncommodity 1000.000 KWD\n"))
        #expect(
            text.contains(
                """
                2025-11-27 * (1) funding desk 4  711
                    Assets:Settlement:Acc-00000000000000000000000000000005    100.05 EUR
                    Liabilities:Payer:Acc-00000000000000000000000000000001    -100.05 EUR

                """))
        #expect(text.contains("2025-11-28 * (5) tagPayment ord_1") && text.contains("    19.99 EUR"))
        #expect(!text.contains("(4)") && !text.contains("(6)") && !text.contains("(7)"))
        #expect(text.contains("Liabilities:Merchant:Acc-00000000000000000000000000000003    0.00 EUR = -20.00 EUR"))
        #expect(text.contains("Liabilities:Reward:Acc-0000000000000000000000000000000e    0.000 KWD = -1.250 KWD"))
    }

    @Test("is the ledger of one moment, in pages, whatever is recorded meanwhile")
    func oneMoment() async throws {
        let store = try await store()
        let many = (0..<1_200).map { Bench.transfer(UInt128(100 + $0), Bench.bank, Bench.ada, 1, code: .funding) }
        for start in stride(from: 0, to: 1_200, by: 300) {
            try await store.commit([.transfers(Array(many[start..<start + 300]), at: 1_764_300_000)])
        }
        var parts: [String] = []
        for try await part in JournalExport(of: store, for: .ledger) {
            parts.append(part)
            let late = Bench.transfer(UInt128(9_000 + parts.count), Bench.bank, Bench.ada, 5, code: .funding)
            try await store.commit([.transfers([late], at: 1_764_300_001)])
        }
        #expect(parts.count == 5)
        let text = parts.joined()
        #expect(text.contains("(1208)") && !text.contains("(1209)"))
        #expect(text.contains("Acc-00000000000000000000000000000001    0.00 EUR = -92.05 EUR"))
    }

    @Test(
        "dates are those of the Gregorian calendar",
        arguments: [
            (Int64(0), "1970-01-01"), (-1, "1969-12-31"), (951_782_400, "2000-02-29"), (951_868_800, "2000-03-01"),
            (4_107_542_400, "2100-03-01"), (1_764_287_999, "2025-11-27"), (1_764_288_000, "2025-11-28"),
        ])
    func dates(_ seconds: Int64, _ expected: String) {
        #expect(CalendarDay(secondsSince1970: seconds).description == expected)
    }

    @Test(
        "adds up for whoever else adds it up, and to nothing else",
        arguments: [
            (JournalDialect.hledger, ["hledger", "-f", "FILE", "check"]),
            (.ledger, ["ledger", "-f", "FILE", "bal"]), (.beancount, ["bean-check", "FILE"]),
        ].filter { Self.isInstalled($0.1[0]) })
    func programs(_ dialect: JournalDialect, _ command: [String]) async throws {
        let folder = try BenchFolder()
        let file = folder.file("journal." + dialect.fileExtension)
        func check(_ text: String) throws -> Int32 {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = command.map { $0 == "FILE" ? file : $0 }
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        let text = try await text(store(), dialect)
        #expect(try check(text) == 0)
        // A cent too much on both sides balances, and is not what the accounts hold.
        for (right, wrong) in [("19.99 EUR", "20.00 EUR"), ("1.250 KWD", "1.251 KWD"), ("1250 JPY", "1251 JPY")] {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
            let altered = lines.map { line in
                line.contains("=") || line.contains(" balance ") ? line : line.replacing(right, with: wrong)
            }.joined(separator: "\n")
            #expect(altered != text)
            #expect(try check(altered) != 0, "\(dialect) takes \(wrong) for \(right)")
        }
    }

    private static func isInstalled(_ program: String) -> Bool {
        ["/usr/bin/", "/usr/local/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
    }
}
