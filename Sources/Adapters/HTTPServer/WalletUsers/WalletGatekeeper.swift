import CardCryptography
import SeneschalAPI
public import Wallet

/// Knows users by their sessions, acquirers and operators by their credentials.
struct WalletGatekeeper: Gatekeeper {
    let accounts: AccountDesk
    let store: any WalletStore
    let acquirers: AcquirerCredentials
    let operators: WalletOperatorCredentials

    func visitor(bearing secret: String, for audience: APIRoute.Audience) async throws -> Visitor {
        if let acquirer = acquirers.holder(of: secret) {
            guard audience == .acquirer else { throw Problem.wrongDoor(for: audience, holder: .acquirer) }
            return .acquirer(acquirer)
        }
        if let name = operators.holder(of: secret) {
            guard audience == .walletOperator else { throw Problem.wrongDoor(for: audience, holder: .walletOperator) }
            return .walletOperator(name)
        }
        let session = try await accounts.session(bearing: SecretBytes(Array(secret.utf8)))
        guard audience == .walletUser else { throw Problem.wrongDoor(for: audience, holder: .walletUser) }
        guard let device = try await store.device(session.device), device.state == .active else {
            throw Problem(.unauthenticated, detail: "the device has been removed")
        }
        return .walletUser(session, device)
    }
}

/// The acquirers that a wallet takes payments from, by the digests of their secrets.
public struct AcquirerCredentials: Sendable {
    private let holders: [[UInt8]: AcquirerName]

    /// - Parameter digests: SHA-256 of each secret, which has 256 bits of randomness.
    public init(_ digests: [[UInt8]: AcquirerName]) { holders = digests }

    func holder(of secret: String) -> AcquirerName? { holders[Digest.hash(Array(secret.utf8))] }
}

/// Whoever runs a wallet, by the digests of their secrets.
public struct WalletOperatorCredentials: Sendable {
    private let holders: [[UInt8]: String]

    /// - Parameter digests: SHA-256 of each secret, which has 256 bits of randomness.
    public init(_ digests: [[UInt8]: String] = [:]) { holders = digests }

    func holder(of secret: String) -> String? { holders[Digest.hash(Array(secret.utf8))] }
}
