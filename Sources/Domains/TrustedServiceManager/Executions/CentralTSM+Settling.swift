import ISO7816

extension CentralTSM {
    /// A plan that has been run to a settled end.
    struct Settled: Sendable {
        var execution: Execution
        var result: PlanResult
        var outcome: ScriptOutcome
    }

    /// What an execution is for, beside its plan.
    struct Assignment: Sendable {
        var purpose: Execution.Purpose
        var provider: ServiceProviderID?
        var communication: CommunicationID?
        var service: ServiceIdentifier?
        var qualifier: ServiceQualifier?

        init(_ purpose: Execution.Purpose, _ request: ServiceRequest, provider: ServiceProviderID) {
            self.purpose = purpose
            self.provider = provider
            service = request.service
            qualifier = request.qualifier
        }

        /// Of the TSM's own, on behalf of no provider.
        init(_ purpose: Execution.Purpose) { self.purpose = purpose }
    }

    /// Journals the plan, sends it, and settles it.
    ///
    /// - Throws: `.unreachable` when nothing left; `.unknownOutcome` when the card may have executed something.
    func run(
        _ plan: ScriptPlan, as assignment: Assignment, on secureElement: SecureElementRecord,
        record: IdempotencyRecord, beginning changes: @escaping @Sendable (ExecutionNumber) -> [StoreChange]
    ) async throws(TSMError) -> Settled {
        let plan = try await opened(plan, on: secureElement)
        let now = clock.now()
        var draft = Execution(
            secureElement: secureElement.id, provider: assignment.provider, communication: assignment.communication,
            service: assignment.service, qualifier: assignment.qualifier, purpose: assignment.purpose,
            mobileNetwork: secureElement.mobileNetwork, sealedPlan: [], createdAt: now)
        draft.updatedAt = now
        let base = try await currentRecord(record)
        let execution = try await journal.intend(plan, draft) { number in
            var record = base
            record.executions.append(number)
            return [.putIdempotencyRecord(record)] + changes(number)
        }
        return try await deliver(execution, plan)
    }

    /// Settles whatever an interruption left open on this card.
    ///
    /// Executions of the request that is being repeated are submitted again under their own number, which the device
    /// executes at most once; those of other requests are only read: nobody waits for them any more.
    func settlePending(
        on secureElement: SecureElementIdentifier, resubmitting own: Set<ExecutionNumber>
    ) async throws(TSMError) {
        let pending = try await stored { () async throws(StoreError) in
            try await store.unsettledExecutions(on: secureElement)
        }
        for execution in pending { try await settle(execution, resubmitting: own.contains(execution.number)) }
    }

    private func settle(_ execution: Execution, resubmitting: Bool) async throws(TSMError) {
        var execution = execution
        // A reading changes nothing on the card: whoever wanted it reads again.
        if execution.purpose == .reading { return try await journal.withdraw(&execution) }
        let plan = try await journal.plan(of: execution)
        switch execution.state {
        case .settled:
            return
        case .answered:
            _ = try await finish(execution, plan)
        case .intended where resubmitting:
            _ = try await deliver(execution, plan)
        case .intended:
            try await journal.withdraw(&execution)
            try await releaseCommunication(of: execution)
        case .sent where resubmitting:
            _ = try await transmitAndFinish(execution, plan)
        case .sent:
            try await abandon(execution, plan)
        }
    }

    private func deliver(_ execution: Execution, _ plan: ScriptPlan) async throws(TSMError) -> Settled {
        var execution = execution
        try await journal.markSent(&execution)
        return try await transmitAndFinish(execution, plan)
    }

    private func transmitAndFinish(_ execution: Execution, _ plan: ScriptPlan) async throws(TSMError) -> Settled {
        let transmit = transmit
        do throws(TSMError) {
            try await link.call(.transmit) { () async throws(TSMError) in
                try await transmit.send(plan, as: execution)
            }
        } catch .unreachable(let reason) {
            var withdrawn = execution
            try await journal.withdraw(&withdrawn)
            try await releaseCommunication(of: withdrawn)
            throw .unreachable(reason: reason)
        }
        return try await finish(try await journal.execution(execution.number), plan)
    }

