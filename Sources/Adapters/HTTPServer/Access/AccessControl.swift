import CardCryptography
import Hummingbird
import SeneschalAPI
import TrustedServiceManager

/// Finds out who asks, and whether the door is theirs.
///
/// The store knows only the SHA-256 of each secret; a secret has 256 bits of randomness, so a look-up by digest tells an
/// attacker nothing that timing could reveal.
struct AccessControl: Sendable {
    let store: any DirectoryStore

    /// The holder of the credential in the `Authorization` header; `nil` where anybody may ask.
    ///
    /// - Throws: a ``Problem`` of 401 without a credential that is known and in force, of 403 for another audience's.
    func visitor(of request: Request, for audience: APIRoute.Audience) async throws -> CredentialRecord.Holder? {
        guard audience != .anyone else { return nil }
        guard let secret = Self.secret(in: request) else { throw Problem(.unauthenticated) }
        guard let credential = try await store.credential(digest: OperatorDesk.digest(of: secret)) else {
            throw Problem(.unauthenticated, detail: "this access credential is not known")
        }
        guard credential.revokedAt == nil else { throw Problem(.credentialRevoked) }
        guard credential.holder.audience == audience else {
            throw Problem(
                .forbidden,
                detail: "this door is for a \(audience.inWords); the credential belongs to a "
                    + credential.holder.audience.inWords)
        }
        return credential.holder
    }

    /// `Authorization: Bearer <secret>`; the scheme is case-insensitive (RFC 9110 §11.1).
    private static func secret(in request: Request) -> String? {
        let fields = request.headers[values: .authorization]
        guard fields.count == 1 else { return nil }
        let parts = fields[0].split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
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
