import EMV
import Foundation
import JOSE
import Testing

@testable import Wallet

@Suite("Cards are bound on another device by their issuers")
struct BindingTests {
    private func confirmed(
        _ world: DeskWorld, _ card: CardReference, _ confirmation: String
    ) async throws -> ActivationReply {
        try await world.desk.activate(
            ActivationRequest(.confirmedCard(card, confirmation: confirmation), functions: [.nfc]),
            world.request(on: world.new))
    }

    @Test("the query answers all and only the cards of the session's user, without numbers (BIND-01, BIND-07)")
    func query() async throws {
        let world = try await DeskWorld()
        #expect(try await world.desk.cards(of: world.user, world.request(on: world.new)).isEmpty)
        _ = try await world.bind(DeskWorld.debit, on: world.old)
        _ = try await world.bind(DeskWorld.credit, [.nfc], on: world.old)
        let cards = try await world.desk.cards(of: world.user, world.request(on: world.new))
        #expect(cards.map(\.card.lastFour) == ["0010", "0434"])
        #expect(cards.map(\.active) == [[], []])
        #expect(cards.map(\.activatable) == [[.nfc, .qr, .online], [.nfc, .online]])
        await #expect(throws: WalletError.notYours(field: "userId")) {
            _ = try await world.desk.cards(of: UserID.random(SeededSource()), world.request(on: world.new))
        }
    }

    @Test(
        "an issuer's confirmation of card, user and secure element lets the card be activated there (BIND-02, BIND-05)")
    func confirmation() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let triple = StubIssuer.Triple(
            card: "card-0010", user: world.user, secureElement: world.new.secureElement)
        guard case .bound = try await confirmed(world, card, world.harbour.confirmation(of: triple)) else {
            throw Unexpected(reply: "not bound")
        }
        // Both telephones pay: binding to a second secure element keeps the first (BIND-06).
        #expect(try await world.paying(card).count == 2)
    }

    @Test("a confirmation of another card, user or secure element, for another wallet, or by another issuer is refused")
    func foreignConfirmations() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let triple = StubIssuer.Triple(card: "card-0010", user: world.user, secureElement: world.new.secureElement)
        var (otherCard, otherUser, otherElement) = (triple, triple, triple)
        otherCard.card = "card-0434"
        otherUser.user = .random(SeededSource())
        otherElement.secureElement = world.old.secureElement
        let good = world.harbour.confirmation(of: triple)
        let bad = [
            world.harbour.confirmation(of: otherCard), world.harbour.confirmation(of: otherUser),
            world.harbour.confirmation(of: otherElement),
            world.harbour.confirmation(of: triple, audience: "another-wallet"), world.river.confirmation(of: triple),
            String(good.dropLast(4)), good + "A", "", "a.b.c",
        ]
        for confirmation in bad {
            do {
                _ = try await confirmed(world, card, confirmation)
                Issue.record("\(confirmation) was believed")
            } catch {
                guard case .invalid("confirmation", _)? = error as? WalletError else { throw error }
            }
        }
        #expect(world.elements.element(of: world.new).all.isEmpty)
    }

    @Test(
        "a confirmation is believed until it expires, and not before its time or for longer than five minutes (BIND-05)"
    )
    func expiry() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let triple = StubIssuer.Triple(card: "card-0010", user: world.user, secureElement: world.new.secureElement)
        let now = world.clock.now()
        for (time, lifetime) in [(now - 300, 300), (now - 301, 300), (now, 0), (now, -1), (now, 301), (now + 31, 300)] {
            await #expect(
                throws: WalletError.invalid(
                    field: "confirmation", reason: "it has expired, or is not good yet"), "\(time - now), \(lifetime)"
            ) {
                _ = try await confirmed(
                    world, card, world.harbour.confirmation(of: triple, at: time, lifetime: Int64(lifetime)))
            }
        }
        #expect(world.elements.element(of: world.new).all.isEmpty)
        let late = world.harbour.confirmation(of: triple, at: now - 299)
        guard case .bound = try await confirmed(world, card, late) else { throw Unexpected(reply: "not bound") }
    }

    @Test("a request whose confirmation was accepted in time goes on after it has expired")
    func expiryMeanwhile() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let triple = StubIssuer.Triple(card: "card-0010", user: world.user, secureElement: world.new.secureElement)
        let activation = ActivationRequest(
            .confirmedCard(card, confirmation: world.harbour.confirmation(of: triple)), functions: [.nfc])
        world.elements.change(world.new) { $0.isReachable = false }
        do {
            _ = try await world.desk.activate(activation, world.request(on: world.new, key: "k"))
            Issue.record("bound out of reach")
        } catch {
            #expect(!error.isCertain)
        }
        world.elements.change(world.new) { $0.isReachable = true }
        world.clock.advance(by: 3_600)
        guard case .bound = try await world.desk.activate(activation, world.request(on: world.new, key: "k")) else {
            throw Unexpected(reply: "not bound")
        }
        #expect(try await world.paying(card).count == 2)
    }

    @Test("the wallet's assertion names issuer, card, user and secure element, and holds five minutes (BIND-03)")
    func assertion() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let (assertion, expiry) = try await world.desk.bindingAssertion(for: card, world.request(on: world.new))
        let (name, key) = try await world.vault.signingKey()
        let payload = try JSONWebSignature.verify(assertion, type: BindingAssertion.type) { $0 == name ? key : nil }
        let claims = try JSONDecoder().decode(BindingAssertion.self, from: Data(payload))
        #expect(claims.aud == "harbour-bank" && claims.sub == world.user.rawValue && claims.card == "card-0010")
        #expect(claims.secureElement == world.new.secureElement.value)
        #expect(claims.exp == world.clock.now() + 300 && expiry == claims.exp)
        await #expect(throws: WalletError.notFound(kind: "card")) {
            _ = try await world.desk.bindingAssertion(for: .random(SeededSource()), world.request(on: world.new))
        }
    }

    @Test("an issuer that refuses to bind leaves nothing half bound; another issuer's card is not held up (BIND-08)")
    func oneIssuerFails() async throws {
        let world = try await DeskWorld()
        world.harbour.behave(.doesNotBind)
        await #expect(throws: WalletError.issuerRefused(code: "blocked")) {
            _ = try await world.bind(DeskWorld.debit, on: world.old)
        }
        let other = try await world.bind(DeskWorld.credit, [.nfc], on: world.old)
        #expect(try await world.paying(other.card).count == 1)
        #expect(try await world.store.inner.cards(of: world.user).count { $0.state == .active } == 1)
    }
}
