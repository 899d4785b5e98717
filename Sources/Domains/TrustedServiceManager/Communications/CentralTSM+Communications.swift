import CardCryptography
import ISO7816

extension CentralTSM {
    /// *Manage communication (begin)*: leases the way to one secure element for some scripts (TSM-08).
    public func beginCommunication(
        _ request: BeginCommunicationRequest, _ context: RequestContext
    ) async throws(TSMError) -> BeginCommunicationOutcome {
        try await operate(on: request.service.secureElement, context) { record throws(TSMError) in
            let file = try await file(for: request.service, provider: context.provider)
            _ = try await query.service(request.service.service)
            try checkTarget(request.targetApplication, in: file)
            let terms = try terms(for: request, on: file.secureElement)
            let communication = Communication(
                id: CommunicationID(rawValue: random.bytes(16).hex.lowercased()), provider: context.provider,
                secureElement: file.secureElement.id, msi: request.service.msi, service: request.service.service,
                qualifier: request.service.qualifier, targetApplication: request.targetApplication,
                operation: request.operation, terms: terms, openedAt: clock.now())
            let outcome = BeginCommunicationOutcome(communication: communication.id, terms: terms)
            try await commit([
                .putCommunication(communication), try await receive.keeping(outcome, in: record),
                audit(
                    context, "communication.begin", on: file.secureElement.id,
                    "\(communication.id.rawValue) \(request.operation.rawValue) \(request.targetApplication)"),
            ])
            return outcome
        }
    }

    /// *Manage communication (end)*: the id may not be used again (TSM-09, TSM-12).
    public func endCommunication(
        _ request: EndCommunicationRequest, _ context: RequestContext
    ) async throws(TSMError) -> EndCommunicationOutcome {
        let known = try await query.communication(request.communication, of: context.provider)
        return try await operate(on: known.secureElement, context, onLockedCard: true) { record throws(TSMError) in
            var communication = try await current(request.communication, of: context.provider)
            do throws(CommunicationError) {
                try communication.apply(.end(request.operationStatus))
            } catch {
                throw .communication(error)
            }
            let outcome = EndCommunicationOutcome(
                operation: communication.operation, status: .success, scriptsRun: communication.scriptsRun)
            try await commit([
                .putCommunication(communication), try await receive.keeping(outcome, in: record),
                audit(
                    context, "communication.end", on: known.secureElement,
                    "\(communication.id.rawValue) \(request.operationStatus.rawValue)"),
            ])
            return outcome
        }
    }

    /// The communication as of now: one whose permitted time is over has expired.
    func current(
        _ id: CommunicationID, of provider: ServiceProviderID
    ) async throws(TSMError) -> Communication {
        var communication = try await query.communication(id, of: provider)
        do throws(CommunicationError) {
            try communication.apply(.tick(now: clock.now()))
        } catch {
            throw .communication(error)
        }
        return communication
    }

    /// The target must be the provider's own SD or an instance under it (TSM-21, TSM-22).
    private func checkTarget(_ target: AID, in file: QueryModule.CardFile) throws(TSMError) {
        if file.securityDomain?.aid == target { return }
        if file.instances.contains(where: { $0.provider == file.provider.id && $0.instance == target }) { return }
        throw .notFound(
            field: "targetAID", reason: "no security domain or instance of yours has this AID on the secure element")
    }

    private func terms(
        for request: BeginCommunicationRequest, on secureElement: SecureElementRecord
    ) throws(TSMError) -> CommunicationTerms {
        guard request.scriptBytes > 0 else {
            throw .invalid(field: "scriptSize", reason: "a script has at least one byte")
        }
        // A larger wish is not refused: the grant says how much fits.
        return CommunicationTerms(
            otaBearer: secureElement.mobileNetwork, scriptsMax: CommunicationTerms.scriptsMaxDefault,
            scriptBytesMax: CommunicationTerms.scriptBytesMaxDefault, scriptFormat: request.scriptFormat,
            permittedSeconds: CommunicationTerms.permittedSecondsDefault)
    }
}
