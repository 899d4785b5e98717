import Foundation
import GlobalPlatform
import ISO7816
import Testing

/// The load files that `Tests/InteropTests/run.sh` hands to other people's programs are made here, with
/// `REGENERATE=1 swift test --filter InteropLoadFileTests`.
@Suite("The load files of the interop checks")
struct InteropLoadFileTests {
    static let builders: [(name: String, builder: CAPFileBuilder)] = [
        (
            // One LOAD command, also with the 16-byte MACs of S16.
            "small.cap",
            CAPFileBuilder(
                package: "F053454E45534348414C4901", packageName: "small",
                applets: ["F053454E45534348414C490101"])
        ),
        (
            "large.cap",
            CAPFileBuilder(
                package: "F053454E45534348414C4902", packageName: "org/seneschal/large",
                applets: ["F053454E45534348414C490201", "F053454E45534348414C490202"], codeLength: 6_000)
        ),
        (
            // pySim-shell takes no file without a Descriptor.
            "described.cap",
            CAPFileBuilder(
                package: "F053454E45534348414C4903", packageName: "org/seneschal/described",
                applets: ["F053454E45534348414C490301"], codeLength: 600, hasDescriptor: true)
        ),
    ]

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("InteropTests")

    @Test("are what the builder makes", arguments: builders.map(\.name))
    func fixtures(_ name: String) throws {
        let builder = try #require(Self.builders.first { $0.name == name }).builder
        let file = Self.folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["REGENERATE"] != nil { try Data(builder.jar()).write(to: file) }
        #expect(try Array(Data(contentsOf: file)) == builder.jar())
    }

    @Test("are small and large enough for what they show")
    func sizes() {
        let lengths = Self.builders.map(\.builder.components.count)
        // C4 and its length take three bytes, the S16 MAC sixteen.
        #expect(lengths[0] + 3 + 16 <= 255)
        #expect(lengths[1] > 20 * 255)
    }
}
