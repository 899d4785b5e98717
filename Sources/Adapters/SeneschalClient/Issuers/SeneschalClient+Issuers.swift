public import SeneschalAPI

// What a wallet, or a device with its assertion, asks an issuer for.

extension SeneschalClient {
    /// Do card, name, identity number and reserved telephone number belong together?
    public func verifyCardholder(
        _ request: API.IssuerVerificationRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.IssuerVerificationAnswer {
        try await send(Endpoints.verifyCardholder, request, idempotencyKey: idempotencyKey)
    }

    /// Answers a verification with the one-time password that was sent.
    public func confirmOneTimePassword(
        _ request: API.OneTimePasswordRequest, of verification: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.IssuerVerificationAnswer {
        try await send(
            Endpoints.confirmOneTimePassword, request, ["verificationId": verification],
            idempotencyKey: idempotencyKey)
    }

    /// Stores the triple card, user, secure element.
    public func bindCard(
        _ request: API.IssuerBindingRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.IssuerBinding {
        try await send(Endpoints.bindCard, request, idempotencyKey: idempotencyKey)
    }

    /// The same from a device, which has the wallet's assertion and no credential.
    public func bindCardOfDevice(
        _ request: API.IssuerBindingRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.IssuerBinding {
        try await send(Endpoints.bindCardOfDevice, request, idempotencyKey: idempotencyKey)
    }

    /// Removes the triple.
    public func unbindCard(
        _ request: API.IssuerBindingRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.IssuerUnbinding {
        try await send(Endpoints.unbindCard, request, idempotencyKey: idempotencyKey)
    }

    /// May a transaction of a token be done?
    public func authorizeTokenTransaction(
        _ request: API.IssuerAuthorizationRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.IssuerAuthorizationAnswer {
        try await send(Endpoints.authorizeTokenTransaction, request, idempotencyKey: idempotencyKey)
    }

    /// May a transaction of one of the issuer's chips be done?
    public func authorizeChipTransaction(
        _ request: API.ChipAuthorizationRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.IssuerAuthorizationAnswer {
        try await send(Endpoints.authorizeChipTransaction, request, idempotencyKey: idempotencyKey)
    }

    /// Undoes a transaction by its name.
    public func reverseTransaction(
        _ transaction: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Reversal {
        try await send(
            Endpoints.reverseTransaction, .init(transaction: transaction), idempotencyKey: idempotencyKey)
    }

    /// The public keys that an issuer's confirmations are verified with and verifications encrypted to.
    public func issuerKey() async throws(SeneschalClientError) -> API.IssuerKey {
        try await send(Endpoints.getIssuerKey, NoBody())
    }
}
