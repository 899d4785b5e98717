import CardCryptography
import EMV
import Foundation
import JOSE
import Synchronization

@testable import Wallet

/// An issuer that recognizes one cardholder; the reference issuer is another domain's.
final class StubIssuer: IssuerConnection {
    enum Behaviour: Sendable { case verifies, asksForPassword, refers, refuses, doesNotBind, isOut }

    struct Triple: Hashable, Sendable {
        var card: String
        var user: UserID
        var secureElement: SecureElementName
    }

    let name: IssuerName
    private let type: UniversalCardType
    private let scissors: Scissors
    private let key = ECPrivateKey.generate(.p256)
    private let state = Mutex<(behaviour: Behaviour, bindings: Set<Triple>, verifications: Int)>((.verifies, [], 0))

    init(_ name: String, type: UniversalCardType, _ scissors: Scissors) {
        self.name = IssuerName(name)!
        self.type = type
        self.scissors = scissors
    }

    var keys: [String: ECPublicKey] { ["key-1": key.publicKey, "key-\(name)": key.publicKey] }
    var bindings: Set<Triple> { state.withLock(\.bindings) }
    var verifications: Int { state.withLock(\.verifications) }
    func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    private func asked<Value: Sendable>(
        _ body: (inout (behaviour: Behaviour, bindings: Set<Triple>, verifications: Int)) -> Result<
            Value, IssuerConnectionError
        >
    ) async throws(IssuerConnectionError) -> Value {
        try await scissors.step(IssuerConnectionError.unsettled(detail: "no answer")) {
            () async throws(IssuerConnectionError) in
            try state.withLock { state -> Result<Value, IssuerConnectionError> in
                if case .isOut = state.behaviour { return .failure(.unsettled(detail: "out of order")) }
                return body(&state)
            }.get()
        }
    }

    func verify(
        _ request: RealNameVerification, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer {
        let card = reference(request.number)
        return try await asked { state in
            state.verifications += 1
            switch state.behaviour {
            case .asksForPassword: return .success(.oneTimePasswordSent(verification: card))
            case .refers: return .success(.referred)
            case .refuses: return .success(.refused)
            default:
                guard request.cardholderName == "ANNA EXAMPLE", request.identityNumber == "ID-1",
                    request.telephoneNumber == "491700000001"
                else { return .success(.refused) }
                return .success(.verified(verified(card)))
            }
        }
    }

    func confirm(
        verification: String, oneTimePassword: String, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer {
        try await asked { _ in
            .success(oneTimePassword == "123456" ? .verified(verified(verification)) : .refused)
        }
    }

    func bind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) -> IssuerBinding {
        let triple = Triple(
            card: request.issuerCardReference, user: request.user, secureElement: request.secureElement)
        return try await asked { state in
            if case .doesNotBind = state.behaviour { return .failure(.refused(code: "blocked", detail: "")) }
            state.bindings.insert(triple)
            return .success(IssuerBinding(id: "binding", confirmation: confirmation(of: triple)))
        }
    }

    func unbind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) {
        let triple = Triple(
            card: request.issuerCardReference, user: request.user, secureElement: request.secureElement)
        try await asked { state in
            state.bindings.remove(triple)
            return .success(())
        }
    }

    func authorize(
        _ request: IssuerAuthorizationRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerAuthorizationAnswer { .approved(code: "A1B2C3") }

    func reverse(
        transaction: String, begunAt: Int64, key: String
    ) async throws(IssuerConnectionError) -> IssuerReversalAnswer {
        .reversed
    }

    /// What a device would show the wallet.
    func confirmation(
        of triple: Triple, audience: String = "seneschal-wallet", at time: Int64 = 1_800_000_000,
        lifetime: Int64 = 300
    ) -> String {
        let claims = BindingConfirmation(
            iss: name.value, aud: audience, sub: triple.user.rawValue, card: triple.card,
            secureElement: triple.secureElement.value, binding: "binding", iat: time,
            exp: time + lifetime)
        let payload = (try? JSONEncoder().encode(claims)).map { Array($0) } ?? []
        let signed = try? JSONWebSignature.sign(
            payload, type: BindingConfirmation.type, key: NamedPrivateKey(name: "key-1", privateKey: key))
        return signed ?? ""
    }

    /// What the issuer's operator has signed.
    func order(
        _ change: CardChange, _ card: String = "card-0010", at time: Int64, lifetime: Int64 = 300, name: String = "one",
        audience: String = "seneschal-wallet", issuer: String? = nil, type: String = TokenOrder.type
    ) throws -> String {
        let order = TokenOrder(
            iss: issuer ?? self.name.value, aud: audience, card: card, change: change, reason: "lost", iat: time,
            exp: time + lifetime, jti: name)
        return try JSONWebSignature.sign(
            Array(try JSONEncoder().encode(order)), type: type,
            key: NamedPrivateKey(name: "key-\(self.name)", privateKey: key))
    }

    private func reference(_ number: PrimaryAccountNumber) -> String { "card-\(number.lastFour)" }
    private func verified(_ card: String) -> VerifiedCard {
        VerifiedCard(issuerCardReference: card, type: type, label: type == .first ? "Harbour Debit" : "River Credit")
    }
}
