import CardCryptography
import Foundation
import HTTPServer
import KeyVault
import Logging
import Storage
import TrustedServiceManager

/// One central TSM in one process, over one data directory: store, vault, modules, remote agents.
struct Node: Sendable {
    let store: SQLiteStore
    let vault: SealedVault
    let tsm: CentralTSM
    let networks: MobileNetworks
    let desk: OperatorDesk

    /// The files in a data directory.
    enum File {
        static let store = "seneschal.sqlite"
        static let vault = "seneschal.vault"
        static let vaultKey = "seneschal.vault.key"
    }

    /// Opens what is in `directory`, or founds it. What an interruption left open is settled with the next request for
    /// the card, or by the operator's reconciliation.
    init(directory: String, unlock: VaultUnlock, link: ModuleLink = .direct) throws {
        let folder = URL(filePath: directory)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let store = try SQLiteStore(path: folder.appending(path: File.store).path)
        let vault = try SealedVault.open(at: folder.appending(path: File.vault).path, unlock: unlock)
        let clock = SystemClock()
        let random = SystemRandomSource()
        let journal = ExecutionJournal(store: store, keys: vault, clock: clock)
        let networks = MobileNetworks(reports: journal) { random.bytes(16).map { String($0, radix: 16) }.joined() }
        self.store = store
        self.vault = vault
        self.networks = networks
        tsm = CentralTSM(store: store, keys: vault, clock: clock, random: random, link: link) {
            networks.remoteAgent(of: $0)
        }
        desk = OperatorDesk(store: store, keys: vault, clock: clock, random: random, tsm: tsm)
    }

    func server(logger: Logger) -> SeneschalServer {
        SeneschalServer(tsm: tsm, desk: desk, store: store, keys: vault, networks: networks, logger: logger)
    }

    func close() {
        try? store.close()
        vault.close()
    }
}

/// The system's clock.
struct SystemClock: WallClock {
    func now() -> Int64 { Int64(Date().timeIntervalSince1970) }
}
