import CardCryptography
import EMV
import Testing

@testable import Wallet

@Suite("Requests beside each other: of another account on the device, of another device, of a moment before")
struct NeighbouringRequestTests {
    /// Another person who is logged in on the old telephone.
    private func neighbour(_ world: DeskWorld) async throws -> (UserID, Device) {
        let user = UserID.random(SystemRandomSource())
        var device = world.old
        device.id = .random(SystemRandomSource())
        device.user = user
        try await world.store.inner.commit([
            .account(
                Account(
                    id: user, login: LoginName("berta")!, displayName: "Berta",
                    password: try PasswordDigest(
                        of: SecretBytes(Array("secret".utf8)), cost: Scrypt.Cost(n: 2, r: 1, p: 1),
                        random: SystemRandomSource()), createdAt: world.clock.now())),
            .device(device),
        ])
        return (user, device)
    }

    @Test("a record that another account loads while the secure element is read is no stray (UPD-09)")
    func neighboursRecord() async throws {
        let world = try await DeskWorld()
        _ = try await world.bind(DeskWorld.debit, on: world.old)
        let (user, device) = try await neighbour(world)
        let activation = ActivationRequest(.newCard(try world.verification(DeskWorld.debit)), functions: [.nfc])
        var request = world.request(on: device)
        request.user = user
        let neighbours = request
        world.elements.beforeReading { _ = try? await world.desk.activate(activation, neighbours) }
        let done = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(done == Synchronization())
        #expect(world.elements.element(of: world.old).all.count == 2)
    }

    @Test("a card whose record still is to leave the secure element is bound to it again")
    func bindingAfterOfflineUnbinding() async throws {
        let world = try await DeskWorld()
        let first = try await world.bind(DeskWorld.debit, on: world.old)
        world.elements.change(world.old) { $0.isReachable = false }
        #expect(try await world.desk.unbind(first.card, world.request(on: world.old)) == false)
        let request = world.request(on: world.old)
        let again = ActivationRequest(.newCard(try world.verification(DeskWorld.debit)), functions: [.nfc])
        await #expect(throws: WalletError.unsettled(reason: "the handset is off")) {
            _ = try await world.desk.activate(again, request)
        }
        world.elements.change(world.old) { $0.isReachable = true }
        guard case .bound(let second) = try await world.desk.activate(again, request) else {
            Issue.record("not bound")
            return
        }
        #expect(second.record != first.record)
        #expect(world.elements.element(of: world.old).all.map(\.reference.bytes) == [second.record.bytes])
        #expect(try await world.paying(second.card).count == 1)
        #expect(world.harbour.bindings.count == 1)
    }

    @Test("one key used on two devices is two requests")
    func keyOfAnotherDevice() async throws {
        let world = try await DeskWorld()
        let card = try await world.bind(DeskWorld.debit, on: world.old).card
        let activation = ActivationRequest(.knownCard(card), functions: [.nfc])
        _ = try await world.desk.activate(activation, world.request(on: world.old, key: "k"))
        _ = try await world.desk.activate(activation, world.request(on: world.new, key: "k"))
        #expect(world.elements.element(of: world.new).all.count == 1)
        #expect(try await world.paying(card).map(\.device) == [world.old.id, world.new.id])
    }

    @Test("a device gets no card while it is being removed, and is not removed while it gets one")
    func deviceRemovedMeanwhile() async throws {
        let world = try await DeskWorld()
        let accounts = AccountDesk(store: world.store, secureElements: world.elements, clock: world.clock)
        let (_, removal) = try await accounts.removal(of: world.old.id, of: world.user)
        _ = try await world.bind(DeskWorld.debit, on: world.old)
        await #expect(throws: WalletStoreError.self) { try await world.store.inner.commit(removal) }
        let other = try await accounts.removal(of: world.new.id, of: world.user)
        try await world.store.inner.commit(other.changes)
        await #expect(throws: WalletError.conflict(reason: "the device has been removed")) {
            _ = try await world.bind(DeskWorld.credit, [.nfc], on: world.new)
        }
        #expect(world.elements.element(of: world.new).all.isEmpty)
        #expect(try await world.desk.cards(of: world.user, world.request(on: world.old)).count == 1)
    }
}
