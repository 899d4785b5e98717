import Foundation
import ISO4217
import Payments
import Storage
import Synchronization
import Testing

@Suite("The ledger, killed under load")
struct KillTests {
    @Test(
        "loses no acknowledged transfer and doubles none, however often its process is killed at any moment",
        .timeLimit(.minutes(15)))
    func kills() async throws {
        let folder = try BenchFolder()
        let file = folder.file("ledger.db")
        var told = Told()
        for round in 0..<8 {
            told.read(try await output(of: file, seed: round, killedAfterMilliseconds: 20 + 71 * round))
            try await check(file, told)
        }
        #expect(told.acknowledged.count > 100, "\(told.acknowledged.count) acknowledged")
        try await checkThatRepetitionSettles(file, told)
    }

    /// What the program wrote until it was killed.
    private func output(of file: String, seed: Int, killedAfterMilliseconds delay: Int) async throws -> String {
        let process = Process()
        process.executableURL = try program()
        process.arguments = ["load", file, "\(seed + 1)", "4"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = Output(pipe.fileHandleForReading)
        try await output.waitForAcknowledgement()
        try await Task.sleep(for: .milliseconds(delay))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return try await output.whole()
    }

    /// Beside the tests themselves.
    private func program() throws -> URL {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let candidates = [URL(fileURLWithPath: tests), URL(fileURLWithPath: CommandLine.arguments[0])].map {
            $0.deletingLastPathComponent().appendingPathComponent("LedgerUnderLoad")
        }
        let arguments = CommandLine.arguments.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
            .map { $0.appendingPathComponent("LedgerUnderLoad") }
        return try present(
            (candidates + arguments).first { FileManager.default.isExecutableFile(atPath: $0.path) }, "LedgerUnderLoad")
    }

    private func check(_ file: String, _ told: Told) async throws {
        let store = try SQLitePaymentStore(path: file)
        let ledger = try await ReadLedger(store)
        let recorded = Dictionary(grouping: ledger.transfers, by: \.transfer.id)
        #expect(recorded.values.allSatisfy { $0.count == 1 })
        for id in told.acknowledged { #expect(recorded[id]?.count == 1, "\(id) was acknowledged") }
        for (id, attempt) in told.attempts {
            guard let found = recorded[id]?.first?.transfer else { continue }
            #expect(attempt.isDone(by: found))
        }
        ledger.expectSumsOfTheJournal()
        try store.close()
    }

    /// Whoever got no answer asks again with the same names: everything that was begun is done once then.
    private func checkThatRepetitionSettles(_ file: String, _ told: Told) async throws {
        let store = try SQLitePaymentStore(path: file)
        for line in told.order {
            let attempt = try present(told.attempts[line])
            do {
                try await store.commit([.transfers([attempt.transfer], at: 3)])
            } catch {
                // Money that was there for the first attempt may have gone elsewhere meanwhile.
                #expect(!told.acknowledged.contains(line), "\(error)")
            }
        }
        let ledger = try await ReadLedger(store)
        #expect(Set(ledger.transfers.map(\.transfer.id)).count == ledger.transfers.count)
        ledger.expectSumsOfTheJournal()
    }
}

/// What comes out of a program while it runs, read by a thread of its own.
private final class Output: Sendable {
    private let state = Mutex((bytes: Data(), isOver: false))

    init(_ handle: FileHandle) {
        Thread.detachNewThread { [self] in
            while true {
                let piece = handle.availableData
                state.withLock { state in
                    state.bytes.append(piece)
                    state.isOver = piece.isEmpty
                }
                if piece.isEmpty { return }
            }
        }
    }

    /// Half a minute at most.
    func waitForAcknowledgement() async throws {
        for _ in 0..<3_000 {
            if state.withLock({ $0.isOver || $0.bytes.range(of: Data("\na ".utf8)) != nil }) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func whole() async throws -> String {
        while !state.withLock({ $0.isOver }) { try await Task.sleep(for: .milliseconds(10)) }
        return state.withLock { String(decoding: $0.bytes, as: UTF8.self) }
    }
}

/// What the program said.
struct Told {
    struct Attempt {
        var transfer: Transfer

        func isDone(by other: Transfer) -> Bool { transfer == other }
    }

    var attempts: [TransferID: Attempt] = [:]
    var order: [TransferID] = []
    var acknowledged: Set<TransferID> = []

    /// Whole lines only: the last may be cut off.
    mutating func read(_ output: String) {
        let end = output.lastIndex(of: "\n") ?? output.startIndex
        for line in output[..<end].split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2, let id = TransferID(hex: words[1]) else { continue }
            if words[0] == "a" {
                acknowledged.insert(id)
            } else if let attempt = Self.attempt(id, words) {
                if attempts.updateValue(attempt, forKey: id) == nil { order.append(id) }
            }
        }
    }

    private static func attempt(_ id: TransferID, _ words: [String]) -> Attempt? {
        guard words.count >= 6, let amount = Int64(words[4]) else { return nil }
        let pending = words.count > 6 ? TransferID(hex: words[6]) : nil
        let phase: Transfer.Phase
        switch (words[5], pending) {
        case ("posted", nil): phase = .posted
        case ("pending", nil): phase = .pending(timeoutSeconds: nil)
        case ("post", let id?): phase = .post(id)
        case ("void", let id?): phase = .void(id)
        default: return nil
        }
        return Attempt(
            transfer: Transfer(
                id: id, debit: AccountID(unchecked: words[2]), credit: AccountID(unchecked: words[3]), amount: amount,
                currency: .known("EUR"), code: .tagPayment, phase: phase))
    }
}
