import ISO7816

extension CentralTSM {
    /// *Pre-personalize*: creates the provider's SD, instantiates the service's application from the package that is on
    /// the card already, and extradites the instance to the SD (TSM-14). Repeating it finds everything done (TSM-15).
    ///
    /// The directory is brought to what the card says after every trip, so each round plans only what is missing.
    public func prePersonalize(
        _ request: PrePersonalizationRequest, _ context: RequestContext
    ) async throws(TSMError) -> PrePersonalizationOutcome {
        try await operate(on: request.service.secureElement, context) { record throws(TSMError) in
            let service = try await eligibleService(for: request.service, context.provider)
            var lastRefusal: PlanRefusal?
            for _ in 0..<Self.roundsMax {
                let file = try await file(for: request.service, provider: context.provider)
                let plan = PrepersonalizationPlan(file: file, service: service, request: request)
                if plan.isSatisfied { return try await outcome(of: plan, record) }
                let refusal = try await runRound(plan, record, context)
                if let refusal, refusal == lastRefusal {
                    try await rollBack(plan, record, context)
                    throw refusal.error
                }
                lastRefusal = refusal
            }
            throw .unreachable(reason: "the card was lost again and again; try again")
        }
    }

    static let roundsMax = 4

    private func eligibleService(
        for request: ServiceRequest, _ provider: ServiceProviderID
    ) async throws(TSMError) -> ServiceDefinition {
        let file = try await file(for: request, provider: provider)
        let service = try await query.service(request.service)
        let reasons = service.ineligibilityReasons(on: file.secureElement, for: provider, now: clock.now())
        guard reasons.isEmpty else { throw .ineligible(reasons) }
        return service
    }

    private func runRound(
        _ plan: PrepersonalizationPlan, _ record: IdempotencyRecord, _ context: RequestContext
    ) async throws(TSMError) -> PlanRefusal? {
        let element = plan.file.secureElement
        var legs: [ScriptPlan.Leg] = []
        let content = plan.content
        if !content.isEmpty { legs.append(contentLeg(content, on: element)) }
        if plan.needsTemporaryKeys {
            legs.append(try await temporaryKeysLeg(plan, sessionsBefore: content.isEmpty ? 0 : 1))
        }
        let reading = CardReading(
            centralSecurityDomain: element.centralSecurityDomain.aid, securityDomain: plan.securityDomain,
            instance: plan.instance)
        let entry = audit(
            context, "pre-personalize", on: element.id, content.map(\.step).joined(separator: ", "))
        let settled = try await run(
            ScriptPlan(legs: legs, reading: reading),
            as: Assignment(.prePersonalization, plan.request.service, provider: context.provider), on: element,
            record: record
        ) { _ in [entry] }
        return PlanRefusal(settled.result, steps: content.map(\.step))
    }

    /// Deletes what this request has created, last first.
    private func rollBack(
        _ plan: PrepersonalizationPlan, _ record: IdempotencyRecord, _ context: RequestContext
    ) async throws(TSMError) {
        let created = try await created(by: record)
        let file = try await file(for: plan.request.service, provider: context.provider)
        let present = Set(file.instances.map(\.instance) + [file.securityDomain?.aid].compactMap { $0 })
        let deletions = created.reversed().filter(present.contains).map(ContentCommand.delete)
        guard !deletions.isEmpty else { return }
        let reading = CardReading(
            centralSecurityDomain: file.secureElement.centralSecurityDomain.aid, securityDomain: plan.securityDomain,
            instance: plan.instance)
        let entry = audit(context, "pre-personalize.rollback", on: file.secureElement.id)
        _ = try await run(
            ScriptPlan(legs: [contentLeg(Array(deletions), on: file.secureElement)], reading: reading),
            as: Assignment(.rollback, plan.request.service, provider: context.provider), on: file.secureElement,
            record: record
        ) { _ in [entry] }
    }

    private func outcome(
        of plan: PrepersonalizationPlan, _ record: IdempotencyRecord
    ) async throws(TSMError) -> PrePersonalizationOutcome {
        let created = try await created(by: record)
        let instance = plan.file.instance(of: plan.service.identifier, plan.request.service.qualifier)
        return PrePersonalizationOutcome(
            securityDomain: plan.securityDomain, securityDomainCreated: created.contains(plan.securityDomain),
            instances: instance.map { [$0.instance] } ?? [],
            instancesCreated: instance.map(\.instance).flatMap { created.contains($0) ? [$0] : nil } ?? [],
            status: instance?.status ?? .absent)
    }

    /// What the executions of one request have set out to create, in order.
    private func created(by record: IdempotencyRecord) async throws(TSMError) -> [AID] {
        var created: [AID] = []
        for number in try await currentRecord(record).executions {
            let execution = try await journal.execution(number)
            guard execution.purpose == .prePersonalization else { continue }
            for leg in try await journal.plan(of: execution).legs where leg.part == .content {
                created += try leg.route.installedInstances()
            }
        }
        return created
    }
}
