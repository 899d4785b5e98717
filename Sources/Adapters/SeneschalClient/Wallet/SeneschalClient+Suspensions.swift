public import SeneschalAPI

// What issuers and a wallet's operators ask a wallet's token service for.

extension SeneschalClient {
    /// Hands a wallet what an issuer has signed.
    public func carryOut(_ order: API.TokenOrder) async throws(SeneschalClientError) -> API.CardChangeReport {
        try await send(Endpoints.carryOutTokenOrder, order)
    }

    /// Stops cards against fraud, lets them go on, or ends their tokens.
    public func changeCards(
        _ request: API.CardChangeRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.CardChangeReport {
        try await send(Endpoints.changeCards, request, idempotencyKey: idempotencyKey)
    }
}
