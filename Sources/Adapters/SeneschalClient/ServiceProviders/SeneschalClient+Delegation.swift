public import SeneschalAPI

// Delegated management: tokens, receipts, and what operators agree.

extension SeneschalClient {
    /// Has commands of card content management approved: each gets a token.
    public func requestTokens(
        _ request: API.TokenRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Approval {
        try await send(Endpoints.requestTokens, request, idempotencyKey: idempotencyKey)
    }

    /// Hands the card's receipts back.
    public func returnReceipts(
        _ request: API.ReceiptsRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Approval {
        try await send(Endpoints.returnReceipts, request, idempotencyKey: idempotencyKey)
    }

    /// Has the card read, to find out which tokens were used.
    public func settleTokens(
        _ request: API.TokenSettlementRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Approval {
        try await send(Endpoints.settleTokens, request, idempotencyKey: idempotencyKey)
    }

    /// What this provider has on a card by Delegated Management.
    public func delegatedContent(
        _ request: API.DelegatedContentRequest
    ) async throws(SeneschalClientError) -> API.DelegatedContentResponse {
        try await send(Endpoints.delegatedContent, request)
    }

    /// Agrees what a provider may have approved.
    public func setDelegationPolicy(
        _ request: API.DelegationPolicy, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.DelegationPolicy {
        try await send(Endpoints.setDelegationPolicy, request, idempotencyKey: idempotencyKey)
    }

    /// Puts the keys on a card that verify tokens and make receipts.
    public func putTokenKeys(
        on secureElement: API.SecureElementIdentifier, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.TokenKeys {
        try await send(
            Endpoints.putTokenKeys, .init(), ["seId": secureElement.pathSegment], idempotencyKey: idempotencyKey)
    }
}
