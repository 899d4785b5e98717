import CardCryptography
import EMV
import Testing

@testable import Wallet

@Suite("Universal instances and card records")
struct UniversalCardTests {
    @Test("a secure element gets exactly two instances, and has the same two after many cards (UCI-01, UPD-01)")
    func twoInstances() async throws {
        let world = try await DeskWorld()
        #expect(try await world.desk.prepareSecureElement(world.request(on: world.old)) == [.first, .second])
        let before = world.elements.element(of: world.old)
        #expect(before.installations == 2)
        for index in 0..<6 {
            let number = try PrimaryAccountNumber(completing: "47617390010100\(index)")
            _ = try await world.bind(number.revealed(), on: world.old)
        }
        let after = world.elements.element(of: world.old)
        #expect(after.installations == 2)
        #expect(after.universalData == before.universalData)
        #expect(after.all.count == 6)
        #expect(after.stores == 6)
    }

    @Test("two cards on one secure element, and one card on two, have different identifiers (UCI-03)")
    func identifiers() async throws {
        let world = try await DeskWorld()
        let debit = try await world.bind(DeskWorld.debit, on: world.old)
        _ = try await world.bind(DeskWorld.credit, [.nfc], on: world.old)
        _ = try await world.desk.activate(
            ActivationRequest(.knownCard(debit.card), functions: [.nfc, .qr]), world.request(on: world.new))
        let records = world.elements.element(of: world.old).all + world.elements.element(of: world.new).all
        #expect(Set(records.map(\.reference)).count == 3)
        #expect(Set(records.flatMap { $0.tokens.map { $0.number.revealed() } }).count == 5)
        // One account, one account reference.
        #expect(Set(records.map(\.paymentAccountReference)).count == 2)
    }

    @Test("a record holds tokens, label and last four digits, and not the card's number (UCI-06, UPD-02)")
    func noNumber() async throws {
        let world = try await DeskWorld()
        _ = try await world.bind(DeskWorld.debit, on: world.old)
        let record = try #require(world.elements.element(of: world.old).all.first)
        #expect(record.label == "Harbour Debit" && record.lastFour == "0010")
        #expect(record.keyShare?.count == 16)
        let packed = try PrimaryAccountNumber(DeskWorld.debit).packed
        #expect(!record.bytes.indices.contains { record.bytes[$0...].starts(with: packed) })
        #expect(record.tokens.allSatisfy { $0.number.hasPrefix("629900") })
    }

    @Test("a record without a share of its own is an identifier and nothing more (UCI)")
    func identifierOnly() async throws {
        let world = try await DeskWorld()
        _ = try await world.bind(DeskWorld.credit, [.nfc], on: world.old)
        #expect(world.elements.element(of: world.old).all.map(\.keyShare) == [nil])
    }

    @Test("a lost record is loaded again, byte for byte; a stray one is deleted (UPD-09)")
    func synchronization() async throws {
        let world = try await DeskWorld()
        _ = try await world.desk.prepareSecureElement(world.request(on: world.old))
        _ = try await world.bind(DeskWorld.debit, on: world.old)
        let before = world.elements.element(of: world.old).all
        #expect(try await world.desk.synchronize(nil, world.request(on: world.old)) == Synchronization())
        #expect(world.elements.element(of: world.old).stores == 1)
        let stray = try UniversalCardRecord(
            reference: UniversalCardReference([9, 9, 9, 9, 9, 9, 9, 9])!, tokens: before[0].tokens, label: "Stray",
            lastFour: "0000", paymentAccountReference: before[0].paymentAccountReference)
        world.elements.change(world.old) { $0.records = [.second: [stray]] }
        let done = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(done.restored.map(\.bytes) == [before[0].reference.bytes])
        #expect(done.removed.map(\.bytes) == [stray.reference.bytes])
        #expect(world.elements.element(of: world.old).all == before)
        // What the device itself reports is as good.
        let found = before.map {
            FoundRecord(type: .first, reference: RecordReference($0.reference.bytes)!, fingerprint: $0.fingerprint)
        }
        #expect(try await world.desk.synchronize(found, world.request(on: world.old)) == Synchronization())
        #expect(try await world.desk.synchronize([], world.request(on: world.old)).restored.count == 1)
    }

    @Test("unbinding ends the tokens at once and removes record, mapping and triple (UCI-07, UPD-08)")
    func unbind() async throws {
        let world = try await DeskWorld()
        let activation = try await world.bind(DeskWorld.debit, on: world.old)
        #expect(try await world.desk.unbind(activation.card, world.request(on: world.old)))
        #expect(try await world.paying(activation.card).isEmpty)
        #expect(world.elements.element(of: world.old).all.isEmpty)
        #expect(world.harbour.bindings.isEmpty)
        #expect(try await world.store.inner.card(activation.card)?.sealedNumber.isEmpty == true)
        await #expect(throws: WalletError.notFound(kind: "card")) {
            _ = try await world.desk.activate(
                ActivationRequest(.knownCard(activation.card), functions: [.nfc]), world.request(on: world.old))
        }
    }

    @Test("a device that is off pays no more at once, and forgets the card when it comes back")
    func unbindOffline() async throws {
        let world = try await DeskWorld()
        let activation = try await world.bind(DeskWorld.debit, on: world.old)
        world.elements.change(world.old) { $0.isReachable = false }
        #expect(try await world.desk.unbind(activation.card, world.request(on: world.old)) == false)
        #expect(try await world.paying(activation.card).isEmpty)
        world.elements.change(world.old) { $0.isReachable = true }
        let done = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(done.removed == [activation.record])
        #expect(world.elements.element(of: world.old).all.isEmpty)
        #expect(world.harbour.bindings.isEmpty)
        // On no device any more: its number is not kept either.
        #expect(try await world.store.inner.card(activation.card)?.sealedNumber.isEmpty == true)
    }

    @Test("nothing is moved or removed when the password was given too long ago")
    func freshness() async throws {
        let world = try await DeskWorld()
        let activation = try await world.bind(DeskWorld.debit, on: world.old)
        var request = world.request(on: world.old)
        request.authenticatedAt -= 301
        let stale = request
        await #expect(throws: WalletError.freshAuthenticationRequired) {
            _ = try await world.desk.unbind(activation.card, stale)
        }
        await #expect(throws: WalletError.freshAuthenticationRequired) {
            _ = try await world.desk.migrate(from: world.new.id, cards: nil, stale)
        }
        #expect(try await world.paying(activation.card).count == 1)
    }
}

/// Randomness for names that are nobody's.
struct SeededSource: RandomSource {
    func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0x5A, count: count) }
}
