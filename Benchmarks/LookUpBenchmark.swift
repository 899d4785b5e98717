import Assembly
import AsyncHTTPClient
import CardCryptography
import Foundation
import ISO7816
import NIOCore
import NIOHTTP1
import SeneschalAPI
import SeneschalClient
import Storage
import TrustedServiceManager

/// SE-data look-ups per second over HTTP against a path that the same server answers with 404, with 100 000 secure
/// elements registered; and what the process holds then.
func benchmarkLookUps() async throws -> [Measurement] {
    let bench = try await BenchHouse()
    let vaultKeys = TransportKeyPair.generate(bitCount: 2048)
    let registered = try await bench.operatorClient.registerServiceProvider(
        .init(name: "Look-up Bank", transportKey: vaultKeys.publicKey.pem))
    let before = residentMegabytes()
    let rate = try await register(Registry.secureElements, in: bench.house.store)
    let after = residentMegabytes()
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    let lookUps = try await requestsPerSecond(client) { index in
        var request = HTTPClientRequest(url: bench.server + "/tsm/v1/secure-element-data")
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(registered.secret)")
        request.headers.add(name: "Content-Type", value: "application/json")
        let msi = Registry.msi(index * 7_919 % Registry.secureElements)
        request.body = .bytes(ByteBuffer(string: #"{"msi":{"type":"mdn","value":"\#(msi)"}}"#))
        return request
    }
    let empty = try await requestsPerSecond(client) { _ in
        HTTPClientRequest(url: bench.server + "/nothing-here")
    }
    try await client.shutdown()
    await bench.close()
    return [
        Measurement("secure elements registered", Double(Registry.secureElements)),
        Measurement("registrations", rate, "/s"),
        Measurement("memory of the process before", before, "MB"),
        Measurement("memory of the process with them all", after, "MB", goal: .atMost(150)),
        Measurement("SE-data look-ups", lookUps, "/s"),
        Measurement("a path of the same server without a route", empty, "/s"),
        Measurement("look-ups against that path", lookUps / empty),
    ]
}

private enum Registry {
    static let secureElements = 100_000
    static func msi(_ index: Int) -> String { "4917\(10_000_000 + index)" }
}

/// Fills the directory as an import would: a thousand to a transaction.
private func register(_ count: Int, in store: SQLiteStore) async throws -> Double {
    try await store.commit([.insertMobileNetwork(MobileNetworkRecord(name: "bench"))])
    let elapsed = try await seconds {
        for start in stride(from: 0, to: count, by: 1_000) {
            var changes: [StoreChange] = []
            for index in start..<min(start + 1_000, count) {
                let cin = UInt64(0x5345_0000_0000_0000) | UInt64(index)
                let id = try SecureElementIdentifier(value: String(cin, radix: 16))
                changes.append(.insertSecureElement(element(id, index)))
                changes.append(
                    .insertSubscription(
                        SubscriptionRecord(
                            msi: try MobileSubscriptionIdentifier(value: Registry.msi(index)), secureElement: id)))
            }
            try await store.commit(changes)
        }
    }
    return Double(count) / elapsed
}

private func element(_ id: SecureElementIdentifier, _ index: Int) -> SecureElementRecord {
    SecureElementRecord(
        id: id, mobileNetwork: "bench", profileID: "embedded-fig5", type: .embedded,
        standard: StandardVersion(name: "GlobalPlatform", version: "2.3.1"), certificationLevel: 4,
        expiresAt: 4_000_000_000,
        centralSecurityDomain: CentralSecurityDomainRecord(
            aid: "A000000151000000",
            keys: KeyReference(
                masterKeyIndex: MasterKeyIndex(rawValue: 1), keyVersionNumber: 1,
                keyDiversificationData: [UInt8](repeating: UInt8(index & 0xFF), count: 10)),
            sequenceCounter: 0, implementation: 0x70), registeredAt: 0)
}

/// The median of five rounds, 16 requests at a time.
private func requestsPerSecond(
    _ client: HTTPClient, _ request: @escaping @Sendable (Int) -> HTTPClientRequest
) async throws -> Double {
    let (connections, each) = (16, 125)
    var rates: [Double] = []
    for _ in 0..<5 {
        let elapsed = try await seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for connection in 0..<connections {
                    group.addTask {
                        for index in 0..<each {
                            let response = try await client.execute(
                                request(connection * each + index), timeout: .seconds(10))
                            _ = try await response.body.collect(upTo: 65_536)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        rates.append(Double(connections * each) / elapsed)
    }
    return median(rates)
}

/// VmRSS of this process, which holds the server.
private func residentMegabytes() -> Double {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
        let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Double($0) })
    else { return 0 }
    return kilobytes / 1_024
}
