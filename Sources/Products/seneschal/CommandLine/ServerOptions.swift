import ArgumentParser
import Foundation
import SeneschalAPI
import SeneschalClient

/// Where the server is, and who asks.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server; $SENESCHAL_SERVER, or \(Self.serverDefault).", valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp(
            "The certificates (PEM) that sign the server's; those of the system when absent.", valueName: "file"))
    var trust: String?

    @Option(
        help: ArgumentHelp(
            "The access credential, in a file that only you can read; $SENESCHAL_CREDENTIAL_FILE, or the secret itself "
                + "in $SENESCHAL_CREDENTIAL.", valueName: "file"))
    var credentialFile: String?

    @Option(
        help: ArgumentHelp(
            "The access credential itself. Every process of this machine can see it: use a file instead.",
            valueName: "secret"))
    var unsafeCredential: String?

    static let serverDefault = "http://127.0.0.1:8080"

    func validate() throws {
        if credentialFile != nil && unsafeCredential != nil {
            throw ValidationError("Give --credential-file or --unsafe-credential, not both.")
        }
    }

    /// A client for the time of `body`.
    func withClient<Value: Sendable>(_ body: (SeneschalClient) async throws -> Value) async throws -> Value {
        try await withClient(bearing: try credential(), body)
    }

    /// A client for the time of `body`, for what anybody may ask.
    func withOpenClient<Value: Sendable>(_ body: (SeneschalClient) async throws -> Value) async throws -> Value {
        try await withClient(bearing: nil, body)
    }

    private func withClient<Value: Sendable>(
        bearing credential: AccessCredential?, _ body: (SeneschalClient) async throws -> Value
    ) async throws -> Value {
        let transport = try transport()
        let value: Value
        do {
            value = try await body(SeneschalClient(transport, credential: credential))
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        return value
    }

    /// The server's address, from wherever it was said.
    var address: String { server ?? environment["SENESCHAL_SERVER"] ?? Self.serverDefault }

    func transport() throws -> HTTPTransport { try HTTPTransport(server: address, trustedCertificates: trust) }

    func credential() throws -> AccessCredential {
        if let unsafeCredential { return try read(unsafeCredential, "--unsafe-credential") }
        if let file = credentialFile ?? environment["SENESCHAL_CREDENTIAL_FILE"] {
            return try read(try SecretFile.read(file), file)
        }
        if let secret = environment["SENESCHAL_CREDENTIAL"] { return try read(secret, "$SENESCHAL_CREDENTIAL") }
        throw ValidationError("An access credential is needed: --credential-file FILE.")
    }

    private func read(_ text: String, _ origin: String) throws -> AccessCredential {
        guard let credential = AccessCredential(secret: text) else {
            throw ValidationError("\(origin) holds no access credential: 16 to 256 characters without spaces.")
        }
        return credential
    }

    private var environment: [String: String] { ProcessInfo.processInfo.environment }
}

/// The key of a mutation, for its repetition.
struct KeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The Idempotency-Key: the one of an earlier attempt repeats it; a new one when absent.", valueName: "key"))
    var idempotencyKey: String?
}
