import Merchants
import SeneschalAPI

/// Knows the parties of a merchant platform by the digests of their secrets.
struct MerchantsGatekeeper: Gatekeeper {
    let store: any MerchantStore

    func visitor(bearing secret: String, for audience: APIRoute.Audience) async throws -> Visitor {
        let digest = MerchantPlatform.digest(of: secret)
        let found = try await store.read { records throws(MerchantsError) in try records.credential(digest: digest) }
        guard let credential = found else {
            throw Problem(.unauthenticated, detail: "this access credential is not known")
        }
        guard credential.revokedAt == nil else { throw Problem(.credentialRevoked) }
        guard credential.holder.audience == audience else {
            throw Problem.wrongDoor(for: audience, holder: credential.holder.audience)
        }
        return .merchantsParty(credential.holder)
    }
}

extension PlatformCredential.Holder {
    fileprivate var audience: APIRoute.Audience {
        switch self {
        case .operator: .operator
        case .merchant: .merchant
        case .user: .merchantUser
        }
    }
}

extension RequestVisit {
    /// Who asks a merchant platform, and under which key.
    func platformRequester() throws(Problem) -> PlatformRequester {
        guard case .merchantsParty(let party) = visitor else { throw Problem(.forbidden) }
        return PlatformRequester(party, idempotencyKey: idempotencyKey)
    }

    /// The merchant that asks.
    func merchant() throws(Problem) -> MerchantID {
        guard case .merchantsParty(.merchant(let id)) = visitor else { throw Problem(.forbidden) }
        return id
    }

    /// The user that asks.
    func platformUser() throws(Problem) -> PlatformUserID {
        guard case .merchantsParty(.user(let id)) = visitor else { throw Problem(.forbidden) }
        return id
    }

    /// A parameter that names something at the platform.
    func named<Name: MerchantsIdentifier>(_ parameter: String) throws(Problem) -> Name {
        guard let name = Name(rawValue: parameters[parameter] ?? "") else {
            throw Problem(.notFound, detail: "nothing has this name", field: parameter)
        }
        return name
    }

    /// A parameter of the query that names something at the platform; `nil` when it is absent.
    func nameInQuery<Name: MerchantsIdentifier>(_ parameter: String) throws(Problem) -> Name? {
        guard let text = parameters[parameter] else { return nil }
        guard let name = Name(rawValue: text) else {
            throw Problem(.malformedQuery, detail: "nothing has this name", field: parameter)
        }
        return name
    }

    /// A page of items of which one more than it holds was asked for.
    func firstPage<Item>(of found: [Item], _ cursor: (Item) -> String) -> API.Page<Item> {
        let items = Array(found.prefix(limit))
        return API.Page(items: items, next: found.count > limit ? items.last.map(cursor) : nil)
    }
}

/// A field of a body that names something at the platform.
func merchantsName<Name: MerchantsIdentifier>(_ text: String, _ field: String) throws(Problem) -> Name {
    guard let name = Name(rawValue: text) else {
        throw Problem(
            .invalidField, detail: "`\(Name.prefix)` and \(Name.digitCount) hex digits", field: field)
    }
    return name
}
