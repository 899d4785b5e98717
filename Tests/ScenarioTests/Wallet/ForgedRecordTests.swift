import CardCryptography
import EMV
import GlobalPlatform
import MobileDevice
import Terminal
import Testing
import Wallet

/// A card record that is not what the wallet put, or not where it put it, on real cards: the token service is asked.
@Suite("A record pays whole, in its own instance of its own secure element")
struct ForgedRecordTests {
    @Test(
        "altering the dedicated half of the data fails the verification, and so does another universal half (UPD-03, UCI-05)"
    )
    func halves() async throws {
        let world = try await WalletWorld(.none)
        let till = WalletTill(world: world)
        let record = try await Self.prepared(world)
        #expect(try await till.authorize(try await WalletTill.tap(world.oldCard)).isApproved)
        let share = try #require(record.keyShare).revealed()
        for (index, mask) in [(0, 0x80), (15, 0x02)] as [(Int, UInt8)] {
            var altered = share
            altered[index] ^= mask
            try await world.put(try record.with(share: SecretBytes(altered)), .first, on: world.old)
            try await Self.expectDeclined(world.oldCard, record, till)
        }
        // Without any dedicated half, the universal one alone.
        try await world.put(try record.with(share: nil), .first, on: world.old)
        try await Self.expectDeclined(world.oldCard, record, till)
        let done = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(done.restored.map(\.bytes) == [record.reference.bytes])
        #expect(try await till.authorize(try await WalletTill.tap(world.oldCard)).isApproved)
        // The whole record over the universal half of another secure element.
        try await world.put(record, .first, on: world.new)
        try await Self.expectDeclined(world.newCard, record, till)
        #expect(try await till.authorize(try await WalletTill.tap(world.oldCard)).isApproved)
        await world.tearDown()
    }

    @Test(
        "a card of the first type never verifies with the second instance, and its record does not stay there (UCI-04, UPD-04)"
    )
    func types() async throws {
        let world = try await WalletWorld(.none)
        let till = WalletTill(world: world)
        let record = try await Self.prepared(world)
        try await world.put(record, .second, on: world.old)
        let element = WalletSecureElement(world.oldCard)
        #expect(try await element.cards().map(\.type) == [1, 2])
        try await element.choose(record.reference, type: 2)
        try await Self.expectDeclined(world.oldCard, record, till)
        let copy = try #require(try await element.cards().last)
        #expect(
            try await till.authorize(try await WalletTill.scan(copy, of: world.oldCard)) == .declined(actionCode: "05"))
        let done = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(done.removed.map(\.bytes) == [record.reference.bytes] && done.restored.isEmpty)
        #expect(try await element.cards().map(\.type) == [1])
        #expect(try await till.authorize(try await WalletTill.tap(world.oldCard)).isApproved)
        await world.tearDown()
    }

    @Test("an instance that no card has needed yet holds nothing, and the other is kept in step all the same (UPD-09)")
    func oneInstance() async throws {
        let world = try await WalletWorld(.none)
        let element = WalletSecureElement(world.oldCard)
        #expect(try await element.cards().isEmpty)
        try await world.bind()
        #expect(try await element.cards().map(\.type) == [1])
        let untouched = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(untouched.restored.isEmpty && untouched.removed.isEmpty)
        let record = try UniversalCardRecord(bytes: #require(world.elements.stored.first).data)
        try await world.put(try record.with(share: nil), .first, on: world.old)
        let done = try await world.desk.synchronize(nil, world.request(on: world.old))
        #expect(done.restored.map(\.bytes) == [record.reference.bytes] && done.removed.isEmpty)
        await world.tearDown()
    }

    /// Both telephones have their instances, the old one a card.
    ///
    /// - Returns: its record as the wallet put it.
    private static func prepared(_ world: WalletWorld) async throws -> UniversalCardRecord {
        for device in [world.old, world.new] {
            _ = try await world.desk.prepareSecureElement(world.request(on: device))
        }
        try await world.bind()
        let grouping = try #require(world.elements.stored.first)
        return try UniversalCardRecord(bytes: grouping.data)
    }

    /// The card makes a cryptogram with the token of the record, and nobody believes it.
    private static func expectDeclined(
        _ card: WalletWorld.Card, _ record: UniversalCardRecord, _ till: WalletTill
    ) async throws {
        let data = try await WalletTill.tap(card)
        #expect(data.number == record.token(for: .nfc)?.number)
        #expect(try await till.authorize(data) == .declined(actionCode: "05"))
    }
}

extension UniversalCardRecord {
    fileprivate func with(share: SecretBytes?) throws -> UniversalCardRecord {
        try UniversalCardRecord(
            reference: reference, tokens: tokens, label: label, lastFour: lastFour,
            paymentAccountReference: paymentAccountReference, keyShare: share, becomesChosen: true)
    }
}

extension WalletWorld {
    /// Past the wallet: whoever can have scripts sent to the secure element.
    fileprivate func put(
        _ record: UniversalCardRecord, _ type: UniversalCardType, on device: Device
    ) async throws {
        try await elements.store(
            [DataGrouping(UniversalCardRecord.identifier, record.bytes)],
            in: WalletApplication(
                serviceNumber: 2_000 + Int(type.rawValue), serviceVersion: "1.0",
                paymentReferenceNumber: "universal-\(type.rawValue)"), for: device.subscriber)
    }
}
