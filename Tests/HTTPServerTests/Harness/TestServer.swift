import CardCryptography
import Foundation
import GlobalPlatform
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ISO7816
import KeyVault
import Logging
import NIOCore
import SeneschalAPI
import Storage
import Synchronization
import TrustedServiceManager

@testable import HTTPServer

/// A whole server over a store in memory, with one of everything registered.
final class TestServer: Sendable {
    let store: SQLiteStore
    let vault: SealedVault
    let networks: MobileNetworks
    let tsm: CentralTSM
    let desk: OperatorDesk
    let clock = SteppedClock()
    let log = LogLines()
    let server: SeneschalServer

    /// The secrets of one holder per audience, and of a second provider.
    let bank: String
    let bankID: ServiceProviderID
    let shop: String
    let agent: String
    let `operator`: String
    private let folder: URL

    static let seID = "45434E0000000001"
    static let msi = "491700000001"

    init(limits: RemoteAgentLimits = RemoteAgentLimits(longPollSeconds: 0, reportSeconds: 0.05, connectSeconds: 0))
        async throws
    {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-http-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SQLiteStore.inMemory()
        vault = try SealedVault.open(
            at: folder.appending(path: "vault").path, unlock: .keyFile(folder.appending(path: "key").path))
        let random = SystemRandomSource()
        let networks = MobileNetworks(
            reports: ExecutionJournal(store: store, keys: vault, clock: clock), limits: limits,
            makeSessionID: { random.bytes(16).hex.lowercased() })
        self.networks = networks
        tsm = CentralTSM(
            store: store, keys: vault, clock: clock, random: random, gateway: { networks.remoteAgent(of: $0) })
        desk = OperatorDesk(store: store, keys: vault, clock: clock, random: random, tsm: tsm)
        let log = log
        server = SeneschalServer(
            tsm: tsm, desk: desk, store: store, keys: vault, networks: networks,
            logger: Logger(label: "test") { JSONLinesLogHandler(label: $0, logLevel: .info, write: log.append) })

        `operator` = try await desk.createOperatorCredential(name: "first")
        _ = try await desk.registerMobileNetwork("North", Self.context("network"))
        let bank = try await desk.registerServiceProvider(
            name: "First Bank", transportKey: Self.transportKey, Self.context("bank"))
        (self.bank, bankID) = (bank.secret, bank.provider.id)
        shop = try await desk.registerServiceProvider(
            name: "Shop", transportKey: Self.transportKey, Self.context("shop")
        ).secret
        let batch = try await desk.createCardBatch(
            label: "batch", transportKey: Self.transportKey, Self.context("batch"))
        agent = try await desk.registerSecureElement(
            Self.registration(masterKey: batch.index), Self.context("se")
        ).agentSecret
        _ = try await desk.registerSubscription(
            SubscriptionRecord(
                msi: MobileSubscriptionIdentifier(value: Self.msi),
                secureElement: Self.registration(masterKey: batch.index).id),
            Self.context("subscription"))
        _ = try await desk.registerService(
            ServiceDefinition(
                identifier: ServiceIdentifier(number: 7, version: "1.0"), name: "Payment",
                executableLoadFile: "F053454E45534348414C02", executableModule: "F053454E45534348414C0201",
                instanceAIDPrefix: [0xF0, 0x53, 0x45, 0x4E, 0x45, 0x53],
                minimumStandard: StandardVersion(name: "GlobalPlatform", version: "2.3.1")),
            Self.context("service"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Runs a test against the routes, without sockets.
    func test<Value: Sendable>(_ body: @Sendable (any TestClientProtocol) async throws -> Value) async throws -> Value {
        try await server.application(at: ServerAddress(host: "127.0.0.1", port: 0)).test(.router, body)
    }

    private static func context(_ key: String) -> OperatorContext {
        OperatorContext(name: "setup", idempotencyKey: key, requestDigest: [])
    }

    private static func registration(masterKey: MasterKeyIndex) throws -> SecureElementRegistration {
        SecureElementRegistration(
            id: try SecureElementIdentifier(value: seID), mobileNetwork: "North", profileID: "embedded-500",
            type: .embedded, standard: StandardVersion(name: "GlobalPlatform", version: "2.3.1"),
            certificationLevel: 5, expiresAt: 1_956_527_999,
            centralSecurityDomain: CentralSecurityDomainRecord(
                aid: "A000000151000000",
                keys: KeyReference(
                    masterKeyIndex: masterKey, keyVersionNumber: 0x30, keyDiversificationData: Array(0..<10)),
                sequenceCounter: 0, implementation: 0x70))
    }

    static let transportKey = TransportKeyPair.generate(bitCount: 2048).publicKey.pem
}

/// Time that moves when the test says so.
final class SteppedClock: WallClock {
    private let time = Mutex<Int64>(1_800_000_000)

    func now() -> Int64 { time.withLock { $0 } }
    func advance(by seconds: Int64) { time.withLock { $0 += seconds } }
}

/// What the server logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    func append(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}
