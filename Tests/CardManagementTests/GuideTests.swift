import CardCryptography
import CardManagement
import Foundation
import GlobalPlatform
import SecureChannel
import Testing

@Suite("The guide of the host library")
struct GuideTests {
    @Test("shows an example that works, word for word")
    func example() async throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let source = try String(contentsOf: tests.appendingPathComponent("GuideExample.swift"), encoding: .utf8)
        let code = source.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { $0 != "// begin" }.dropFirst().prefix { $0 != "// end" }.joined(separator: "\n")
        let page = tests.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("docs/how-to/use-the-host-library.md")
        #expect(try String(contentsOf: page, encoding: .utf8).contains("```swift\n\(code)\n```"))

        let (master, new) = (SecretBytes([UInt8](0x10...0x1F)), SecretBytes([UInt8](0x20...0x2F)))
        let data = BenchCard.diversificationData
        let card = BenchCard(keys: try KeyDiversification.kdf3.keySet(master: master, diversificationData: data))
        let cap = CAPFileBuilder(package: Packages.aid, applets: Packages.modules, codeLength: 900).jar()
        try await prepare(card, cap: cap, masterKey: master, newKey: new)
        let keys = FixedKeySource(try CardKeyMaterial(repeating: new, diversification: .kdf3))
        var session = try await card.manager(keys: keys).open(SessionRequest(keyVersion: 0x30))
        let registry = try await session.registry()
        #expect(Packages.modules.allSatisfy { registry.application($0) != nil })
        let listed = try await session.keyInformation()
        #expect(KeyInformationTemplate(listed).versions == [0x30])
    }
}
