import ISO7816

extension CentralTSM {
    /// Rotation, personalization and activation in one request and one trip (alternatives B1 to B3).
    ///
    /// The device stops at the first refusal, so a later part never runs on an earlier one's failure. What a torn link
    /// leaves of the activation, which is the central TSM's own, is completed here; the provider's parts are reported.
    public func provision(
        _ request: ProvisioningRequest, _ context: RequestContext
    ) async throws(TSMError) -> ProvisioningOutcome {
        try await operate(on: request.service.secureElement, context) { record throws(TSMError) in
            let settled = try await provisioningRun(of: record)
            let run = if let settled { settled } else { try await runProvisioning(request, record, context) }
            if case .misbehaved(let reason)? = run.result.firstStop?.ending { throw .cardMisbehaved(reason: reason) }
            return try await outcome(of: request, run, record, context)
        }
    }

    private func runProvisioning(
        _ request: ProvisioningRequest, _ record: IdempotencyRecord, _ context: RequestContext
    ) async throws(TSMError) -> Settled {
        let file = try await file(for: request.service, provider: context.provider)
        let service = try await query.service(request.service.service)
        guard let instance = file.instance(of: request.service.service, request.service.qualifier) else {
            throw .notFound(field: "qualifier", reason: "no such service on this secure element; pre-personalize it")
        }
        let legs = try legs(of: request, service, file, instance)
        guard !legs.isEmpty else {
            throw .invalid(field: "activate", reason: "ask for a rotation, a personalization or an activation")
        }
        let reading = CardReading(
            centralSecurityDomain: file.secureElement.centralSecurityDomain.aid,
            securityDomain: file.securityDomain?.aid, instance: instance.instance)
        let parts = legs.map(\.part.rawValue).joined(separator: ", ")
        let entry = audit(context, "provision", on: file.secureElement.id, parts)
        return try await run(
            ScriptPlan(legs: legs, reading: reading),
            as: Assignment(.provisioning, request.service, provider: context.provider), on: file.secureElement,
            record: record
        ) { _ in [entry] }
    }

    private func legs(
        of request: ProvisioningRequest, _ service: ServiceDefinition, _ file: QueryModule.CardFile,
        _ instance: ServiceInstanceRecord
    ) throws(TSMError) -> [ScriptPlan.Leg] {
        var legs: [ScriptPlan.Leg] = []
        for (commands, part) in [
            (request.rotation, ScriptPlan.Part.rotation), (request.personalization, .personalization),
        ] {
            guard let commands else { continue }
            try check(commands, bytesMax: CommunicationTerms.scriptBytesMaxDefault, field: part.rawValue)
            guard CommandPolicy.isRelayed(commands) || part == .personalization && request.rotation == nil else {
                throw .invalid(field: part.rawValue, reason: "in a combined request the provider wraps its scripts")
            }
            legs += try self.legs(commands, service, file, instance: instance.instance, part: part)
        }
        if request.activate {
            guard instance.status == .personalized || instance.status == .active || request.personalization != nil
            else {
                throw .wrongState(
                    reason: "the service is \(instance.status.rawValue): personalize it before it is activated")
            }
            if instance.status != .active {
                legs.append(
                    contentLeg([.makeSelectable(instance.instance)], on: file.secureElement, part: .activation))
            }
        }
        return legs
    }

    /// The run of an earlier attempt of the same request, if it got that far.
    private func provisioningRun(of record: IdempotencyRecord) async throws(TSMError) -> Settled? {
        for number in record.executions {
            let execution = try await journal.execution(number)
            guard execution.purpose == .provisioning, let outcome = try await journal.outcome(of: execution),
                let report = try await journal.report(of: execution)
            else { continue }
            let plan = try await journal.plan(of: execution)
            return Settled(
                execution: execution, result: try await transmit.interpret(plan, report), outcome: outcome)
        }
        return nil
    }

    private func outcome(
        of request: ProvisioningRequest, _ run: Settled, _ record: IdempotencyRecord, _ context: RequestContext
    ) async throws(TSMError) -> ProvisioningOutcome {
        let (rotation, personalization) = run.outcome.split(
            at: request.rotation?.count ?? 0,
            total: (request.rotation?.count ?? 0) + (request.personalization?.count ?? 0))
        var outcome = ProvisioningOutcome(
            rotation: request.rotation == nil ? nil : rotation,
            personalization: request.personalization == nil ? nil : personalization, activation: nil, status: .absent)
        let providersParts = [outcome.rotation, outcome.personalization].compactMap { $0 }
        if request.activate, providersParts.allSatisfy({ $0.verdict == .completed }) {
            outcome.activation = try await drive(request.service, to: .active, context, record) { instance in
                instance.status == .personalized ? .makeSelectable(instance.instance) : nil
            }
        }
        outcome.status = try await serviceStatus(request.service, for: context.provider).status
        return outcome
    }
}

extension ScriptOutcome {
    /// The outcomes of two lists that ran one after the other, each counted from 0.
    func split(at count: Int, total: Int) -> (ScriptOutcome, ScriptOutcome) {
        func part(_ range: Range<Int>) -> ScriptOutcome {
            var part = ScriptOutcome(
                verdict: .completed,
                responses: responses.filter { range.contains($0.index) },
                failed: failed.filter { range.contains($0.index) },
                unattempted: unattempted.filter(range.contains).map { $0 - range.lowerBound })
            for index in part.responses.indices { part.responses[index].index -= range.lowerBound }
            for index in part.failed.indices { part.failed[index].index -= range.lowerBound }
            if !part.failed.isEmpty || !part.unattempted.isEmpty { part.verdict = .stopped }
            return part
        }
        return (part(0..<count), part(count..<max(count, total)))
    }
}
