public import SeneschalAPI

// What an operator asks for.

extension SeneschalClient {
    /// Registers a mobile network.
    public func registerMobileNetwork(
        _ request: API.MobileNetwork, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.MobileNetwork {
        try await send(Endpoints.registerMobileNetwork, request, idempotencyKey: idempotencyKey)
    }

    /// Registers a service provider; the answer holds its credential, told once.
    public func registerServiceProvider(
        _ request: API.RegisterServiceProviderRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.RegisterServiceProviderResponse {
        try await send(Endpoints.registerServiceProvider, request, idempotencyKey: idempotencyKey)
    }

    /// Registers the definition of a service.
    public func registerService(
        _ request: API.Service, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Service {
        try await send(Endpoints.registerService, request, idempotencyKey: idempotencyKey)
    }

    /// Makes the master key of a batch of cards.
    public func createCardBatch(
        _ request: API.CreateCardBatchRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.WrappedMasterKey {
        try await send(Endpoints.createCardBatch, request, idempotencyKey: idempotencyKey)
    }

    /// Registers a secure element; the answer holds its agent's credential, told once.
    public func registerSecureElement(
        _ request: API.RegisterSecureElementRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.RegisterSecureElementResponse {
        try await send(Endpoints.registerSecureElement, request, idempotencyKey: idempotencyKey)
    }

    /// Registers which secure element a subscription stands for.
    public func registerSubscription(
        _ request: API.Subscription, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Subscription {
        try await send(Endpoints.registerSubscription, request, idempotencyKey: idempotencyKey)
    }

    /// Reads a card and settles whatever an interruption left open on it.
    public func reconcile(
        _ secureElement: API.SecureElementIdentifier, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Reconciliation {
        try await send(
            Endpoints.reconcile, API.ReconciliationRequest(), ["seId": secureElement.pathSegment],
            idempotencyKey: idempotencyKey)
    }
}

// Lists

extension SeneschalClient {
    /// One page of a list: of the directory with a cursor, of what happened without.
    ///
    ///     let page = try await client.list(Endpoints.listSecureElements, after: cursor)
    public func list<Item: WireType>(
        _ endpoint: Endpoint<NoBody, API.Page<Item>>, limit: Int? = nil, after cursor: String? = nil,
        of secureElement: API.SecureElementIdentifier? = nil
    ) async throws(SeneschalClientError) -> API.Page<Item> {
        var parameters: [String: String] = [:]
        parameters["limit"] = limit.map { "\($0)" }
        parameters["after"] = cursor
        parameters["seId"] = secureElement?.pathSegment
        return try await send(endpoint, NoBody(), parameters)
    }

    /// Whether the server can do its work. A server that cannot answers with 503.
    public func health() async throws(SeneschalClientError) -> API.Health { try await send(Endpoints.health, NoBody()) }
}
