import CardCryptography
import SeneschalAPI
import TrustedServiceManager

/// Knows the parties of a central TSM by the directory.
///
/// The store knows only the SHA-256 of each secret; a secret has 256 bits of randomness, so a look-up by digest tells an
/// attacker nothing that timing could reveal.
struct DirectoryGatekeeper: Gatekeeper {
    let store: any DirectoryStore

    func visitor(bearing secret: String, for audience: APIRoute.Audience) async throws -> Visitor {
        guard let credential = try await store.credential(digest: OperatorDesk.digest(of: secret)) else {
            throw Problem(.unauthenticated, detail: "this access credential is not known")
        }
        guard credential.revokedAt == nil else { throw Problem(.credentialRevoked) }
        guard credential.holder.audience == audience else {
            throw Problem.wrongDoor(for: audience, holder: credential.holder.audience)
        }
        return .party(credential.holder)
    }
}

extension CredentialRecord.Holder {
    var audience: APIRoute.Audience {
        switch self {
        case .serviceProvider: .serviceProvider
        case .operator: .operator
        case .agent: .agent
        }
    }
}
