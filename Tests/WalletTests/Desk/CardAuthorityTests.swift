import CardCryptography
import JOSE
import Testing

@testable import Wallet

@Suite("Issuers and the fight against fraud stop cards whatever their users say")
struct CardAuthorityTests {
    private let fraud = CardAuthority.fraud(operator: "night-watch")

    private func key(_ key: String, _ digest: [UInt8] = [1]) -> RequestKey {
        RequestKey(scope: "operator night-watch changeCards", key: key, digest: digest)
    }

    @Test("an issuer's order suspends a card with all tokens, another one resumes it; each is carried out once")
    func order() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let now = world.clock.now()
        let stop = try world.harbour.order(.suspend, at: now)
        let report = try await world.desk.carryOut(stop)
        #expect(report.cards == [.init(card: card, suspendedBy: [.issuer], tokens: 2)])
        #expect(try await world.paying(card).isEmpty)
        #expect(try await world.store.inner.card(card)?.state == .blocked)
        #expect(try await world.desk.bringInStep() == 1)
        #expect(world.elements.element(of: world.old).all.isEmpty)
        let resumed = try await world.desk.carryOut(try world.harbour.order(.resume, at: now, name: "two"))
        #expect(resumed.cards == [.init(card: card, suspendedBy: [], tokens: 2)])
        // The first order again, also when it has expired: answered as before, and nothing happens.
        world.clock.advance(by: 1_000)
        #expect(try await world.desk.carryOut(stop) == report)
        #expect(try await world.paying(card).count == 1)
        #expect(try await world.desk.bringInStep() == 1)
        #expect(world.elements.element(of: world.old).all.count == 1)
    }

    @Test("what the issuer has stopped neither the user nor the fight against fraud lets pay, and the other way about")
    func suspenders() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let now = world.clock.now()
        _ = try await world.desk.carryOut(try world.harbour.order(.suspend, at: now))
        let stopped = try await world.desk.change(.suspend, .card(card), by: fraud, reason: "seen", key: key("1"))
        #expect(stopped.cards == [.init(card: card, suspendedBy: [.fraud, .issuer], tokens: 2)])
        _ = try await world.desk.suspend(TokenSelection(card: card), reason: "", world.request(on: world.old))
        let resumed = try await world.desk.change(.resume, .card(card), by: fraud, reason: "", key: key("2"))
        #expect(resumed.cards == [.init(card: card, suspendedBy: [.issuer], tokens: 2)])
        _ = try await world.desk.resume(TokenSelection(card: card), reason: "", world.request(on: world.old))
        #expect(try await world.paying(card).isEmpty)
        let free = try await world.desk.carryOut(try world.harbour.order(.resume, at: now, name: "two"))
        #expect(free.cards.map(\.suspendedBy) == [[]])
        #expect(try await world.paying(card).count == 1)
        // Resuming what one has not suspended changes nothing.
        _ = try await world.desk.suspend(TokenSelection(card: card), reason: "", world.request(on: world.old))
        _ = try await world.desk.change(.resume, .card(card), by: fraud, reason: "", key: key("3"))
        #expect(try await world.paying(card).isEmpty)
    }

    @Test("a blocked card is neither bound elsewhere, nor given more functions, nor verified anew, nor moved")
    func blocked() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, [.nfc], on: world.old).card
        _ = try await world.desk.change(.suspend, .card(card), by: fraud, reason: "", key: key("1"))
        let refusal = WalletError.conflict(reason: "the card is blocked")
        for device in [world.old, world.new] {
            await #expect(throws: refusal) {
                _ = try await world.desk.activate(
                    ActivationRequest(.knownCard(card), functions: [.qr]), world.request(on: device))
            }
        }
        await #expect(throws: refusal) { _ = try await world.bind(DeskWorld.debit, on: world.new) }
        await #expect(throws: refusal) {
            _ = try await world.desk.bindingAssertion(for: card, world.request(on: world.new))
        }
        let migration = try await world.desk.migrate(from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(migration.cards.map(\.step) == [.failed])
        #expect(world.elements.element(of: world.new).all.isEmpty)
    }

    @Test("a deletion ends the tokens at once, and the card leaves secure element and wallet")
    func deletion() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        world.elements.change(world.old) { $0.isReachable = false }
        let order = try world.harbour.order(.delete, at: world.clock.now())
        let report = try await world.desk.carryOut(order)
        #expect(report.cards == [.init(card: card, suspendedBy: [], tokens: 0)])
        #expect(try await world.paying(card).isEmpty)
        world.elements.change(world.old) { $0.isReachable = true }
        #expect(try await world.desk.clearRemoved() == 1)
        #expect(world.elements.element(of: world.old).all.isEmpty && world.harbour.bindings.isEmpty)
        let gone = try #require(try await world.store.inner.card(card))
        #expect(gone.state == .removed && gone.sealedNumber.isEmpty)
        #expect(try await world.desk.carryOut(order) == report)
        await #expect(throws: WalletError.notFound(kind: "card")) {
            _ = try await world.desk.carryOut(
                try world.harbour.order(.suspend, at: world.clock.now(), name: "two"))
        }
    }

    @Test("all cards of a user are stopped by one request, and a user or a card that there is not is refused")
    func user() async throws {
        let world = try await DeskWorld()
        let cards = [
            try await world.bind(DeskWorld.debit, on: world.old).card,
            try await world.bind(DeskWorld.credit, [.nfc], on: world.old).card,
        ]
        let change = try await world.desk.change(.suspend, .user(world.user), by: fraud, reason: "", key: key("1"))
        #expect(Set(change.cards.map(\.card)) == Set(cards))
        for card in cards { #expect(try await world.paying(card).isEmpty) }
        await #expect(throws: WalletError.idempotencyConflict) {
            _ = try await world.desk.change(.resume, .user(world.user), by: fraud, reason: "", key: key("1", [2]))
        }
        let nobody = try await world.anotherUser("bob")
        await #expect(throws: WalletError.notFound(kind: "user")) {
            _ = try await world.desk.change(.suspend, .user(nobody), by: fraud, reason: "", key: key("2"))
        }
        await #expect(throws: WalletError.notFound(kind: "card")) {
            let unknown = CardReference.random(SystemRandomSource())
            _ = try await world.desk.change(.suspend, .card(unknown), by: fraud, reason: "", key: key("3"))
        }
    }

    @Test(
        "an order of another issuer, for another wallet, of another type, unsigned, early, late or long is not carried out"
    )
    func forged() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let (harbour, river, now) = (world.harbour, world.river, world.clock.now())
        let good = try harbour.order(.suspend, at: now)
        let bad = [
            try river.order(.suspend, at: now, issuer: "harbour-bank"),
            try harbour.order(.suspend, at: now, audience: "another-wallet"),
            try harbour.order(.suspend, at: now, type: BindingConfirmation.type),
            try harbour.order(.suspend, at: now, name: ""),
            try harbour.order(.suspend, at: now, name: String(repeating: "x", count: 129)),
            try harbour.order(.suspend, at: now - 300), try harbour.order(.suspend, at: now + 31),
            try harbour.order(.suspend, at: now, lifetime: 301), try harbour.order(.suspend, at: now, lifetime: 0),
            String(good.dropLast(4)), good + "A", "", "a.b.c",
        ]
        for (index, order) in bad.enumerated() {
            do {
                _ = try await world.desk.carryOut(order)
                Issue.record("order \(index) was carried out")
            } catch {
                guard case .invalid("order", _) = error else { throw error }
            }
        }
        // Its own issuer's card of the same name is not another issuer's.
        await #expect(throws: WalletError.notFound(kind: "card")) {
            _ = try await world.desk.carryOut(try river.order(.suspend, at: now))
        }
        #expect(try await world.paying(card).count == 1)
    }
}
