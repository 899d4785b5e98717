import CardCryptography
import Payments
import SeneschalAPI

/// Knows the parties of a payment server by the digests of their secrets.
struct PaymentGatekeeper: Gatekeeper {
    let access: AccessDesk

    func visitor(bearing secret: String, for audience: APIRoute.Audience) async throws -> Visitor {
        let holder = try await access.holder(ofSecret: SecretBytes(Array(secret.utf8)))
        guard holder.audience == audience else { throw Problem.wrongDoor(for: audience, holder: holder.audience) }
        return .paymentParty(holder)
    }
}

extension CredentialHolder {
    fileprivate var audience: APIRoute.Audience {
        switch self {
        case .operator: .operator
        case .payer: .payer
        case .platform: .merchantPlatform
        case .terminal: .paymentTerminal
        }
    }
}

extension RequestVisit {
    /// The payer who asks.
    func payer() throws(Problem) -> AccountID {
        guard case .paymentParty(.payer(let account)) = visitor else { throw Problem(.forbidden) }
        return account
    }

    /// The platform that asks.
    func platform() throws(Problem) -> PartyName {
        guard case .paymentParty(.platform(let name)) = visitor else { throw Problem(.forbidden) }
        return name
    }

    /// The terminal that asks.
    func paymentTerminal() throws(Problem) -> PartyName {
        guard case .paymentParty(.terminal(let name)) = visitor else { throw Problem(.forbidden) }
        return name
    }

    /// A parameter that names something at the payment server.
    func paymentIdentifier<Identifier: PaymentIdentifier>(_ parameter: String) throws(Problem) -> Identifier {
        guard let identifier = Identifier(rawValue: parameters[parameter] ?? "") else {
            throw Problem(.notFound, detail: "nothing has this name", field: parameter)
        }
        return identifier
    }

    /// The key of a mutation, in the scope of who asks.
    func paymentRequestKey() throws(Problem) -> Payments.RequestKey {
        guard let idempotencyKey, case .paymentParty(let holder) = visitor else {
            throw Problem(.idempotencyKeyMissing)
        }
        return .init(scope: "\(holder) \(route.operationID)", key: idempotencyKey, digest: digest)
    }
}
