import EMV
import GlobalPlatform
import Testing

@testable import Wallet

@Suite("Cards with a payment application of their own")
struct DedicatedCardTests {
    @Test("a card costs an instance and a whole personalization, with the token in the place of its number")
    func installation() async throws {
        let world = try await DeskWorld(mode: .dedicated)
        let activation = try await world.bind(DeskWorld.debit, [.nfc, .qr], on: world.old)
        #expect(activation.functions.map { $0.refusal } == [nil, .notPermitted])
        let element = world.elements.element(of: world.old)
        #expect(element.installations == 1 && element.all.isEmpty)
        let groupings = try #require(element.dedicated.values.first)
        #expect(Set(groupings.map(\.identifier)).isSuperset(of: [0x0101, 0x8000, 0x9102, 0x9104, 0x9200]))
        let packed = try PrimaryAccountNumber(DeskWorld.debit).packed
        for grouping in groupings {
            #expect(!grouping.data.indices.contains { grouping.data[$0...].starts(with: packed) })
        }
    }

    @Test("it moves and is unbound like any other card")
    func moves() async throws {
        let world = try await DeskWorld(mode: .dedicated)
        let card = try await world.bind(DeskWorld.debit, [.nfc], on: world.old).card
        _ = try await world.desk.migrate(from: world.old.id, cards: nil, world.request(on: world.new))
        #expect(world.elements.element(of: world.old).dedicated.isEmpty)
        #expect(world.elements.element(of: world.new).dedicated.count == 1)
        #expect(try await world.paying(card).map(\.device) == [world.new.id])
        #expect(try await world.desk.unbind(card, world.request(on: world.new)))
        #expect(world.elements.element(of: world.new).dedicated.isEmpty)
    }
}
