import CardCryptography
import EMV
import Testing

@testable import Wallet

@Suite("Tokens are stopped by their user, and pay again only by who stopped them")
struct SuspensionTests {
    /// The functions that the records in a secure element can pay with.
    private func loaded(_ world: DeskWorld, _ device: Device) -> [[String]] {
        world.elements.element(of: device).all.map { $0.tokens.map { "\($0.function)" } }
    }

    @Test("a card stops on every device at once, leaves the secure elements, and comes back when it is resumed")
    func card() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        _ = try await world.bind(DeskWorld.credit, [.nfc], on: world.old)
        _ = try await world.desk.activate(
            ActivationRequest(.knownCard(card), functions: [.nfc]), world.request(on: world.new))
        let request = world.request(on: world.new, key: "stop")
        let stopped = try await world.desk.suspend(TokenSelection(card: card), reason: "lost", request)
        #expect(stopped.count == 3 && stopped.allSatisfy { $0.state == .suspended && $0.suspenders == [.user] })
        for function in [PaymentFunction.nfc, .qr] {
            #expect(try await world.paying(card, function).isEmpty)
        }
        #expect(loaded(world, world.old) == [["nfc"]] && loaded(world, world.new).isEmpty)
        // Once more, and under the same key.
        #expect(try await world.desk.suspend(TokenSelection(card: card), reason: "lost", request) == stopped)
        _ = try await world.desk.suspend(TokenSelection(card: card), reason: "", world.request(on: world.old))
        let resumed = try await world.desk.resume(
            TokenSelection(card: card), reason: "found", world.request(on: world.old))
        #expect(resumed.allSatisfy { $0.state == .active })
        #expect(try await world.paying(card).count == 2)
        #expect(loaded(world, world.old).contains(["nfc", "qr"]) && loaded(world, world.new) == [["nfc"]])
        #expect(try await world.store.inner.credentialsOutOfStep(limit: 5).isEmpty)
    }

    @Test("one function on one device stops, and the others go on")
    func function() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let selection = TokenSelection(card: card, device: world.old.id, function: .qr)
        let stopped = try await world.desk.suspend(selection, reason: "", world.request(on: world.old))
        #expect(stopped.map(\.function) == [.qr])
        #expect(try await world.paying(card).count == 1)
        #expect(try await world.paying(card, .qr).isEmpty)
        #expect(loaded(world, world.old) == [["nfc"]])
        func listed() async throws -> [OwnCard] {
            try await world.desk.cards(of: world.user, world.request(on: world.old))
        }
        #expect(try await listed().map(\.active) == [[.nfc, .qr]])
        #expect(try await listed().map(\.suspended) == [[.qr]])
        // What the telephone finds is what should be there.
        let synchronized = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(synchronized.restored.isEmpty && synchronized.removed.isEmpty)
        _ = try await world.desk.resume(selection, reason: "", world.request(on: world.old))
        #expect(loaded(world, world.old) == [["nfc", "qr"]])
        #expect(try await listed().map(\.suspended) == [[]])
    }

    @Test("a lost telephone stops as a whole although it is off, its session ends, and it is set right when it is back")
    func lostDevice() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let session = Session(
            id: .random(SystemRandomSource()), digest: [7], user: world.user, device: world.old.id,
            createdAt: world.clock.now(), expiresAt: world.clock.now() + 1_000, lastUsedAt: world.clock.now(),
            authenticatedAt: world.clock.now())
        try await world.store.inner.commit([.session(session)])
        world.elements.change(world.old) { $0.isReachable = false }
        _ = try await world.desk.suspend(
            TokenSelection(device: world.old.id), reason: "lost", world.request(on: world.new))
        #expect(try await world.paying(card).isEmpty)
        #expect(try await world.store.inner.session(session.id)?.revokedAt == world.clock.now())
        #expect(loaded(world, world.old) == [["nfc", "qr"]])
        #expect(try await world.desk.bringInStep() == 0)
        world.elements.change(world.old) { $0.isReachable = true }
        #expect(try await world.desk.bringInStep() == 1)
        #expect(loaded(world, world.old).isEmpty)
        #expect(try await world.desk.bringInStep() == 0)
        // It is the telephone itself that takes it back, once it is found.
        _ = try await world.desk.resume(
            TokenSelection(device: world.old.id), reason: "found", world.request(on: world.old))
        #expect(try await world.paying(card).count == 1)
        #expect(loaded(world, world.old) == [["nfc", "qr"]])
    }

    @Test("a telephone that is synchronized forgets what is stopped, and gets it back")
    func synchronization() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        world.elements.change(world.old) { $0.isReachable = false }
        _ = try await world.desk.suspend(TokenSelection(card: card), reason: "", world.request(on: world.new))
        world.elements.change(world.old) { $0.isReachable = true }
        #expect(try await world.desk.synchronize(nil, world.request(on: world.old)).removed.count == 1)
        #expect(loaded(world, world.old).isEmpty)
        world.elements.change(world.old) { $0.isReachable = false }
        _ = try await world.desk.resume(TokenSelection(card: card), reason: "", world.request(on: world.new))
        world.elements.change(world.old) { $0.isReachable = true }
        #expect(try await world.desk.synchronize(nil, world.request(on: world.old)).restored.count == 1)
        #expect(loaded(world, world.old) == [["nfc", "qr"]])
        #expect(try await world.store.inner.credentialsOutOfStep(limit: 5).isEmpty)
    }

    @Test("an application of its own is locked while its card is stopped")
    func dedicated() async throws {
        let world = try await DeskWorld(mode: .dedicated)
        let card = try await world.bind(DeskWorld.debit, [.nfc], on: world.old).card
        _ = try await world.desk.suspend(TokenSelection(card: card), reason: "", world.request(on: world.old))
        #expect(world.elements.element(of: world.old).locked.count == 1)
        _ = try await world.desk.resume(TokenSelection(card: card), reason: "", world.request(on: world.old))
        #expect(world.elements.element(of: world.old).locked.isEmpty)
    }

    @Test("wherever a suspension is cut, its repetition answers, and the secure element follows")
    func cut() async throws {
        var steps = Int.max
        for moment in Scissors.Moment.allCases {
            var step = 0
            while step < steps {
                let world = try await DeskWorld()
                let card = try await world.bind(DeskWorld.debit, on: world.old).card
                let request = world.request(on: world.old, key: "stop")
                world.scissors.arm(step)
                let answer = try await world.insisting {
                    try await $0.suspend(TokenSelection(card: card), reason: "", request)
                }
                #expect(answer.allSatisfy { $0.suspenders == [.user] })
                #expect(try await world.paying(card).isEmpty)
                world.scissors.mend()
                steps = min(steps, world.scissors.steps)
                _ = try await world.desk.bringInStep()
                #expect(loaded(world, world.old).isEmpty, "\(moment) step \(step)")
                step += 1
            }
        }
        #expect(steps > 3)
    }

    @Test("a stopped card moves stopped, and what the new device holds follows")
    func migration() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        _ = try await world.desk.suspend(
            TokenSelection(device: world.old.id), reason: "lost", world.request(on: world.new))
        _ = try await world.desk.migrate(from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(try await world.paying(card).isEmpty)
        _ = try await world.desk.bringInStep()
        #expect(loaded(world, world.new).isEmpty && loaded(world, world.old).isEmpty)
        _ = try await world.desk.resume(TokenSelection(card: card), reason: "", world.request(on: world.new))
        #expect(try await world.paying(card).map(\.device) == [world.new.id])
        #expect(loaded(world, world.new) == [["nfc", "qr"]])
    }

    @Test(
        "another's card, device and token are not known; a selection of nothing, and a resumption of what is not stopped, are refused"
    )
    func neighbours() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        var foreign = world.request(on: world.new)
        foreign.user = try await world.anotherUser("bob")
        let token = try #require(try await world.paying(card).first)
        for (selection, kind) in [
            (TokenSelection(card: card), "card"), (TokenSelection(device: world.old.id), "deviceId"),
            (TokenSelection(token: token.reference), "token"),
        ] {
            foreign.idempotencyKey += "+"
            await #expect(throws: WalletError.notFound(kind: kind)) {
                _ = try await world.desk.suspend(selection, reason: "", foreign)
            }
        }
        await #expect(throws: WalletError.invalid(field: "card", reason: "name a card, a device, or both")) {
            _ = try await world.desk.suspend(TokenSelection(function: .nfc), reason: "", world.request(on: world.old))
        }
        await #expect(throws: WalletError.notFound(kind: "token")) {
            _ = try await world.desk.suspend(
                TokenSelection(card: card, function: .online), reason: "", world.request(on: world.old))
        }
        await #expect(throws: WalletError.conflict(reason: "the token is not suspended by user")) {
            _ = try await world.desk.resume(TokenSelection(card: card), reason: "", world.request(on: world.old))
        }
        var stale = world.request(on: world.old)
        stale.authenticatedAt -= 301
        await #expect(throws: WalletError.freshAuthenticationRequired) {
            _ = try await world.desk.resume(TokenSelection(card: card), reason: "", stale)
        }
        #expect(try await world.paying(card).count == 1)
    }
}
