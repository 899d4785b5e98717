import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
import SeneschalAPI
import ServiceLifecycle
import UnixSignals

/// A server of this house: doors behind one reception, on one address, until somebody asks it to go down.
public protocol ListeningServer: Sendable {
    var logger: Logger { get }
    /// Everything that is registered.
    var router: RegisteredDoors { get }
    /// What is told that the server goes down, before the connections are closed.
    func beforeClosing() async
}

/// The doors of a server, ready to be served.
public struct RegisteredDoors {
    let router: DoorRouter

    init(_ router: DoorRouter) { self.router = router }
}

extension ListeningServer {
    public func beforeClosing() async {}

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
                    try application(at: address, onListening: onListening), Closing(announce: beforeClosing),
                ], gracefulShutdownSignals: signals, logger: logger))
    }

    func application(
        at address: ServerAddress, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        Application(
            responder: router.router.router.buildResponder(), server: try address.serverBuilder(),
            configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? address.port) },
            logger: logger)
    }
}

/// Waits for the server to be asked to go down, and says so.
private struct Closing: Service {
    let announce: @Sendable () async -> Void

    func run() async throws {
        try? await gracefulShutdown()
        await announce()
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
