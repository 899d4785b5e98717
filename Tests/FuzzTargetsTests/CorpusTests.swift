import Foundation
import FuzzTargets
import Testing

/// Every input that is in `Fuzzers/Corpora` goes through the entry of its target, as under the fuzzer: the seeds, and
/// whatever a fuzzer ever found.
///
/// `REGENERATE=1 swift test --filter FuzzTargetsTests` writes the seeds anew.
@Suite("The fuzzers' corpora")
struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzzers/Corpora")

    /// Steps that are honest and accepted, over a whole corpus: refusals alone would show little.
    private static let acceptedMin: [FuzzTarget: Int] = [
        .apdu: 40, .berTLV: 100, .paymentData: 18, .iso8583: 200, .nearField: 60, .terminal: 2, .ndef: 8,
        .tag: 100, .bill: 100, .smartCard: 100, .loadFile: 6,
        .loadFileRecipe: 30,
        .channelCard: 100,
        .channelHost: 60,
        .cardState: 8, .cardScript: 250,
    ]

    @Test("break no rule, and reach what they are for", arguments: FuzzTarget.allCases)
    func replay(_ target: FuzzTarget) throws {
        if ProcessInfo.processInfo.environment["REGENERATE"] != nil { try Self.writeSeeds(of: target) }
        let files = try Self.files(of: target)
        #expect((24...400).contains(files.count), "\(files.count) files of \(target)")
        var accepted = 0
        for file in files {
            let bytes = try Data(contentsOf: file)
            #expect(bytes.count <= target.inputLengthMax, "\(file.lastPathComponent) is longer than what is tried")
            do { accepted += try target.run(bytes) } catch {
                Issue.record("\(target)/\(file.lastPathComponent): \(error)")
            }
        }
        #expect(accepted >= Self.acceptedMin[target] ?? .max, "\(accepted) steps of \(target) were accepted")
    }

    @Test("are all of a target")
    func folders() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(names) == Set(FuzzTarget.allCases.map(\.rawValue)))
    }

    @Test("a seed is an input of its own, and short enough", arguments: FuzzTarget.allCases)
    func seeds(_ target: FuzzTarget) {
        let seeds = Seeds.of(target)
        #expect(seeds.count >= 8)
        #expect(Set(seeds).count == seeds.count)
        #expect(seeds.allSatisfy { $0.count <= target.inputLengthMax })
    }

    private static func files(of target: FuzzTarget) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: target.rawValue), includingPropertiesForKeys: nil
        ).sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private static func writeSeeds(of target: FuzzTarget) throws {
        let folder = folder.appending(path: target.rawValue)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in try files(of: target) where file.lastPathComponent.hasPrefix("seed-") {
            try FileManager.default.removeItem(at: file)
        }
        for (number, seed) in Seeds.of(target).enumerated() {
            let name = "seed-" + String(repeating: "0", count: number < 10 ? 1 : 0) + "\(number)"
            try Data(seed).write(to: folder.appending(path: name))
        }
    }
}
