import ISO7816

extension CentralTSM {
    /// *Activate service*: makes the application selectable (TSM-13). It must have been personalized.
    public func activateService(
        _ request: ServiceRequest, _ context: RequestContext
    ) async throws(TSMError) -> ServiceOutcome {
        try await drive(request, to: .active, context) { instance in
            switch instance.status {
            case .personalized: .makeSelectable(instance.instance)
            default: nil
            }
        }
    }

    /// Stops the application; the central SD can do so also after the provider has rotated its keys in (TSM-20).
    public func lockService(
        _ request: ServiceRequest, _ context: RequestContext
    ) async throws(TSMError) -> ServiceOutcome {
        try await drive(request, to: .locked, context) { instance in
            instance.status.canTransition(to: .locked) ? .lock(instance.instance) : nil
        }
    }

    /// Lets a stopped application run again, in the state that it had before; one that runs is left as it is.
    public func unlockService(
        _ request: ServiceRequest, _ context: RequestContext
    ) async throws(TSMError) -> ServiceOutcome {
        try await operate(on: request.secureElement, context) { record throws(TSMError) in
            let before = try await instance(for: request, context.provider)
            let target = before.status == .locked ? before.statusBeforeLock ?? .active : before.status
            return try await drive(request, to: target, context, record) { instance in
                instance.status == .locked ? .unlock(instance.instance) : nil
            }
        }
    }

    /// Removes the instance from the card; the SD stays for other services.
    public func deleteService(
        _ request: ServiceRequest, _ context: RequestContext
    ) async throws(TSMError) -> ServiceOutcome {
        try await operate(on: request.secureElement, context) { record throws(TSMError) in
            let before = try await file(for: request, provider: context.provider)
            guard let known = before.instance(of: request.service, request.qualifier) else {
                throw .notFound(field: "qualifier", reason: "no such service on this secure element")
            }
            var lastRefusal: PlanRefusal?
            for _ in 0..<Self.roundsMax {
                let file = try await file(for: request, provider: context.provider)
                guard file.instance(of: request.service, request.qualifier) != nil else {
                    return ServiceOutcome(instance: known.instance, status: .deleted)
                }
                let refusal = try await step(.delete(known.instance), .deletion, request, file, record, context)
                if let refusal, refusal == lastRefusal { throw refusal.error }
                lastRefusal = refusal
            }
            throw .unreachable(reason: "the card was lost again and again; try again")
        }
    }

    private func drive(
        _ request: ServiceRequest, to target: ServiceStatus, _ context: RequestContext,
        _ command: @Sendable (ServiceInstanceRecord) -> ContentCommand?
    ) async throws(TSMError) -> ServiceOutcome {
        try await operate(on: request.secureElement, context) { record throws(TSMError) in
            try await drive(request, to: target, context, record, command)
        }
    }

    /// Repeats one content command until the directory, read from the card, says that the target is reached.
    func drive(
        _ request: ServiceRequest, to target: ServiceStatus, _ context: RequestContext, _ record: IdempotencyRecord,
        _ command: (ServiceInstanceRecord) -> ContentCommand?
    ) async throws(TSMError) -> ServiceOutcome {
        var lastRefusal: PlanRefusal?
        for _ in 0..<Self.roundsMax {
            let file = try await file(for: request, provider: context.provider)
            let instance = try await instance(for: request, context.provider)
            if instance.status == target { return ServiceOutcome(instance: instance.instance, status: target) }
            guard let command = command(instance) else {
                throw .wrongState(
                    reason: "the service is \(instance.status.rawValue): \(Self.nextStep(instance, target))")
            }
            let refusal = try await step(command, Self.purpose(of: command), request, file, record, context)
            if let refusal, refusal == lastRefusal { throw refusal.error }
            lastRefusal = refusal
        }
        throw .unreachable(reason: "the card was lost again and again; try again")
    }

    private func instance(
        for request: ServiceRequest, _ provider: ServiceProviderID
    ) async throws(TSMError) -> ServiceInstanceRecord {
        let file = try await file(for: request, provider: provider)
        guard let instance = file.instance(of: request.service, request.qualifier) else {
            throw .notFound(
                field: "qualifier", reason: "no such service on this secure element; pre-personalize it first")
        }
        return instance
    }

    private func step(
        _ command: ContentCommand, _ purpose: Execution.Purpose, _ request: ServiceRequest,
        _ file: QueryModule.CardFile, _ record: IdempotencyRecord, _ context: RequestContext
    ) async throws(TSMError) -> PlanRefusal? {
        let element = file.secureElement
        let reading = CardReading(
            centralSecurityDomain: element.centralSecurityDomain.aid, securityDomain: file.securityDomain?.aid,
            instance: file.instance(of: request.service, request.qualifier)?.instance)
        let entry = audit(context, command.step, on: element.id, "\(request.service) \(request.qualifier)")
        let settled = try await run(
            ScriptPlan(legs: [contentLeg([command], on: element)], reading: reading),
            as: Assignment(purpose, request, provider: context.provider), on: element, record: record
        ) { _ in [entry] }
        return PlanRefusal(settled.result, steps: [command.step])
    }

    private static func purpose(of command: ContentCommand) -> Execution.Purpose {
        switch command {
        case .lock: .lock
        case .unlock: .unlock
        case .delete: .deletion
        default: .activation
        }
    }

    private static func nextStep(_ instance: ServiceInstanceRecord, _ target: ServiceStatus) -> String {
        switch (instance.status, target) {
        case (.locked, _): "unlock it first"
        case (_, .active): "personalize it before it is activated"
        default: "it cannot become \(target.rawValue)"
        }
    }
}
