import GlobalPlatform
import Testing

@Suite("Life cycles")
struct LifeCycleTests {
    @Test("the card moves along the arrows of Figure 5-1 and no others")
    func card() {
        var arrows: [String] = []
        for from in CardLifeCycle.allCases {
            for to in CardLifeCycle.allCases where from.canTransition(to: to) { arrows.append("\(from)→\(to)") }
        }
        #expect(
            arrows == [
                "OP_READY→INITIALIZED", "OP_READY→TERMINATED", "INITIALIZED→SECURED", "INITIALIZED→TERMINATED",
                "SECURED→CARD_LOCKED", "SECURED→TERMINATED", "CARD_LOCKED→SECURED", "CARD_LOCKED→TERMINATED",
            ])
    }

    @Test("an Application state is 03, or xxxxx111, with b8 for LOCKED")
    func applicationStates() {
        let defined = (0...255).compactMap { ApplicationLifeCycle(rawValue: UInt8($0)) }.map(\.rawValue)
        let own = stride(from: 0x07, through: 0x7F, by: 8).map { UInt8($0) }
        #expect(Set(defined) == Set([0x03, 0x83] + own + own.map { $0 | 0x80 }))
    }

    @Test("LOCKED comes back to the state it covers only")
    func locked() throws {
        let own = try #require(ApplicationLifeCycle(rawValue: 0x0F))
        #expect(own.canTransition(to: own.locked))
        #expect(own.locked.canTransition(to: own))
        #expect(!own.locked.canTransition(to: .selectable))
        #expect(!own.locked.canTransition(to: own.locked))
        #expect(!ApplicationLifeCycle.selectable.canTransition(to: .installed))
        #expect(ApplicationLifeCycle.installed.locked.rawValue == 0x83)
        #expect(!ApplicationLifeCycle.installed.isSelectable)
        #expect(ApplicationLifeCycle.selectable.isSelectable)
        #expect(!ApplicationLifeCycle.selectable.locked.isSelectable)
    }

    @Test("a Security Domain moves forward and is locked over any state")
    func securityDomain() {
        let defined = (0...255).compactMap { SecurityDomainLifeCycle(rawValue: UInt8($0)) }.map(\.rawValue)
        #expect(Set(defined) == [0x03, 0x07, 0x0F, 0x83, 0x87, 0x8F])
        #expect(SecurityDomainLifeCycle.selectable.canTransition(to: .personalized))
        #expect(!SecurityDomainLifeCycle.personalized.canTransition(to: .selectable))
        #expect(SecurityDomainLifeCycle.personalized.locked.canTransition(to: .personalized))
        #expect(!SecurityDomainLifeCycle.personalized.locked.canTransition(to: .selectable))
    }
}
