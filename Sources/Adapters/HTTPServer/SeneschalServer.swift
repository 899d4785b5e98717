import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
import SeneschalAPI
import ServiceLifecycle
public import TrustedServiceManager
import UnixSignals

/// The HTTP server: one door per audience, over one central TSM.
public struct SeneschalServer: Sendable {
    private let tsm: CentralTSM
    private let desk: OperatorDesk
    private let store: any DirectoryStore
    private let keys: any KeyService
    private let networks: MobileNetworks
    private let logger: Logger
    private let closing = ClosingSign()

    public init(
        tsm: CentralTSM, desk: OperatorDesk, store: any DirectoryStore, keys: any KeyService,
        networks: MobileNetworks, logger: Logger
    ) {
        self.tsm = tsm
        self.desk = desk
        self.store = store
        self.keys = keys
        self.networks = networks
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT, or until the task is cancelled. Requests under way are answered first.
    ///
    /// - Parameter onListening: called once with the port, which is the one that was found when 0 was asked for.
    public func run(
        at address: ServerAddress, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        try await services(at: address, signals: [.sigterm, .sigint], onListening: onListening).run()
    }

    /// The application, and what makes it ready to go down. Services go down in reverse order: first the polls that are
    /// held open are answered, and no more are taken, so that the application has nothing to wait for.
    func services(
        at address: ServerAddress, signals: [UnixSignal], onListening: @escaping @Sendable (Int) async -> Void
    ) throws -> ServiceGroup {
        ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    try application(at: address, onListening: onListening),
                    SessionCloser(networks: networks, closing: closing),
                ], gracefulShutdownSignals: signals, logger: logger))
    }

    func application(
        at address: ServerAddress, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        Application(
            responder: doors().router.buildResponder(), server: try address.serverBuilder(),
            configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? address.port) },
            logger: logger)
    }

    /// All doors, with what they registered.
    func doors() -> DoorRouter {
        var router = DoorRouter(access: AccessControl(store: store))
        ServiceProviderDoor(tsm: tsm).register(on: &router)
        DelegationDoor(tsm: tsm).register(on: &router)
        OperatorDoor(desk: desk, store: store).register(on: &router)
        DeviceDoor(networks: networks, store: store, closing: closing).register(on: &router)
        PublicDoor(store: store, keys: keys, networks: networks).register(on: &router)
        return router
    }
}

/// When the server goes down, polls that are held open are answered at once.
private struct SessionCloser: Service {
    let networks: MobileNetworks
    let closing: ClosingSign

    func run() async throws {
        try? await gracefulShutdown()
        closing.hang()
        await networks.shutDown()
    }
}

extension ServerAddress {
    /// A connection is closed when nothing has happened on it for longer than a poll is held open.
    private static let idleTimeout = TimeAmount.seconds(75)

    fileprivate func serverBuilder() throws(ServerAddressError) -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(configuration: .init(idleTimeout: Self.idleTimeout))
        guard let certificate else { return plain }
        let chain = try read(certificate.chain) { try NIOSSLCertificate.fromPEMFile($0) }
        let key = try read(certificate.privateKey) { try NIOSSLPrivateKey(file: $0, format: .pem) }
        return try read(certificate.chain) { _ in
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            return try .tls(plain, tlsConfiguration: configuration)
        }
    }

    private func read<Value>(_ file: String, _ body: (String) throws -> Value) throws(ServerAddressError) -> Value {
        do { return try body(file) } catch { throw .unreadableCertificate(file: file, reason: "\(error)") }
    }
}
