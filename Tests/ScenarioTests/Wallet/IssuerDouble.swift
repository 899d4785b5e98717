import EMV
import Synchronization
import Wallet

/// An issuer that recognizes everybody, keeps triples, and has money enough; what banks do is shown by the stories.
final class IssuerDouble: IssuerConnection {
    struct Triple: Hashable, Sendable {
        var card: String
        var user: UserID
        var secureElement: SecureElementName
    }

    private let triples = Mutex<Set<Triple>>([])

    var bindings: Set<Triple> { triples.withLock { $0 } }

    func verify(
        _ request: RealNameVerification, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer {
        .verified(
            VerifiedCard(
                issuerCardReference: "card-\(request.number.lastFour)", type: .first, label: "Harbour Debit"))
    }

    func confirm(
        verification: String, oneTimePassword: String, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer { .refused }

    func bind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) -> IssuerBinding {
        _ = triples.withLock { $0.insert(Triple(request)) }
        return IssuerBinding(id: "binding", confirmation: "")
    }

    func unbind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) {
        _ = triples.withLock { $0.remove(Triple(request)) }
    }

    func authorize(
        _ request: IssuerAuthorizationRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerAuthorizationAnswer { .approved(code: "A1B2C3") }

    func reverse(
        transaction: String, begunAt: Int64, key: String
    ) async throws(IssuerConnectionError) -> IssuerReversalAnswer {
        .reversed
    }
}

extension IssuerDouble.Triple {
    fileprivate init(_ request: IssuerBindingRequest) {
        self.init(
            card: request.issuerCardReference, user: request.user, secureElement: request.secureElement)
    }
}
