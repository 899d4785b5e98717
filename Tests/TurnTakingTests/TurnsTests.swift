import Testing
import TurnTaking

@Suite("Turns")
struct TurnsTests {
    @Test("what has one name is done one after the other, and other names do not wait")
    func oneAfterTheOther() async throws {
        let (turns, log) = (Turns<String, Refusal>(), Log())
        let (entered, release) = (Gate(), Gate())
        let first = Task {
            try await turns.take("a") { () async throws(Refusal) in
                await log.append("first begins")
                await entered.open()
                await release.wait()
                await log.append("first ends")
            }
        }
        await entered.wait()
        let second = Task {
            try await turns.take("a") { () async throws(Refusal) in await log.append("second") }
        }
        while await turns.waitingCount("a") == 0 { await Task.yield() }
        try await turns.take("b") { () async throws(Refusal) in await log.append("other") }
        await release.open()
        try await first.value
        try await second.value
        #expect(await log.lines == ["first begins", "other", "first ends", "second"])
    }

    @Test("a failure passes the turn on")
    func failure() async throws {
        let turns = Turns<String, Refusal>()
        await #expect(throws: Refusal.mistake) {
            try await turns.take("a") { () async throws(Refusal) in throw .mistake }
        }
        try await turns.take("a") { () async throws(Refusal) in }
    }

    @Test("64 wait at most, and one more is told to come again")
    func bound() async throws {
        let turns = Turns<String, Refusal>()
        let (entered, release) = (Gate(), Gate())
        let first = Task {
            try await turns.take("a") { () async throws(Refusal) in
                await entered.open()
                await release.wait()
            }
        }
        await entered.wait()
        let others = (0..<Turns<String, Refusal>.waitingMax).map { _ in
            Task { try await turns.take("a") { () async throws(Refusal) in } }
        }
        while await turns.waitingCount("a") < Turns<String, Refusal>.waitingMax { await Task.yield() }
        await #expect(throws: Refusal.self) { try await turns.take("a") { () async throws(Refusal) in } }
        await release.open()
        try await first.value
        for other in others { try await other.value }
        #expect(await turns.waitingCount("a") == 0)
    }

    private enum Refusal: TurnFailure, Equatable {
        case crowded(reason: String)
        case mistake
    }

    private actor Log {
        private(set) var lines: [String] = []
        func append(_ line: String) { lines.append(line) }
    }

    private actor Gate {
        private var isOpen = false
        private var waiters: [CheckedContinuation<Void, Never>] = []

        func open() {
            isOpen = true
            for waiter in waiters { waiter.resume() }
            waiters = []
        }

        func wait() async {
            guard !isOpen else { return }
            await withCheckedContinuation { waiters.append($0) }
        }
    }
}
