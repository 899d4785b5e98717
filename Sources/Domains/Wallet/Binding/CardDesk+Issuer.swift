import CardCryptography
import Foundation
import ISO7816
import JOSE

extension CardDesk {
    /// *Binding assertion*: the wallet's word to a card's issuer that this user may bind it to this secure element (BIND).
    public func bindingAssertion(
        for card: CardReference, _ request: UserRequest
    ) async throws(WalletError) -> (assertion: String, expiresAt: Int64) {
        let card = try await ownCard(card, request)
        return try await assertion(for: card, on: request.device.secureElement)
    }

    func assertion(
        for card: Card, on secureElement: SecureElementName
    ) async throws(WalletError) -> (assertion: String, expiresAt: Int64) {
        let now = clock.now()
        let claims = BindingAssertion(
            iss: policy.walletName, aud: card.issuer.value, sub: card.user.rawValue, card: card.issuerCardReference,
            secureElement: secureElement.value, iat: now, exp: now + BindingAssertion.lifetimeSeconds,
            jti: random.bytes(16).hex.lowercased())
        let assertion = try await kept { () async throws(WalletVaultError) in
            try await vault.sign(claims, type: BindingAssertion.type)
        }
        return (assertion, claims.exp)
    }

    /// The issuer binds card, user and secure element. The triple itself makes it the same binding when asked again, so
    /// every attempt has an assertion and a key of its own.
    func bind(_ card: Card, _ credential: Credential) async throws(WalletError) -> IssuerBinding {
        let request = try await bindingRequest(card, credential.secureElement)
        return try await asking { () async throws(IssuerConnectionError) in
            try await issuer(of: card).connection.bind(request, key: random.bytes(16).hex.lowercased())
        }
    }

    /// The issuer forgets the triple.
    func unbind(_ card: Card, _ credential: Credential) async throws(WalletError) {
        let request = try await bindingRequest(card, credential.secureElement)
        try await asking { () async throws(IssuerConnectionError) in
            try await issuer(of: card).connection.unbind(request, key: random.bytes(16).hex.lowercased())
        }
    }

    private func bindingRequest(
        _ card: Card, _ secureElement: SecureElementName
    ) async throws(WalletError) -> IssuerBindingRequest {
        IssuerBindingRequest(
            issuerCardReference: card.issuerCardReference, user: card.user, secureElement: secureElement,
            assertion: try await assertion(for: card, on: secureElement).assertion)
    }

    /// What a device got from the issuer, believed when the issuer has signed it for just this, and lately.
    ///
    /// - Returns: the binding's name at the issuer.
    func binding(
        confirmedBy compact: String, of card: Card, _ request: UserRequest
    ) async throws(WalletError) -> String {
        let keys = issuers[card.issuer]?.keys ?? [:]
        let payload: [UInt8]
        do throws(JSONWebSignatureError) {
            payload = try JSONWebSignature.verify(compact, type: BindingConfirmation.type) { keys[$0] }
        } catch {
            throw .invalid(field: "confirmation", reason: error.description)
        }
        guard let claims = try? JSONDecoder().decode(BindingConfirmation.self, from: Data(payload)),
            claims.iss == card.issuer.value, claims.aud == policy.walletName, claims.sub == request.user.rawValue,
            claims.card == card.issuerCardReference, claims.secureElement == request.device.secureElement.value
        else { throw .invalid(field: "confirmation", reason: "it confirms another binding") }
        // What was accepted in time stands: a request that was interrupted goes on.
        let accepted = try await liveCredential(of: card.reference, on: request.device.secureElement)?.issuerBinding
        guard accepted == claims.binding || claims.isInForce(at: clock.now()) else {
            throw .invalid(field: "confirmation", reason: "it has expired, or is not good yet")
        }
        return claims.binding
    }

    /// The key of a request to an issuer that follows from a request to the wallet: the same one gives the same.
    static func issuerKey(_ step: String, _ request: UserRequest) -> String {
        let name = "\(step) \(request.user) \(request.device.id) \(request.idempotencyKey)"
        return Array(Digest.hash(Array(name.utf8)).prefix(16)).hex.lowercased()
    }

    func issuer(of card: Card) throws(IssuerConnectionError) -> RegisteredIssuer {
        guard let issuer = issuers[card.issuer] else {
            throw .refused(code: "unknownIssuer", detail: "the wallet no longer works with \(card.issuer)")
        }
        return issuer
    }

    func asking<Value>(
        _ body: () async throws(IssuerConnectionError) -> Value
    ) async throws(WalletError) -> Value {
        do throws(IssuerConnectionError) {
            return try await body()
        } catch {
            switch error {
            case .refused(let code, _): throw .issuerRefused(code: code)
            case .unsettled(let detail): throw .unsettled(reason: "the issuer: \(detail)")
            }
        }
    }
}

extension BindingConfirmation {
    /// How far the clocks of wallet and issuer may be apart.
    static let clockSkewSecondsMax: Int64 = 30

    fileprivate func isInForce(at now: Int64) -> Bool {
        // Neither number is to be believed before the other: no sum of them may overflow.
        iat >= 0 && exp > now && iat <= now + Self.clockSkewSecondsMax && exp > iat
            && exp - iat <= Self.lifetimeSecondsMax
    }
}
