import Issuing
import Synchronization
import Testing

@Suite("One-time passwords")
struct OneTimePasswordTests {
    private func sent(_ harbour: Harbour) async throws -> (IssuedCard, VerificationID, String) {
        let card = try await harbour.card(.oneTimePassword)
        guard case .oneTimePasswordSent(let id) = try await harbour.verify(harbour.request(card)) else {
            throw IssuingError.internal(reason: "no one-time password")
        }
        return (card, id, try #require(harbour.messages.outbox.first).oneTimePassword)
    }

    private func wrong(_ password: String) -> String { password == "000000" ? "000001" : "000000" }

    @Test("the right one recognizes the cardholder, once; afterwards the user is known")
    func right() async throws {
        let harbour = try await Harbour()
        let (card, id, password) = try await sent(harbour)
        #expect(password.count == 6)
        guard
            case .verified(let recognized) = try await harbour.issuer.confirm(
                id, oneTimePassword: password, Harbour.wallet())
        else {
            Issue.record("not recognized")
            return
        }
        #expect(recognized.reference == card.card.reference)
        #expect(try await harbour.issuer.confirm(id, oneTimePassword: password, Harbour.wallet()) == .refused)
        #expect(try await harbour.verify(harbour.request(card)) == .verified(recognized))
        #expect(harbour.messages.outbox.count == 1)
    }

    @Test("two wrong ones leave a third try; after three wrong ones the right one is refused")
    func tries() async throws {
        for wrongTries in 2...3 {
            let harbour = try await Harbour()
            let (_, id, password) = try await sent(harbour)
            for _ in 0..<wrongTries {
                let answer = try await harbour.issuer.confirm(
                    id, oneTimePassword: wrong(password), Harbour.wallet())
                #expect(answer == .refused)
            }
            let answer = try await harbour.issuer.confirm(id, oneTimePassword: password, Harbour.wallet())
            #expect((answer == .refused) == (wrongTries == 3))
        }
    }

    @Test("it holds to the last second before its expiry, and no longer", arguments: [299, 300])
    func expiry(_ seconds: Int64) async throws {
        let harbour = try await Harbour()
        let (_, id, password) = try await sent(harbour)
        harbour.clock.advance(seconds)
        let answer = try await harbour.issuer.confirm(id, oneTimePassword: password, Harbour.wallet())
        #expect((answer == .refused) == (seconds == 300))
    }

    @Test("five are sent for a card in a day, not a sixth")
    func bound() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card(.oneTimePassword)
        for attempt in 1...6 {
            let answer = try await harbour.verify(harbour.request(card, user: "usr_\(attempt)"))
            #expect((answer == .refused) == (attempt == 6))
        }
        #expect(harbour.messages.outbox.count == 5)
    }

    @Test("wrong ones count as refusals of the card and of the user")
    func counted() async throws {
        let harbour = try await Harbour()
        let (card, first, password) = try await sent(harbour)
        for _ in 1...3 {
            _ = try await harbour.issuer.confirm(first, oneTimePassword: wrong(password), Harbour.wallet())
        }
        guard case .oneTimePasswordSent(let second) = try await harbour.verify(harbour.request(card)) else {
            Issue.record("no one-time password")
            return
        }
        let other = try #require(harbour.messages.outbox.first).oneTimePassword
        for _ in 1...2 {
            _ = try await harbour.issuer.confirm(second, oneTimePassword: wrong(other), Harbour.wallet())
        }
        #expect(try await harbour.verify(harbour.request(card)) == .refused)
    }

    @Test("another wallet's verification is unknown, as one that never was")
    func anotherWallet() async throws {
        let harbour = try await Harbour()
        let (_, id, password) = try await sent(harbour)
        let other = IssuerRequester(.wallet(name: "beacon"), idempotencyKey: "k")
        let refused = IssuingError.notFound(field: "verification", reason: "no such verification")
        #expect(await failure { try await harbour.issuer.confirm(id, oneTimePassword: password, other) } == refused)
        let unknown = VerificationID(unchecked: "ver_" + String(repeating: "0", count: 32))
        #expect(
            await failure { try await harbour.issuer.confirm(unknown, oneTimePassword: "1", Harbour.wallet()) }
                == refused)
    }

    @Test("a card that is blocked meanwhile is not recognized")
    func blockedMeanwhile() async throws {
        let harbour = try await Harbour()
        let (card, id, password) = try await sent(harbour)
        _ = try await harbour.desk.setState(.blocked, of: card.card.reference, Harbour.operator("b"))
        #expect(try await harbour.issuer.confirm(id, oneTimePassword: password, Harbour.wallet()) == .refused)
    }

    @Test("when the sender fails the request is unfinished, and the same key sends the same password")
    func cut() async throws {
        let sender = FailingSender(failures: 1)
        let harbour = try await Harbour(sender: sender)
        let request = try harbour.request(await harbour.card(.oneTimePassword))
        #expect(
            await failure { try await harbour.issuer.verify(request, Harbour.wallet("k")) }
                == .unfinished(reason: "the network is down"))
        guard case .oneTimePasswordSent(let id) = try await harbour.issuer.verify(request, Harbour.wallet("k")) else {
            Issue.record("no one-time password")
            return
        }
        #expect(sender.sent.map(\.verification) == [id])
        let password = try #require(sender.sent.first).oneTimePassword
        #expect(try await harbour.issuer.confirm(id, oneTimePassword: password, Harbour.wallet()) != .refused)
    }

    @Test(
        "what was not sent when the power went is sent at the next start, unless it has expired", arguments: [10, 301])
    func restart(_ seconds: Int64) async throws {
        let sender = FailingSender(failures: 1)
        let harbour = try await Harbour(sender: sender)
        let request = try harbour.request(await harbour.card(.oneTimePassword))
        _ = await failure { try await harbour.issuer.verify(request, Harbour.wallet()) }
        harbour.clock.advance(seconds)
        try await harbour.issuer.sendPendingMessages()
        #expect(sender.sent.count == (seconds == 10 ? 1 : 0))
        try await harbour.issuer.sendPendingMessages()
        #expect(sender.sent.count == (seconds == 10 ? 1 : 0))
    }

    @Test("of many passwords none is longer or shorter than six digits, and all ten digits begin some")
    func shape() async throws {
        var firsts: Set<Character> = []
        for seed in 0..<60 {
            let harbour = try await Harbour(seed: UInt64(seed))
            let (_, _, password) = try await sent(harbour)
            #expect(password.count == 6 && password.allSatisfy { $0.isASCII && $0.isNumber }, "seed \(seed)")
            firsts.insert(password.first ?? "?")
        }
        #expect(firsts.count == 10)
    }
}

/// A network that is down for the first messages.
final class FailingSender: OneTimePasswordSender {
    private let state: Mutex<(failures: Int, sent: [OneTimePasswordMessage])>

    init(failures: Int) { state = Mutex((failures, [])) }

    var sent: [OneTimePasswordMessage] { state.withLock { $0.sent } }

    func send(_ message: OneTimePasswordMessage) async throws(IssuingError) {
        let fails = state.withLock { state in
            if state.failures > 0 {
                state.failures -= 1
                return true
            }
            state.sent.append(message)
            return false
        }
        if fails { throw .unfinished(reason: "the network is down") }
    }
}
