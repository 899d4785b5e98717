import CardCryptography
import Foundation
public import HTTPServer
public import ISO8583Link
public import Issuing
public import KeyVault
public import Logging
public import Storage

/// The parts of a reference issuer over one data folder, put together: what `issuer serve` runs.
///
/// One-time passwords go into a simulated telephone network, which the issuer's operator reads.
public struct IssuerHouse: Sendable {
    public let store: SQLiteIssuerStore
    public let vault: IssuerVault
    public let messages: SimulatedTextMessages
    public let issuer: CardIssuer
    public let desk: IssuerDesk
    public let server: IssuerServer
    private let monitor: AcquirerMonitor
    private let clock: any IssuerClock
    private let logger: Logger

    /// Opens what is in the folder, or founds it: random keys, no cardholders.
    ///
    /// - Parameter folder: made (0700) when absent; holds `issuer.sqlite` and `vault`.
    public init(
        folder: String, unlock: VaultUnlock, profile: IssuerProfile, policy: RiskPolicy = .standard,
        clock: any IssuerClock = SystemClock(), logger: Logger
    ) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let vault = try IssuerVault.open(at: folder + "/vault", unlock: unlock, name: profile.name)
        let store = try SQLiteIssuerStore(path: folder + "/issuer.sqlite")
        messages = SimulatedTextMessages()
        issuer = CardIssuer(
            profile: profile, policy: policy, store: store, keys: vault, sender: messages, clock: clock)
        desk = IssuerDesk(issuer)
        let monitor = AcquirerMonitor(now: { clock.now() })
        server = IssuerServer(desk: desk, store: store, messages: messages, logger: logger) {
            monitor.state.map { AcquirerLines($0, at: clock.now()) }
        }
        self.monitor = monitor
        self.store = store
        self.vault = vault
        self.clock = clock
        self.logger = logger
    }

    /// The door for acquirers (ISO 8583), over the same issuer and the same store.
    ///
    /// - Parameter security: `nil`, and card numbers go over the line as they are.
    public func acquirerServer(_ agreed: LineProtocol, security: LineServerSecurity? = nil) -> ISO8583Server {
        let (door, logger, monitor) = (AcquirerDoor(issuer: issuer, clock: clock), logger, monitor)
        var configuration = ISO8583ServerConfiguration(protocol: agreed)
        configuration.security = security
        monitor.opens(isEncrypted: security != nil)
        return ISO8583Server(configuration) {
            logger.record($0)
            monitor.record($0)
        } answering: {
            await door.answer($0)
        }
    }

    /// Forgets, now and every day, what is over and older than `days`; returns when the task is cancelled.
    public func keepTidy(days: Int) async {
        while !Task.isCancelled {
            try? await desk.forget(olderThan: Int64(days) * 86_400)
            try? await Task.sleep(for: .seconds(86_400))
        }
    }

    /// Lets go of the files; keys are wiped.
    public func close() throws {
        vault.close()
        try store.close()
    }
}

extension SystemClock: IssuerClock {}

extension AcquirerLines {
    init(_ state: AcquirerMonitor.State, at now: Int64) {
        self.init(
            isEncrypted: state.isEncrypted, connections: state.connections, refused: state.refused,
            signOnSecondsAgo: state.lastSignOnAt.map { now - $0 }, echoSecondsAgo: state.lastEchoAt.map { now - $0 },
            silentSeconds: state.lastMessageAt.map { now - $0 })
    }
}
