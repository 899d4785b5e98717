import EMV
import Synchronization
import Testing

@testable import Wallet

/// Every step of a request is cut once, before it takes effect and after: a commit, an issuer's answer, a trip to a secure
/// element. Then the server is started again and the request repeated.
@Suite("Whatever is cut, a card pays once")
struct CutSweepTests {
    @Test("a migration leaves no moment with two credentials that pay and none with no one, wherever it is cut")
    func migration() async throws {
        let uncut = try await Self.migrated(cutAt: nil, .before)
        #expect(uncut > 20)
        for step in 0..<uncut {
            for moment in Scissors.Moment.allCases {
                _ = try await Self.migrated(cutAt: step, moment)
            }
        }
    }

    @Test("a binding that is cut anywhere ends with one credential, one record, one triple, and its tokens in use")
    func binding() async throws {
        let uncut = try await Self.bound(cutAt: nil, .before)
        #expect(uncut > 8)
        for step in 0..<uncut {
            for moment in Scissors.Moment.allCases { _ = try await Self.bound(cutAt: step, moment) }
        }
    }

    @Test("an unbinding that is cut anywhere ends with nothing left")
    func unbinding() async throws {
        let uncut = try await Self.unbound(cutAt: nil, .before)
        for step in 0..<uncut {
            for moment in Scissors.Moment.allCases { _ = try await Self.unbound(cutAt: step, moment) }
        }
    }

    /// - Returns: how many steps there were.
    private static func migrated(cutAt step: Int?, _ moment: Scissors.Moment) async throws -> Int {
        let world = try await DeskWorld(cutAt: nil, moment)
        let cards = [
            try await world.bind(DeskWorld.debit, [.nfc, .qr], on: world.old).card,
            try await world.bind(DeskWorld.credit, [.nfc], on: world.old).card,
        ]
        let place: Comment = "cut \(moment.rawValue) step \(step.map(String.init) ?? "none")"
        let violations = Mutex<[String]>([])
        world.store.afterCommit {
            for card in cards {
                let paying = (try? await world.paying(card)) ?? []
                if paying.count != 1 { violations.withLock { $0.append("\(card): \(paying.count) pay") } }
            }
        }
        world.scissors.arm(step)
        let key = "move"
        var migration = try await world.insisting {
            try await $0.migrate(from: world.old.id, cards: nil, world.request(on: world.new, key: key))
        }
        let steps = world.scissors.steps
        // An answer may say that cards are still on their way.
        world.scissors.mend()
        let id = migration.id
        migration = try await world.insisting { try await $0.migration(id, world.request(on: world.new)) }
        _ = try await world.desk.synchronize(nil, world.request(on: world.old))
        migration = try await world.desk.migration(id, world.request(on: world.new))
        #expect(violations.withLock { $0 }.isEmpty, place)
        #expect(migration.state == .finished, place)
        #expect(migration.cards.map(\.step) == [.cleared, .cleared], place)
        #expect(world.elements.element(of: world.old).all.isEmpty, place)
        let records = world.elements.element(of: world.new).all
        #expect(records.count == 2, place)
        for card in cards {
            let paying = try await world.paying(card)
            #expect(paying.map(\.device) == [world.new.id], place)
            #expect(
                records.contains { record in
                    record.tokens.contains { $0.number == paying.first?.number.accountNumber }
                }, place)
        }
        #expect(
            world.harbour.bindings.union(world.river.bindings).map(\.secureElement)
                == [world.new.secureElement, world.new.secureElement], place)
        return steps
    }

    private static func bound(cutAt step: Int?, _ moment: Scissors.Moment) async throws -> Int {
        let world = try await DeskWorld(cutAt: step, moment)
        let place: Comment = "cut \(moment.rawValue) step \(step.map(String.init) ?? "none")"
        let verification = try world.verification(DeskWorld.debit)
        let reply = try await world.insisting {
            try await $0.activate(
                ActivationRequest(.newCard(verification), functions: [.nfc, .qr]),
                world.request(on: world.old, key: "bind"))
        }
        guard case .bound(let activation) = reply else { throw Unexpected(reply: "\(reply)") }
        let credentials = try await world.store.inner.credentials(of: world.user)
        #expect(credentials.map(\.state) == [.active], place)
        #expect(try await world.store.inner.cards(of: world.user).count == 1, place)
        let tokens = try await world.store.inner.tokens(of: credentials[0].id)
        #expect(tokens.map(\.state) == [.active, .active], place)
        #expect(activation.functions.compactMap(\.paymentIdentifier) == tokens.map(\.reference), place)
        let records = world.elements.element(of: world.old).all
        #expect(records.count == 1 && records[0].tokens.count == 2, place)
        #expect(world.elements.element(of: world.old).installations == 1, place)
        #expect(world.harbour.bindings.count == 1, place)
        return world.scissors.steps
    }

    private static func unbound(cutAt step: Int?, _ moment: Scissors.Moment) async throws -> Int {
        let world = try await DeskWorld(cutAt: nil, moment)
        let place: Comment = "cut \(moment.rawValue) step \(step.map(String.init) ?? "none")"
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        world.scissors.arm(step)
        _ = try await world.insisting {
            try await $0.unbind(card, world.request(on: world.old, key: "unbind"))
        }
        let steps = world.scissors.steps
        world.scissors.mend()
        _ = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(try await world.paying(card).isEmpty, place)
        #expect(world.elements.element(of: world.old).all.isEmpty, place)
        #expect(world.harbour.bindings.isEmpty, place)
        #expect(try await world.store.inner.credentials(of: card).map(\.state) == [.removed], place)
        return steps
    }
}
