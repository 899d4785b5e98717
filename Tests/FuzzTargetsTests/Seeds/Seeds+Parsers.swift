import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

@testable import FuzzTargets

extension Seeds {
    /// Every sound command, as it goes over the wire, and some answers.
    static var commands: [[UInt8]] {
        var made: [[UInt8]] = []
        for kind in UInt8(0)..<20 {
            for variant in [UInt8(0), 1, 3] {
                var input = FuzzInput([kind] + [UInt8](repeating: variant, count: 40))
                let bytes = CardTemplates.command(&input) { [UInt8](repeating: 0xA5, count: $0.count) }.bytes
                if !made.contains(bytes) { made.append(bytes) }
            }
        }
        made += CardTemplates.load(FuzzedCard.package).prefix(2).map(\.bytes)
        made += CardTemplates.personalization(of: FuzzedCard.instance).map(\.bytes)
        made.append(InitializeUpdateCommand(keyVersion: nil, hostChallenge: decisions(1, 8)).command.bytes)
        made.append(
            ExternalAuthenticateCommand(securityLevel: 0x33, cryptogramAndMAC: decisions(2, 16)).command.bytes)
        made.append(CommandAPDU(0x00, 0xC0, 0, 0, expectedLength: 300).bytes)
        made.append(CommandAPDU(0x80, 0xE2, 0x80, 0, data: decisions(3, 300), expectedLength: 65_536).bytes)
        return unique(made)
    }

    /// What cards tell in BER-TLV.
    static var templates: [[UInt8]] {
        var card = FuzzedCard.cards[1]
        let readings = FuzzedCard.readings.map { card.process($0).data }.filter { !$0.isEmpty }
        let nested = (0..<20).reduce([UInt8](repeating: 0x5A, count: 3)) { inner, _ in BERTLV(0xE1, inner).bytes }
        let lengths: [[UInt8]] = [
            [0x42, 0x81, 0x01, 0x07], [0x42, 0x82, 0x00, 0x01, 0x07], [0x9F, 0x81, 0x7F, 0x00],
            [0x5F, 0x50, 0x83, 0x00, 0x00, 0x02, 0x61, 0x62], [0xE3, 0x00], [0x42, 0x80],
            [0x1F, 0x81, 0x82, 0x03, 0x00],
        ]
        return unique(readings + [nested] + lengths + entries + dataGroupings)
    }

    private static var entries: [[UInt8]] {
        let entry = RegistryEntry(
            aid: FuzzedCard.instance, lifeCycle: 0x07, privileges: [.securityDomain, .trustedPath],
            executableLoadFile: BuiltInModule.paymentPackage, version: [1, 0], modules: [BuiltInModule.payment],
            securityDomain: FuzzedCard.domain)
        return [entry.bytes(), entry.bytes() + entry.bytes(), entry.legacyBytes(withModules: true)]
    }

    private static var dataGroupings: [[UInt8]] {
        [DataGrouping(0x0101, decisions(4, 20)), DataGrouping(0x8000, decisions(5, 300))].map(\.bytes)
    }

    /// CAPs bare, in JARs, and as the LOADs carry them.
    static var loadFiles: [[UInt8]] {
        let builders = [
            FuzzedCard.package,
            CAPFileBuilder(
                package: "A00000000301", packageName: "org/seneschal/two",
                applets: ["A0000000030101", "A0000000030102"], codeLength: 40),
            CAPFileBuilder(package: "F053454E45534348414C7E02", packageName: "library", applets: []),
            CAPFileBuilder(package: "A0000000030201", packageName: "", applets: ["A0000000030201"], imports: []),
            CAPFileBuilder(
                package: "A00000000303", version: .init(major: 255, minor: 255), packageName: "a/b/c/d",
                applets: ["A0000000030301"],
                imports: [.javaCardFramework, .init(package: "A0000000620001", version: .init(major: 1, minor: 0))],
                codeLength: 600),
        ]
        let patterns = [
            LoadFile.DataAuthenticationPattern(securityDomain: FuzzedCard.domain, signature: decisions(6, 16))
        ]
        return unique(
            builders.flatMap { builder in
                [
                    builder.components, builder.jar(compressed: true), builder.jar(compressed: false),
                    LoadFile(dataBlock: builder.components).bytes,
                    LoadFile(dataBlock: builder.components, dataAuthenticationPatterns: patterns).bytes,
                ]
            })
    }

    /// Sound ones, then ones by chance.
    static var recipes: [[UInt8]] {
        var seeds: [[UInt8]] = []
        for applets in UInt8(0)..<4 {
            for imports in UInt8(0)..<3 {
                let package = decisions(UInt64(applets), 11) + [applets * 3]
                let modules = [applets] + [UInt8](repeating: 9, count: Int(applets))
                let imported = [imports] + (0..<imports).flatMap { [2, $0, 1, 1, 0] as [UInt8] }
                // Folder, version, code length; no flaws, Directory as it is; in a JAR, stored, without flaws.
                seeds.append(package + modules + imported + [applets, 1, 0, 20, 0, 0, imports, 0])
            }
        }
        return seeds + (20...44).map { decisions($0, 64) }
    }

    static func unique(_ inputs: [[UInt8]]) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return inputs.filter { $0.count <= 4_096 && seen.insert($0).inserted }
    }
}
