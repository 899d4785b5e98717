import CardManagement
import GlobalPlatform
import ISO7816
import Testing

@Suite("The registry as a tree")
struct RegistryTreeTests {
    private static let names: [AID] = ["A000000001", "A000000002", "A000000003", "A000000004", "A000000005"]

    private static func domain(_ index: Int, under parent: Int?) -> RegistryEntry {
        RegistryEntry(
            aid: names[index], lifeCycle: 0x0F, privileges: .securityDomain,
            securityDomain: parent.map { names[$0] })
    }

    private static func shape(_ nodes: [RegistryNode]) -> String {
        nodes.map { node in
            let below = shape(node.children)
            return "\(node.entry.aid.bytes[4])" + (below.isEmpty ? "" : "(\(below))")
        }.joined(separator: " ")
    }

    private static func shape(_ parents: [Int?], issuer: Bool = true) -> String {
        let entries = parents.enumerated().map { domain($0, under: $1) }
        return shape(
            CardRegistry(
                issuerSecurityDomain: issuer ? entries[0] : nil,
                applications: issuer ? Array(entries.dropFirst()) : entries
            ).tree)
    }

    @Test("hangs every entry from its security domain, and from the issuer's where the card does not tell")
    func associations() {
        #expect(Self.shape([0, 0, 1, 2, 0]) == "1(2(3(4)) 5)")
        #expect(Self.shape([nil, nil, nil, nil, nil]) == "1(2 3 4 5)")
        #expect(Self.shape([0, 1, 1, 0, 4]) == "1(4) 2(3) 5")
    }

    @Test("shows every entry once, also without an issuer security domain and where associations run in a circle")
    func circles() {
        #expect(Self.shape([0, 2, 3, 1, 1]) == "1 2(4(3) 5)")
        #expect(Self.shape([nil, 0, 1, nil, 2], issuer: false) == "1(2(3(5))) 4")
        #expect(Self.shape([1, 0, 3, 2, 4], issuer: false) == "5 1(2) 3(4)")
    }

    @Test("names the life cycle state by what the entry is")
    func states() {
        func node(_ kind: RegistryNode.Kind, _ state: UInt8) -> String {
            let entry = RegistryEntry(
                aid: Self.names[0], lifeCycle: state, privileges: kind == .securityDomain ? .securityDomain : [])
            let registry =
                switch kind {
                case .issuerSecurityDomain: CardRegistry(issuerSecurityDomain: entry)
                case .executableLoadFile: CardRegistry(loadFiles: [entry])
                default: CardRegistry(applications: [entry])
                }
            return registry.tree.map(\.state).joined()
        }
        #expect(node(.issuerSecurityDomain, 0x0F) == "SECURED")
        #expect(node(.securityDomain, 0x0F) == "PERSONALIZED")
        #expect(node(.securityDomain, 0x87) == "LOCKED (SELECTABLE)")
        #expect(node(.application, 0x07) == "SELECTABLE")
        #expect(node(.executableLoadFile, 0x01) == "LOADED")
        #expect(node(.executableLoadFile, 0x55) == "state 55")
        #expect(node(.issuerSecurityDomain, 0x55) == "state 55")
    }
}
