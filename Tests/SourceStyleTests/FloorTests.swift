import Testing

@Suite("The floors")
struct FloorTests {
    @Test("are kept by every import")
    func imports() throws {
        let files = try SourceTree.sources()
        let targets = Floors.targets(of: files)
        #expect(targets.count >= 18)
        let violations = files.flatMap { Floors.violations(in: $0, targets: targets) }
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
    }

    @Test(
        "refuse what is not below",
        arguments: [
            ("Sources/Domains/TrustedServiceManager/A.swift", "import SecureElement"),
            ("Sources/Domains/MobileDevice/A.swift", "public import TrustedServiceManager"),
            ("Sources/Foundations/ISO7816/A.swift", "import GlobalPlatform"),
            ("Sources/Standards/SecureChannel/A.swift", "import SERAM"),
            ("Sources/Adapters/Storage/A.swift", "@preconcurrency import HTTPServer"),
            ("Sources/Standards/SERAM/A.swift", "import COpenSSL"),
            ("Sources/Domains/TrustedServiceManager/A.swift", "import GRDB"),
            ("Sources/Domains/TrustedServiceManager/A.swift", "import struct GRDB.Row"),
            ("Sources/Elsewhere/Thing/A.swift", "import Foundation"),
        ])
    func refusals(_ path: String, _ text: String) throws {
        let targets = Floors.targets(of: try SourceTree.sources())
        #expect(Floors.violations(in: .init(path: path, text: text), targets: targets).count == 1)
    }

    @Test(
        "allow what is below, the shared wire contract, and outside modules in adapters",
        arguments: [
            ("Sources/Domains/TrustedServiceManager/A.swift", "public import SecureChannel"),
            ("Sources/Adapters/Storage/A.swift", "import GRDB\nimport TrustedServiceManager"),
            ("Sources/Adapters/HTTPServer/A.swift", "import SeneschalAPI"),
            ("Sources/Products/seneschal/A.swift", "import Storage"),
            ("Sources/Foundations/CardCryptography/A.swift", "import COpenSSL"),
            ("Sources/Foundations/ISO7816/A.swift", "// import GlobalPlatform\nlet text = \"import GlobalPlatform\""),
        ])
    func allowances(_ path: String, _ text: String) throws {
        let targets = Floors.targets(of: try SourceTree.sources())
        #expect(Floors.violations(in: .init(path: path, text: text), targets: targets).isEmpty)
    }
}
