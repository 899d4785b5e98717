import CardTesting
import Testing

@testable import Wallet

@Suite("The life of a token")
struct TokenLifecycleTests {
    private func token() async throws -> Token {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let card = try await bench.card(of: account.id)
        let credential = Credential(
            id: .random(bench.random), card: card.reference, user: account.id, device: device.id,
            secureElement: device.secureElement, mode: .universalData, type: .first, record: .random(bench.random),
            createdAt: 0, updatedAt: 0)
        return try await bench.tokens().tokens(for: [.nfc], credential: credential, card: card)[0]
    }

    @Test("a token is inactive, active, suspended, active again, deleted")
    func road() async throws {
        let issued = try await token()
        #expect(issued.state == .inactive)
        let active = try issued.activated(at: 1)
        #expect(active.state == .active)
        let suspended = try active.suspended(by: .user, at: 2, reason: "lost")
        #expect(suspended.state == .suspended)
        let resumed = try suspended.resumed(by: .user, at: 3, reason: "found")
        #expect(resumed.state == .active)
        let deleted = resumed.deleted(by: .issuer, at: 4, reason: "closed")
        #expect(deleted.state == .deleted)
        #expect(deleted.history.map(\.change) == [.issued, .activated, .suspended, .resumed, .deleted])
        #expect(deleted.history.map(\.by) == [.wallet, .wallet, .user, .user, .issuer])
        #expect(deleted.history.map(\.reason) == ["", "", "lost", "found", "closed"])
        #expect(deleted.updatedAt == 4)
    }

    @Test("only who has suspended a token resumes it, and it pays again when nobody suspends it any more")
    func suspenders() async throws {
        var token = try await token().activated(at: 1)
        token = try token.suspended(by: .user, at: 2).suspended(by: .fraud, at: 3)
        #expect(throws: TokenTransitionError.notSuspended(by: .issuer)) { try token.resumed(by: .issuer, at: 4) }
        token = try token.resumed(by: .user, at: 5)
        #expect(token.state == .suspended)
        #expect(throws: TokenTransitionError.notSuspended(by: .user)) { try token.resumed(by: .user, at: 6) }
        token = try token.resumed(by: .fraud, at: 7)
        #expect(token.state == .active)
    }

    @Test("the end of a token is final")
    func end() async throws {
        let deleted = try await token().deleted(by: .user, at: 1)
        #expect(throws: TokenTransitionError.deleted) { try deleted.activated(at: 2) }
        #expect(throws: TokenTransitionError.deleted) { try deleted.suspended(by: .user, at: 2) }
        #expect(throws: TokenTransitionError.deleted) { try deleted.resumed(by: .user, at: 2) }
        #expect(deleted.deleted(by: .issuer, at: 2) == deleted)
    }

    @Test("what is so already comes back unchanged")
    func unchanged() async throws {
        let active = try await token().activated(at: 1)
        #expect(try active.activated(at: 2) == active)
        let suspended = try active.suspended(by: .issuer, at: 3)
        #expect(try suspended.suspended(by: .issuer, at: 4) == suspended)
    }

    @Test("a token suspended before its activation is suspended after it")
    func early() async throws {
        let token = try await token().suspended(by: .fraud, at: 1).activated(at: 2)
        #expect(token.state == .suspended)
    }

    @Test("a history keeps its first event and the latest, and a reason is cut at its bound")
    func history() async throws {
        var token = try await token().activated(at: 1)
        for time in 1...Int64(Token.historyEventsMax) {
            token = try token.suspended(by: .user, at: 2 * time)
            #expect(token.history.count <= Token.historyEventsMax)
            token = try token.resumed(by: .user, at: 2 * time + 1)
        }
        #expect(token.history.count == Token.historyEventsMax)
        #expect(token.history.first?.change == .issued)
        #expect(token.history.last?.at == 2 * Int64(Token.historyEventsMax) + 1)
        token = try token.suspended(
            by: .user, at: 99, reason: String(repeating: "x", count: TokenEvent.reasonBytesMax + 1))
        #expect(token.history.last?.reason.utf8.count == TokenEvent.reasonBytesMax)
    }

    @Test("whatever actors do in whatever order, a token pays exactly when it is activated and nobody suspends it")
    func anyOrder() async throws {
        let issued = try await token()
        for seed in 1...40 as ClosedRange<UInt64> {
            let random = SeededRandomSource(seed: seed)
            var token = issued
            var model = Model()
            for time in 1...60 as ClosedRange<Int64> {
                let draw = random.bytes(2)
                let actor = TokenActor.allCases[Int(draw[1]) % TokenActor.allCases.count]
                let expected = model.apply(draw[0] % 16, actor)
                let outcome = Result { try Self.apply(draw[0] % 16, actor, token, at: time) }
                switch (outcome, expected) {
                case (.success(let next), true): token = next
                case (.failure, false): break
                default: Issue.record("seed \(seed), step \(time): the token and the model part")
                }
                #expect(token.state == model.state, "seed \(seed), step \(time)")
                #expect(token.suspenders == model.suspenders, "seed \(seed), step \(time)")
                #expect((1...Token.historyEventsMax).contains(token.history.count))
                #expect(token.number == issued.number)
            }
        }
    }

    /// Of sixteen draws one deletes, so that a life has some length.
    private static func apply(_ draw: UInt8, _ actor: TokenActor, _ token: Token, at time: Int64) throws -> Token {
        switch draw {
        case 0: token.deleted(by: actor, at: time)
        case 1...3: try token.activated(at: time)
        case 4...9: try token.suspended(by: actor, at: time)
        default: try token.resumed(by: actor, at: time)
        }
    }

    private struct Model {
        var isActivated = false
        var isDeleted = false
        var suspenders: Set<TokenActor> = []

        var state: Token.State {
            if isDeleted { return .deleted }
            if !isActivated { return .inactive }
            return suspenders.isEmpty ? .active : .suspended
        }

        /// - Returns: whether it is allowed.
        mutating func apply(_ draw: UInt8, _ actor: TokenActor) -> Bool {
            if draw == 0 {
                isDeleted = true
                suspenders = []
                return true
            }
            if isDeleted { return false }
            switch draw {
            case 1...3: isActivated = true
            case 4...9: suspenders.insert(actor)
            default: return suspenders.remove(actor) != nil
            }
            return true
        }
    }
}
