import CLibFuzzer
import Foundation
import FuzzTargets

/// libFuzzer over one target, which the environment names because libFuzzer takes every argument for its own:
///
///     SENESCHAL_FUZZ_TARGET=ber-tlv fuzzers -max_total_time=10 found Fuzzers/Corpora/ber-tlv
@main
enum Fuzzers {
    private static let target: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["SENESCHAL_FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            preconditionFailure(
                "SENESCHAL_FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
        }
        return target
    }()

    static func main() {
        _ = target
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        _ = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            do throws(FuzzViolation) {
                try Fuzzers.target.run(UnsafeBufferPointer(start: data, count: size))
            } catch {
                // The fuzzer keeps the input of a process that stops.
                preconditionFailure("\(error)")
            }
            return 0
        }
    }
}
