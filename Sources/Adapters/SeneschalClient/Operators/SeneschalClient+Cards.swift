public import SeneschalAPI

// What an operator does to cards and credentials.

extension SeneschalClient {
    /// Locks the card: only its issuer security domain answers until it is unlocked.
    public func lockSecureElement(
        _ secureElement: API.SecureElementIdentifier, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.CardState {
        try await send(
            Endpoints.lockSecureElement, .init(), ["seId": secureElement.pathSegment], idempotencyKey: idempotencyKey)
    }

    /// Lets a locked card work again.
    public func unlockSecureElement(
        _ secureElement: API.SecureElementIdentifier, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.CardState {
        try await send(
            Endpoints.unlockSecureElement, .init(), ["seId": secureElement.pathSegment],
            idempotencyKey: idempotencyKey)
    }

    /// Ends the life of the card, for good.
    public func terminateSecureElement(
        _ secureElement: API.SecureElementIdentifier, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.CardState {
        try await send(
            Endpoints.terminateSecureElement, .init(), ["seId": secureElement.pathSegment],
            idempotencyKey: idempotencyKey)
    }

    /// Stops a service's application.
    public func lockApplication(
        _ aid: HexBytes, on secureElement: API.SecureElementIdentifier, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.ServiceResponse {
        try await send(
            Endpoints.lockApplication, .init(aid: aid), ["seId": secureElement.pathSegment],
            idempotencyKey: idempotencyKey)
    }

    /// Lets a stopped application run again.
    public func unlockApplication(
        _ aid: HexBytes, on secureElement: API.SecureElementIdentifier, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.ServiceResponse {
        try await send(
            Endpoints.unlockApplication, .init(aid: aid), ["seId": secureElement.pathSegment],
            idempotencyKey: idempotencyKey)
    }

    /// Loads a package without DAP into the management domain.
    public func loadPackage(
        _ request: API.LoadRequest, on secureElement: API.SecureElementIdentifier, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Content {
        try await send(
            Endpoints.loadPackage, request, ["seId": secureElement.pathSegment], idempotencyKey: idempotencyKey)
    }

    /// Makes an application of the management domain's own.
    public func installApplication(
        _ request: API.InstallRequest, on secureElement: API.SecureElementIdentifier, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Content {
        try await send(
            Endpoints.installApplication, request, ["seId": secureElement.pathSegment],
            idempotencyKey: idempotencyKey)
    }

    /// Deletes an application or a package that the management domain manages.
    public func deleteContent(
        _ request: API.ContentDeletionRequest, on secureElement: API.SecureElementIdentifier,
        idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Content {
        try await send(
            Endpoints.deleteContent, request, ["seId": secureElement.pathSegment], idempotencyKey: idempotencyKey)
    }

    /// Makes a further access credential; the answer holds its secret, told once.
    public func issueCredential(
        _ request: API.IssueCredentialRequest, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.IssueCredentialResponse {
        try await send(Endpoints.issueCredential, request, idempotencyKey: idempotencyKey)
    }

    /// From now on the credential opens nothing.
    public func revokeCredential(
        _ id: String, idempotencyKey: String? = nil
    ) async throws(SeneschalClientError) -> API.Credential {
        try await send(Endpoints.revokeCredential, .init(), ["credentialId": id], idempotencyKey: idempotencyKey)
    }
}
