import Issuing
import SeneschalAPI

/// Knows the parties of an issuer by the digests of their secrets.
struct IssuerGatekeeper: Gatekeeper {
    let store: any IssuerStore

    func visitor(bearing secret: String, for audience: APIRoute.Audience) async throws -> Visitor {
        let digest = IssuerDesk.digest(of: secret)
        let found = try await store.read { records throws(IssuingError) in try records.credential(digest: digest) }
        guard let credential = found else {
            throw Problem(.unauthenticated, detail: "this access credential is not known")
        }
        guard credential.revokedAt == nil else { throw Problem(.credentialRevoked) }
        guard credential.holder.audience == audience else {
            throw Problem.wrongDoor(for: audience, holder: credential.holder.audience)
        }
        return .issuerParty(credential.holder)
    }
}

extension IssuerCredential.Holder {
    fileprivate var audience: APIRoute.Audience {
        switch self {
        case .wallet: .walletPlatform
        case .operator: .operator
        }
    }
}

extension RequestVisit {
    /// Who asks an issuer, and under which key.
    func issuerRequester() throws(Problem) -> IssuerRequester {
        switch visitor {
        case .issuerParty(.wallet(let name)): IssuerRequester(.wallet(name: name), idempotencyKey: idempotencyKey)
        case .issuerParty(.operator(let name)): IssuerRequester(.operator(name: name), idempotencyKey: idempotencyKey)
        case nil: IssuerRequester(.device, idempotencyKey: idempotencyKey)
        default: throw Problem(.forbidden)
        }
    }

    /// A parameter that names something at the issuer.
    func issuing<Identifier: IssuingIdentifier>(_ parameter: String) throws(Problem) -> Identifier {
        guard let identifier = Identifier(rawValue: parameters[parameter] ?? "") else {
            throw Problem(.notFound, detail: "nothing has this name", field: parameter)
        }
        return identifier
    }
}
