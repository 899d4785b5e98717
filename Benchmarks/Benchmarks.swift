import Foundation

/// Runs every benchmark and prints one line for each figure: ratios against a peer or a limit measured in the same run.
@main
enum Benchmarks {
    static func main() async throws {
        var measurements: [Measurement] = []
        func report(_ title: String, _ found: [Measurement]) {
            write(title)
            for measurement in found { write("  \(measurement)") }
            measurements += found
        }
        report("SCP03 (one thread)", benchmarkSecureChannel())
        report("SCP02 (one thread)", benchmarkSCP02())
        report("Card in process", benchmarkCard())
        report("Universal card", try benchmarkUniversalCard())
        report("Fare gate", try await benchmarkGate())
        report("Card with content", try await benchmarkFurnishedCard())
        report("Card over vpcd", try await benchmarkVPCD())
        report("Host library", try await benchmarkInstallation())
        report("Provisioning over HTTP", try await benchmarkProvisioning())
        report("SE-data look-ups over HTTP", try await benchmarkLookUps())
        report("Ledger", try await benchmarkLedger())
        let missed = measurements.count { $0.isMet == false }
        write(missed == 0 ? "every goal is met" : "\(missed) goals are missed")
        if missed > 0 { exit(1) }
    }

    private static func write(_ line: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    }
}