    /// Nobody repeats the request: a reading with a higher number makes sure that this one can no longer begin.
    private func abandon(_ execution: Execution, _ plan: ScriptPlan) async throws(TSMError) {
        guard let reading = plan.reading else { throw .unknownOutcome(execution: execution.number) }
        let snapshot = try await read(reading, on: execution.secureElement)
        let current = try await journal.execution(execution.number)
        let report =
            try await journal.report(of: current) ?? SecureElementReport(script: [], epilogue: [], isLost: true)
        _ = try await conclude(current, plan, report, snapshot: snapshot)
    }

    /// Interprets the report that is in the journal, reads the card where the report leaves it open, and settles.
    private func finish(_ execution: Execution, _ plan: ScriptPlan) async throws(TSMError) -> Settled {
        if execution.state == .settled { return try await alreadySettled(execution, plan) }
        guard let report = try await journal.report(of: execution) else {
            throw .unknownOutcome(execution: execution.number)
        }
        var snapshot = plan.reading?.interpret(report.epilogue)
        if snapshot == nil, let reading = plan.reading {
            do throws(TSMError) {
                snapshot = try await read(reading, on: execution.secureElement)
            } catch {
                throw .unknownOutcome(execution: execution.number)
            }
        }
        return try await conclude(execution, plan, report, snapshot: snapshot)
    }

    private func alreadySettled(_ execution: Execution, _ plan: ScriptPlan) async throws(TSMError) -> Settled {
        guard let outcome = try await journal.outcome(of: execution),
            let report = try await journal.report(of: execution)
        else { throw .unreachable(reason: "the execution was withdrawn before it left") }
        return Settled(
            execution: execution, result: try await transmit.interpret(plan, report), outcome: outcome)
    }

    private func conclude(
        _ execution: Execution, _ plan: ScriptPlan, _ report: SecureElementReport, snapshot: CardSnapshot?
    ) async throws(TSMError) -> Settled {
        guard let snapshot else { throw .unknownOutcome(execution: execution.number) }
        guard let provider = execution.provider else {
            return try await concludeOwn(execution, plan, report, snapshot)
        }
        var execution = execution
        var result = try await transmit.interpret(plan, report)
        result.snapshot = snapshot
        let file = try await file(of: execution.secureElement, for: provider)
        let conclusion = Conclusion(
            file: file, snapshot: snapshot, result: result, plan: plan, execution: execution)
        let outcome = conclusion.outcome(of: [.script, .rotation, .personalization])
        let changes = conclusion.changes() + (try await communicationChanges(of: execution))
        // A script made for a stale counter did not begin: it has no outcome to repeat, and is made again.
        try await journal.settle(&execution, outcome: result.isStale ? nil : outcome, changes: changes)
        return Settled(execution: execution, result: result, outcome: outcome)
    }

    /// What the TSM does on behalf of no provider: the directory learns the counter and the state of the card; whether
    /// the aim is reached, the next round reads from the card's registry.
    private func concludeOwn(
        _ execution: Execution, _ plan: ScriptPlan, _ report: SecureElementReport, _ snapshot: CardSnapshot
    ) async throws(TSMError) -> Settled {
        var execution = execution
        var result = try await transmit.interpret(plan, report)
        result.snapshot = snapshot
        var element = try await query.secureElement(execution.secureElement)
        if let reading = plan.reading { element.absorb(snapshot, readingBegunWith: reading.centralSecurityDomain) }
        let outcome = ScriptOutcome(
            verdict: result.isComplete ? .completed : .stopped, responses: [], failed: [], unattempted: [])
        try await journal.settle(
            &execution, outcome: result.isStale ? nil : outcome, changes: [.updateSecureElement(element)])
        return Settled(execution: execution, result: result, outcome: outcome)
    }

    func file(
        of id: SecureElementIdentifier, for provider: ServiceProviderID
    ) async throws(TSMError) -> QueryModule.CardFile {
        try await query.file(of: try await query.secureElement(id), for: provider)
    }

    private func releaseCommunication(of execution: Execution) async throws(TSMError) {
        try await commit(try await communicationChanges(of: execution))
    }

    private func communicationChanges(of execution: Execution) async throws(TSMError) -> [StoreChange] {
        guard let id = execution.communication else { return [] }
        let found = try await stored { () async throws(StoreError) in try await store.communication(id) }
        guard var communication = found else { return [] }
        do throws(CommunicationError) {
            try communication.apply(.settle(script: execution.number))
        } catch {
            throw .communication(error)
        }
        return [.putCommunication(communication)]
    }
}
