import CardCryptography
public import KeyVault
import SeneschalAPI
public import SeneschalClient
public import ServiceProvider

/// A service provider of a central TSM's: its name and credential there, and its vault with keys that the central TSM
/// never sees.
public struct RegisteredProvider: Sendable {
    public let name: String
    public let vault: ProviderVault
    public let client: SeneschalClient

    /// Registers a provider, whose vault takes in the temporary master key.
    ///
    /// - Parameters:
    ///   - vault: a fresh one; whoever opened it closes it.
    ///   - registrar: with the credential of the central TSM's operator.
    ///   - transport: the provider's own way to the central TSM.
    public init(
        _ name: String, vault: ProviderVault, registeredBy registrar: SeneschalClient, over transport: HTTPTransport
    ) async throws {
        let registered = try await registrar.registerServiceProvider(
            .init(name: name, transportKey: try vault.transportKey()))
        try await vault.importTemporaryMasterKey(wrapped: registered.temporaryMasterKey.wrappedKey.bytes)
        self.name = name
        self.vault = vault
        client = SeneschalClient(transport, credential: AccessCredential(secret: registered.secret))
    }

    /// The requests of the central TSM, in this provider's name.
    public var tsm: HTTPCentralTSMConnection { HTTPCentralTSMConnection(client, providerName: name) }

    public var flow: ProvisioningFlow {
        ProvisioningFlow(tsm: tsm, keys: vault, random: SystemRandomSource())
    }

    public var manager: ServiceManager {
        ServiceManager(tsm: tsm, keys: vault, random: SystemRandomSource())
    }
}
