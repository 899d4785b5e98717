import Assembly
import CardCryptography
import Foundation
import GlobalPlatform
import ISO7816
import KeyVault
import MobileDevice
import SecureElement
import SeneschalAPI
import SeneschalClient
import ServiceProvider
import Storage
import TrustedServiceManager

/// Whole services brought to life per second (pre-personalization, then rotation, personalization and activation in one
/// request, each a trip to a handset) against the durable commits that the same database makes in the same run.
func benchmarkProvisioning() async throws -> [Measurement] {
    let bench = try await BenchHouse()
    let provisioning = try await ProvisioningBench(bench)
    let handsets = Task { await provisioning.switchOn() }
    let elapsed = try await seconds { try await provisioning.provisionAll() }
    let services = Double(ProvisioningBench.services) / elapsed
    let commits = try await durableCommitsPerSecond(bench.house.store)
    handsets.cancel()
    _ = await handsets.value
    provisioning.vault.close()
    await bench.close()
    return [
        Measurement("provisioned services", services, "/s"),
        Measurement("durable commits of the same store", commits, "/s"),
        Measurement("commits that one service costs, by time", commits / services),
    ]
}

/// One small durable commit after the other.
private func durableCommitsPerSecond(_ store: SQLiteStore) async throws -> Double {
    let count = 400
    let elapsed = try await seconds {
        for index in 0..<count {
            try await store.commit([.audit(AuditEntry(at: Int64(index), actor: "bench", action: "commit"))])
        }
    }
    return Double(count) / elapsed
}

private struct ProvisioningBench: Sendable {
    static let cards = 8
    static let services = 32

    let handsets: [HandsetFactory.Product]
    let vault: ProviderVault
    private let connection: HTTPCentralTSMConnection

    init(_ bench: BenchHouse) async throws {
        _ = try await bench.operatorClient.registerMobileNetwork(.init(name: "bench"))
        _ = try await bench.operatorClient.registerService(
            .init(
                service: .init(id: 1, version: "1"), name: "Pay",
                executableLoadFile: HexBytes(BuiltInModule.paymentPackage.bytes),
                executableModule: HexBytes(BuiltInModule.payment.bytes),
                instanceAIDPrefix: HexBytes(BuiltInModule.paymentPackage.bytes),
                minimumStandard: .init(name: "GlobalPlatform", version: "2.1.1")))
        vault = try ProviderVault.open(
            at: bench.folder.appending(path: "provider.vault").path,
            unlock: .keyFile(bench.folder.appending(path: "provider.key").path))
        let registered = try await bench.operatorClient.registerServiceProvider(
            .init(name: "Bench Bank", transportKey: try vault.transportKey()))
        try await vault.importTemporaryMasterKey(wrapped: registered.temporaryMasterKey.wrappedKey.bytes)
        connection = HTTPCentralTSMConnection(
            SeneschalClient(bench.transport, credential: AccessCredential(secret: registered.secret)),
            providerName: "Bench Bank")
        let factory = try await HandsetFactory(
            operator: bench.operatorClient, transport: bench.transport, batch: "bench")
        var handsets: [HandsetFactory.Product] = []
        for number in 0..<Self.cards {
            handsets.append(
                try await factory.make(.init(msi: "49151000000\(number)", network: "bench", type: .embedded)))
        }
        self.handsets = handsets
    }

    func switchOn() async {
        await withTaskGroup(of: Void.self) { group in
            for product in handsets { group.addTask { try? await product.handset.run(connection: product.connection) } }
        }
    }

    /// Every card takes its share, all cards at once.
    func provisionAll() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for product in handsets {
                group.addTask {
                    for number in 0..<Self.services / Self.cards { try await provision(product.order.msi, number) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func provision(_ msi: String, _ number: Int) async throws {
        let flow = ProvisioningFlow(tsm: connection, keys: vault, random: SystemRandomSource())
        let options = [BERTLV(0x82, [0, 0] as [UInt8]), BERTLV(0x94, [8, 1, 1, 0] as [UInt8])]
        _ = try await flow.run(
            ProvisioningFlow.Order(
                subscriber: Subscriber(msi: msi), service: ServiceName(number: 1, version: "1"),
                paymentReferenceNumber: "PRN-\(number)",
                data: PersonalizationData([
                    DataGrouping(0x0101, BERTLV(0x70, [BERTLV(0x5F20, Array("BENCH".utf8))]).bytes),
                    DataGrouping(0x9102, BERTLV(0x50, Array("BENCH".utf8)).bytes),
                    DataGrouping(0x9104, options.bytes),
                ]), isCombined: true))
    }
}
