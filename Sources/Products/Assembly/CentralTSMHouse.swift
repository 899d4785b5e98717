import CardCryptography
import Foundation
public import HTTPServer
import ISO7816
public import KeyVault
public import Logging
public import Storage
public import TrustedServiceManager

/// The parts of a central TSM over one data folder, put together: what `serve` runs.
public struct CentralTSMHouse: Sendable {
    public let store: SQLiteStore
    public let vault: SealedVault
    public let networks: MobileNetworks
    public let tsm: CentralTSM
    public let desk: OperatorDesk
    public let server: SeneschalServer

    /// Opens what is in the folder, or founds it: random keys, an empty directory.
    ///
    /// - Parameter folder: made (0700) when absent; holds `seneschal.sqlite` and `vault`.
    public init(
        folder: String, unlock: VaultUnlock, limits: RemoteAgentLimits = RemoteAgentLimits(),
        link: ModuleLink = .direct, logger: Logger
    ) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let random = SystemRandomSource()
        let clock = SystemClock()
        let vault = try SealedVault.open(at: folder + "/vault", unlock: unlock)
        let store = try SQLiteStore(path: folder + "/seneschal.sqlite")
        let networks = MobileNetworks(
            reports: ExecutionJournal(store: store, keys: vault, clock: clock), limits: limits,
            makeSessionID: { random.bytes(16).hex.lowercased() })
        tsm = CentralTSM(
            store: store, keys: vault, clock: clock, random: random, link: link,
            gateway: { networks.remoteAgent(of: $0) })
        desk = OperatorDesk(store: store, keys: vault, clock: clock, random: random, tsm: tsm)
        server = SeneschalServer(
            tsm: tsm, desk: desk, store: store, keys: vault, networks: networks, logger: logger)
        self.store = store
        self.vault = vault
        self.networks = networks
    }

    /// Forgets, now and every day, what is over and older than `days`; returns when the task is cancelled.
    public func keepTidy(days: Int) async {
        while !Task.isCancelled {
            try? await store.commit([.forget(before: SystemClock().now() - Int64(days) * 86_400)])
            try? await Task.sleep(for: .seconds(86_400))
        }
    }

    /// Lets go of the files; keys are wiped.
    public func close() throws {
        vault.close()
        try store.close()
    }
}

/// The clock of this machine.
public struct SystemClock: WallClock {
    public init() {}

    public func now() -> Int64 { Int64(Date().timeIntervalSince1970.rounded(.down)) }
}
