import HTTPTypes
import Hummingbird
import SeneschalAPI

/// Finds out who asks, and whether the door is theirs. Each kind of server has its own.
protocol Gatekeeper: Sendable {
    /// The holder of a credential, who must be of `audience`; never called for ``APIRoute/Audience/anyone``.
    ///
    /// - Throws: a ``Problem`` of 401 for a credential that is unknown or no more in force, of 403 for another audience's.
    func visitor(bearing secret: String, for audience: APIRoute.Audience) async throws -> Visitor
}

extension Gatekeeper {
    /// The holder of the credential in the `Authorization` header; `nil` where anybody may ask.
    func visitor(of request: Request, for audience: APIRoute.Audience) async throws -> Visitor? {
        guard audience != .anyone else { return nil }
        guard let secret = bearerSecret(in: request) else { throw Problem(.unauthenticated) }
        return try await visitor(bearing: secret, for: audience)
    }
}

/// `Authorization: Bearer <secret>`; the scheme is case-insensitive (RFC 9110 §11.1).
private func bearerSecret(in request: Request) -> String? {
    let fields = request.headers[values: .authorization]
    guard fields.count == 1 else { return nil }
    let parts = fields[0].split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return String(parts[1])
}

extension Problem {
    /// A credential that is good, at a door that is not for it.
    static func wrongDoor(for audience: APIRoute.Audience, holder: APIRoute.Audience) -> Problem {
        Problem(
            .forbidden,
            detail: "this door is for a \(audience.inWords); the credential belongs to a \(holder.inWords)")
    }
}
