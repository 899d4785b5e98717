import CardCryptography
import EMV
import Testing

@testable import Wallet

@Suite("Cards move from an old device to a new one")
struct MigrationTests {
    private func twoCards(_ world: DeskWorld) async throws -> [CardReference] {
        [
            try await world.bind(DeskWorld.debit, [.nfc, .qr], on: world.old).card,
            try await world.bind(DeskWorld.credit, [.nfc], on: world.old).card,
        ]
    }

    @Test("the list has the account's other devices with a card, and not the asking one (MIGR-01)")
    func sources() async throws {
        let world = try await DeskWorld()
        #expect(try await world.desk.migrationSources(world.request(on: world.new)).isEmpty)
        let cards = try await twoCards(world)
        let sources = try await world.desk.migrationSources(world.request(on: world.new))
        #expect(sources.map(\.device.name) == ["old telephone"])
        #expect(sources[0].cards.map(\.reference) == cards)
        #expect(try await world.desk.migrationSources(world.request(on: world.old)).isEmpty)
    }

    @Test(
        "all cards pay on the new device and none on the old, with other tokens of the same account (MIGR-02, MIGR-07)")
    func all() async throws {
        let world = try await DeskWorld()
        let cards = try await twoCards(world)
        let before = world.elements.element(of: world.old).all
        let migration = try await world.desk.migrate(
            from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(migration.state == .finished)
        #expect(migration.cards.map(\.step) == [.cleared, .cleared])
        #expect(world.elements.element(of: world.old).all.isEmpty)
        let after = world.elements.element(of: world.new).all
        #expect(after.count == 2)
        #expect(Set(after.map(\.paymentAccountReference)) == Set(before.map(\.paymentAccountReference)))
        func numbers(_ records: [UniversalCardRecord]) -> Set<String> {
            Set(records.flatMap { $0.tokens.map { $0.number.revealed() } })
        }
        #expect(numbers(after).isDisjoint(with: numbers(before)))
        #expect(numbers(after).count == 3)
        for card in cards {
            #expect(try await world.paying(card).map(\.device) == [world.new.id])
        }
        #expect(
            Set((world.harbour.bindings.union(world.river.bindings)).map(\.secureElement)) == [world.new.secureElement])
    }

