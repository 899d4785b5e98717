public import ISO7816

extension ProvisioningFlow {
    /// Has a service's instance made, or finds it, and stops there: data that names several instances can be made of
    /// their AIDs then, and ``run(_:report:)`` goes on with each.
    ///
    /// - Returns: the instance; it holds nothing yet unless it was there before.
    public func prepare(
        _ name: ServiceManager.Name, report: @Sendable (Step) async -> Void = { _ in }
    ) async throws(ProvisioningError) -> AID {
        for _ in 0..<Self.roundsMax {
            let element = try await asking { () async throws(CentralTSMConnectionError) in
                try await tsm.secureElement(of: name.subscriber)
            }
            await report(.foundSecureElement(element.id))
            if let prepared = element.prepared(name.service, name.paymentReferenceNumber) {
                return prepared.service.instance
            }
            let target = ServiceTarget(
                subscriber: name.subscriber, secureElementID: element.id, service: name.service,
                paymentReferenceNumber: name.paymentReferenceNumber)
            await report(.prePersonalizing)
            try await once(report) { key throws(CentralTSMConnectionError) in
                try await tsm.prePersonalize(target, key: key)
            }
        }
        throw .doesNotConverge
    }
}

extension ProvidedSecureElement {
    /// The security domain and the instance that pre-personalization makes; `nil` while one of them is missing, or the
    /// domain still has no keys of its own.
    func prepared(
        _ name: ServiceName, _ paymentReferenceNumber: String
    ) -> (card: CardDescription, service: Service)? {
        let known = services.first { $0.name == name && $0.paymentReferenceNumber == paymentReferenceNumber }
        guard let card, let known, custody != .central, known.status != "absent" else { return nil }
        return (card, known)
    }
}
