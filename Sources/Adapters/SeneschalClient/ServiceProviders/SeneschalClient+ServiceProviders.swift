public import SeneschalAPI

// What a service provider asks for.

extension SeneschalClient {
    /// The secure element of a subscription.
    public func secureElementIdentifier(
        _ request: API.SecureElementIdentifierRequest
    ) async throws(SeneschalClientError) -> API.SecureElementIdentifierResponse {
        try await send(Endpoints.secureElementIdentifier, request)
    }

    /// What this provider may know of the secure element of a subscription.
    public func secureElementData(
        _ request: API.SecureElementDataRequest
    ) async throws(SeneschalClientError) -> API.SecureElementDataResponse {
        try await send(Endpoints.secureElementData, request)
    }

    /// Creates the provider's security domain, instantiates the application and extradites it.
    public func prePersonalize(
        _ request: API.PrePersonalizationRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.PrePersonalizationResponse {
        try await send(Endpoints.prePersonalize, request, idempotencyKey: idempotencyKey)
    }

    /// Begins an over-the-air dialogue with one secure element.
    public func beginCommunication(
        _ request: API.BeginCommunicationRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.BeginCommunicationResponse {
        try await send(Endpoints.beginCommunication, request, idempotencyKey: idempotencyKey)
    }

    /// Has command APDUs executed, in order. A refused one is content of the answer.
    public func processScript(
        _ request: API.ProcessScriptRequest, in communication: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.ScriptResponse {
        try await send(
            Endpoints.processScript, request, ["communicationId": communication], idempotencyKey: idempotencyKey)
    }

    /// Ends a communication.
    public func endCommunication(
        _ request: API.EndCommunicationRequest, in communication: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.EndCommunicationResponse {
        try await send(
            Endpoints.endCommunication, request, ["communicationId": communication], idempotencyKey: idempotencyKey)
    }

    /// Makes the application of a personalized service selectable.
    public func activateService(
        _ request: API.ServiceRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.ServiceResponse {
        try await send(Endpoints.activateService, request, idempotencyKey: idempotencyKey)
    }

    /// Stops the application of a service.
    public func lockService(
        _ request: API.ServiceRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.ServiceResponse {
        try await send(Endpoints.lockService, request, idempotencyKey: idempotencyKey)
    }

    /// Lets a stopped application run again.
    public func unlockService(
        _ request: API.ServiceRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.ServiceResponse {
        try await send(Endpoints.unlockService, request, idempotencyKey: idempotencyKey)
    }

    /// Removes the instance of a service.
    public func deleteService(
        _ request: API.ServiceRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.ServiceResponse {
        try await send(Endpoints.deleteService, request, idempotencyKey: idempotencyKey)
    }

    /// Key rotation, personalization and activation in one trip.
    public func provision(
        _ request: API.ProvisioningRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.ProvisioningResponse {
        try await send(Endpoints.provision, request, idempotencyKey: idempotencyKey)
    }

    /// Where a service stands.
    public func serviceStatus(
        _ request: API.ServiceRequest
    ) async throws(SeneschalClientError) -> API.ServiceStatusResponse {
        try await send(Endpoints.serviceStatus, request)
    }
}