    @Test("a chosen card moves, the other stays; a card that is not on that device is refused (MIGR-09)")
    func chosen() async throws {
        let world = try await DeskWorld()
        let cards = try await twoCards(world)
        await #expect(throws: WalletError.notFound(kind: "cards")) {
            _ = try await world.desk.migrate(
                from: world.old.id, cards: [.random(SeededSource())], world.request(on: world.new))
        }
        _ = try await world.desk.migrate(from: world.old.id, cards: [cards[1]], world.request(on: world.new))
        #expect(try await world.paying(cards[0]).map(\.device) == [world.old.id])
        #expect(try await world.paying(cards[1]).map(\.device) == [world.new.id])
    }

    @Test("an unknown device, another account's, and the asking device itself are refused (MIGR-04)")
    func foreign() async throws {
        let world = try await DeskWorld()
        _ = try await twoCards(world)
        await #expect(throws: WalletError.notFound(kind: "from")) {
            _ = try await world.desk.migrate(from: .random(SeededSource()), cards: nil, world.request(on: world.new))
        }
        await #expect(
            throws: WalletError.invalid(field: "from", reason: "the cards are on this device already")
        ) { _ = try await world.desk.migrate(from: world.old.id, cards: nil, world.request(on: world.old)) }
    }

    @Test("a card whose issuer refuses stays where it was, the other moves; each is reported (MIGR-05)")
    func oneStays() async throws {
        let world = try await DeskWorld()
        let cards = try await twoCards(world)
        world.harbour.behave(.doesNotBind)
        let migration = try await world.desk.migrate(
            from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(migration.cards.map(\.step) == [.failed, .cleared])
        #expect(migration.cards[0].problem == "issuerRefused")
        #expect(migration.state == .finished)
        #expect(try await world.paying(cards[0]).map(\.device) == [world.old.id])
        #expect(try await world.paying(cards[1]).map(\.device) == [world.new.id])
        #expect(world.elements.element(of: world.old).all.map(\.lastFour) == ["0010"])
        #expect(world.elements.element(of: world.new).all.map(\.lastFour) == ["0434"])
    }

    @Test("with the old device off its credentials pay no more at once, and go when it comes back (MIGR-06)")
    func oldDeviceOff() async throws {
        let world = try await DeskWorld()
        let cards = try await twoCards(world)
        world.elements.change(world.old) { $0.isReachable = false }
        let migration = try await world.desk.migrate(
            from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(migration.cards.map(\.step) == [.moved, .moved])
        #expect(!migration.isMoving && migration.state == .running)
        for card in cards { #expect(try await world.paying(card).map(\.device) == [world.new.id]) }
        #expect(world.elements.element(of: world.old).all.count == 2)
        world.elements.change(world.old) { $0.isReachable = true }
        let done = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(done.removed.count == 2 && done.restored.isEmpty)
        #expect(world.elements.element(of: world.old).all.isEmpty)
        #expect(try await world.store.inner.migration(migration.id)?.state == .finished)
        #expect(try await world.desk.cards(of: world.user, world.request(on: world.new)).count == 2)
    }

    @Test("an old device that comes back without its wallet is cleared by the wallet's own upkeep (MIGR-06)")
    func upkeep() async throws {
        let world = try await DeskWorld()
        _ = try await twoCards(world)
        world.elements.change(world.old) { $0.isReachable = false }
        let migration = try await world.desk.migrate(from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(try await world.desk.clearRemoved() == 0)
        world.elements.change(world.old) { $0.isReachable = true }
        #expect(try await world.desk.clearRemoved() == 2)
        #expect(world.elements.element(of: world.old).all.isEmpty)
        #expect(try await world.store.inner.migration(migration.id)?.state == .finished)
        #expect(try await world.desk.clearRemoved() == 0)
    }

    @Test("devices that never come back do not keep the upkeep from one that does (MIGR-06)")
    func lostDevices() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.new).card
        for index in 0..<CardDesk.clearedAtOnceMax {
            let lost = Credential(
                id: .random(SystemRandomSource()), card: card, user: world.user, device: world.old.id,
                secureElement: try #require(SecureElementName("AA\(10 + index)")), mode: .universalData, type: .first,
                record: .random(SystemRandomSource()), state: .removing, createdAt: 0, updatedAt: 0)
            try await world.store.inner.commit([.credential(lost)])
        }
        world.elements.change(world.new) { $0.isReachable = false }
        #expect(try await world.desk.unbind(card, world.request(on: world.new)) == false)
        world.elements.change(world.new) { $0.isReachable = true }
        for _ in 0..<400 where try await world.desk.clearRemoved() == 1 { break }
        #expect(world.elements.element(of: world.new).all.isEmpty)
    }

    @Test("with the new device off the old one keeps paying, and the migration goes on when it comes back")
    func newDeviceOff() async throws {
        let world = try await DeskWorld()
        let cards = try await twoCards(world)
        world.elements.change(world.new) { $0.isReachable = false }
        let begun = try await world.desk.migrate(from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(begun.isMoving)
        for card in cards { #expect(try await world.paying(card).map(\.device) == [world.old.id]) }
        // What is being moved is not activated beside it.
        await #expect(
            throws: WalletError.conflict(reason: "the card is being moved here; ask how far the migration is")
        ) {
            _ = try await world.desk.activate(
                ActivationRequest(.knownCard(cards[0]), functions: [.nfc]), world.request(on: world.new))
        }
        world.elements.change(world.new) { $0.isReachable = true }
        let finished = try await world.desk.migration(begun.id, world.request(on: world.new))
        #expect(finished.state == .finished)
        for card in cards { #expect(try await world.paying(card).map(\.device) == [world.new.id]) }
    }

    @Test("the same request again changes nothing and answers the same (MIGR-08)")
    func idempotency() async throws {
        let world = try await DeskWorld()
        _ = try await twoCards(world)
        let request = world.request(on: world.new, key: "move")
        let first = try await world.desk.migrate(from: world.old.id, cards: nil, request)
        #expect(try await world.desk.migrate(from: world.old.id, cards: nil, request) == first)
        #expect(world.elements.element(of: world.new).stores == 2)
    }

    @Test("what somebody has stopped stays stopped by the same on the new device; who stopped it may let it pay again")
    func suspendedToken() async throws {
        let world = try await DeskWorld()
        let card = try await twoCards(world)[0]
        let tokens = world.desk.tokens
        for (token, actor) in zip(try await world.paying(card), [TokenActor.fraud]) {
            _ = try await tokens.suspend(token.reference, by: actor, reason: "seen elsewhere")
        }
        let qr = try #require(try await world.paying(card, .qr).first)
        _ = try await tokens.suspend(qr.reference, by: .user, reason: "")
        let migration = try await world.desk.migrate(from: world.old.id, cards: [card], world.request(on: world.new))
        #expect(migration.cards.map(\.step) == [.cleared])
        #expect(try await world.paying(card).isEmpty)
        #expect(try await world.paying(card, .qr).isEmpty)
        let new = try #require(try await world.store.inner.credentials(of: card).last)
        let moved = try await world.store.inner.tokens(of: new.id)
        #expect(moved.map(\.function) == [.nfc, .qr])
        #expect(moved.map(\.suspenders) == [[.fraud], [.user]])
        await #expect(throws: WalletError.self) {
            _ = try await tokens.resume(moved[0].reference, by: .user, reason: "")
        }
        _ = try await tokens.resume(moved[1].reference, by: .user, reason: "")
        #expect(try await world.paying(card, .qr).map(\.device) == [world.new.id])
    }

    @Test(
        "a card that is on the new device with fewer functions has the others in its record before they pay (MIGR-02)")
    func moreFunctions() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, [.nfc, .qr], on: world.old).card
        _ = try await world.desk.activate(
            ActivationRequest(.knownCard(card), functions: [.nfc]), world.request(on: world.new))
        world.elements.change(world.new) { $0.isReachable = false }
        let request = world.request(on: world.new)
        let begun = try await world.desk.migrate(from: world.old.id, cards: [card], request)
        #expect(begun.isMoving)
        #expect(try await world.paying(card, .qr).map(\.device) == [world.old.id])
        world.elements.change(world.new) { $0.isReachable = true }
        _ = try await world.desk.migration(begun.id, request)
        #expect(world.elements.element(of: world.new).all.map { $0.tokens.map(\.function) } == [[.nfc, .qr]])
        #expect(try await world.paying(card, .qr).map(\.device) == [world.new.id])
    }

    @Test("an old device whose number has gone to another is not cleared through that number (MIGR-06)")
    func numberMoved() async throws {
        let world = try await DeskWorld()
        _ = try await twoCards(world)
        let old = world.elements.element(of: world.old)
        world.elements.move(world.old.subscriber, to: world.new)
        let migration = try await world.desk.migrate(from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(migration.cards.map(\.step) == [.moved, .moved])
        #expect(try await world.desk.clearRemoved() == 0)
        world.elements.change(world.old) { $0 = old }
        #expect(try await world.desk.synchronize(nil, world.request(on: world.old)).removed.count == 2)
        #expect(world.elements.element(of: world.old).all.isEmpty)
    }

    @Test(
        "a second request for other cards between the same devices moves those; for the same ones it is the first one's"
    )
    func anotherMigration() async throws {
        let world = try await DeskWorld()
        let cards = try await twoCards(world)
        world.elements.change(world.new) { $0.isReachable = false }
        let first = try await world.desk.migrate(from: world.old.id, cards: [cards[0]], world.request(on: world.new))
        #expect(first.isMoving && first.cards.map(\.card) == [cards[0]])
        let same = try await world.desk.migrate(from: world.old.id, cards: [cards[0]], world.request(on: world.new))
        #expect(same.id == first.id)
        await #expect(
            throws: WalletError.conflict(
                reason: "some of the cards are being moved already, by \(first.id); the others are not")
        ) {
            _ = try await world.desk.migrate(from: world.old.id, cards: cards, world.request(on: world.new))
        }
        world.elements.change(world.new) { $0.isReachable = true }
        let second = try await world.desk.migrate(from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(second.id != first.id && second.cards.map(\.card) == [cards[1]] && second.state == .finished)
        let finished = try await world.desk.migration(first.id, world.request(on: world.new))
        #expect(finished.state == .finished && finished.cards.map(\.step) == [.cleared])
        for card in cards { #expect(try await world.paying(card).map(\.device) == [world.new.id]) }
    }

    @Test("somebody else's migration is not known")
    func foreignMigration() async throws {
        let world = try await DeskWorld()
        _ = try await twoCards(world)
        let migration = try await world.desk.migrate(from: world.old.id, cards: nil, world.request(on: world.new))
        var request = world.request(on: world.new)
        request.user = .random(SeededSource())
        let foreign = request
        await #expect(throws: WalletError.notFound(kind: "migration")) {
            _ = try await world.desk.migration(migration.id, foreign)
        }
    }
}
