public import ISO7816

// What an operator does to a card, rather than to the directory.

extension OperatorDesk {
    /// Settles what is open on a card and sets the directory to what the card says.
    public func reconcile(
        _ id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> Reconciliation {
        try await tsm.reconcile(id)
    }

    /// Locks the card: only its issuer SD answers until it is unlocked.
    public func lockSecureElement(
        _ id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> SecureElementLifeCycle {
        try await tsm.setCardLifeCycle(.locked, on: id, context)
    }

    public func unlockSecureElement(
        _ id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> SecureElementLifeCycle {
        try await tsm.setCardLifeCycle(.operational, on: id, context)
    }

    /// Ends the life of the card, for good.
    public func terminateSecureElement(
        _ id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> SecureElementLifeCycle {
        try await tsm.setCardLifeCycle(.terminated, on: id, context)
    }

    /// Stops a provider's application, whoever holds the keys of its security domain (TSM-20).
    public func lockApplication(
        _ instance: AID, on id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> ServiceOutcome {
        let (request, provider) = try await service(of: instance, on: id)
        return try await tsm.lockService(request, RequestContext(context, on: provider))
    }

    public func unlockApplication(
        _ instance: AID, on id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> ServiceOutcome {
        let (request, provider) = try await service(of: instance, on: id)
        return try await tsm.unlockService(request, RequestContext(context, on: provider))
    }

    /// Loads, installs or deletes what is this TSM's own on the card.
    public func manageContent(
        _ order: ContentOrder, on id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> ContentOutcome {
        _ = try await query.secureElement(id)
        return try await tsm.manageContent(order, on: id, context)
    }

    /// The service that an instance belongs to, as its provider would name it.
    private func service(
        of instance: AID, on id: SecureElementIdentifier
    ) async throws(TSMError) -> (ServiceRequest, ServiceProviderID) {
        _ = try await query.secureElement(id)
        let (instances, subscriptions) = try await stored { () async throws(StoreError) in
            (try await store.serviceInstances(on: id), try await store.subscriptions(of: id))
        }
        guard let found = instances.first(where: { $0.instance == instance }) else {
            throw .notFound(field: "aid", reason: "no service on this secure element has an instance of this AID")
        }
        guard let subscription = subscriptions.first else {
            throw .notFound(field: "seId", reason: "no subscription stands for this secure element")
        }
        let request = ServiceRequest(
            secureElement: id, msi: subscription.msi, service: found.service, qualifier: found.qualifier)
        return (request, found.provider)
    }
}
