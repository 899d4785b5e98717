import Assembly
import Foundation
import HTTPServer
import KeyVault
import Logging
import SeneschalAPI
import SeneschalClient
import TrustedServiceManager

/// A central TSM on a free port over a data folder of its own, with an operator: what the HTTP benchmarks run against.
struct BenchHouse {
    let house: CentralTSMHouse
    let folder: URL
    let transport: HTTPTransport
    let operatorClient: SeneschalClient
    private let serving: Task<Void, any Error>

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-bench-\(UUID().uuidString)")
        let house = try CentralTSMHouse(
            folder: folder.path, unlock: .keyFile(folder.appending(path: "vault.key").path),
            logger: Logger(label: "bench") { JSONLinesLogHandler(label: $0, logLevel: .critical) })
        let (ports, found) = AsyncStream<Int>.makeStream()
        let address = try ServerAddress(host: "127.0.0.1", port: 0)
        serving = Task { try await house.server.run(at: address) { found.yield($0) } }
        guard let port = await ports.first(where: { _ in true }) else { throw BenchFailure("the server did not start") }
        transport = try HTTPTransport(server: "http://127.0.0.1:\(port)")
        let secret = try await house.desk.createOperatorCredential(name: "bench")
        operatorClient = SeneschalClient(transport, credential: AccessCredential(secret: secret))
        self.house = house
    }

    var server: String { transport.server }

    func close() async {
        serving.cancel()
        _ = try? await serving.value
        await transport.close()
        try? house.close()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// A benchmark could not be set up.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The middle one of some figures.
func median(_ figures: [Double]) -> Double {
    let sorted = figures.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

/// How many seconds `work` takes.
func seconds(_ work: () async throws -> Void) async rethrows -> Double {
    let start = ContinuousClock.now
    try await work()
    return start.duration(to: .now) / .seconds(1)
}

/// How many seconds `work` takes, without suspension.
func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try work()
    return start.duration(to: .now) / .seconds(1)
}
