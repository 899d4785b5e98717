public import CardCryptography
import ISO7816

/// The central TSM: the one party that service providers talk to, and the one that manages secure elements.
///
/// Three modules do the work (Fig. 9): ``QueryModule`` asks the directory, ``ReceiveModule`` recognises requests,
/// ``TransmitModule`` takes commands to cards. They call each other directly or over a ``ServiceBus``.
public struct CentralTSM: Sendable {
    let store: any DirectoryStore
    let keys: any KeyService
    let clock: any WallClock
    let random: any RandomSource
    let journal: ExecutionJournal
    let query: QueryModule
    let receive: ReceiveModule
    let transmit: TransmitModule
    let link: ModuleLink
    let turns = CardTurns()

    /// - Parameter gateway: the way to the secure elements of one mobile network, by the network's name.
    public init(
        store: any DirectoryStore, keys: any KeyService, clock: any WallClock, random: any RandomSource,
        link: ModuleLink = .direct, gateway: @escaping @Sendable (String) -> (any SecureElementGateway)?
    ) {
        self.store = store
        self.keys = keys
        self.clock = clock
        self.random = random
        self.link = link
        journal = ExecutionJournal(store: store, keys: keys, clock: clock)
        query = QueryModule(store: store)
        receive = ReceiveModule(store: store, keys: keys, clock: clock)
        transmit = TransmitModule(journal: journal, keys: keys, random: random, gateway: gateway)
    }

    /// Where the remote agents record reports before they acknowledge them.
    public var reports: any ReportJournal { journal }
}

// MARK: - One operation on one card

extension CentralTSM {
    /// Runs an operation in the card's turn: a repeated request gets its first answer; what an earlier interruption
    /// left open on this card is settled first.
    func operate<Answer: Codable & Sendable>(
        on secureElement: SecureElementIdentifier, _ context: RequestContext,
        _ operation: (IdempotencyRecord) async throws(TSMError) -> Answer
    ) async throws(TSMError) -> Answer {
        guard await turns.enter(secureElement) else {
            throw .unreachable(reason: "too many operations wait for this secure element; try again")
        }
        let result: Result<Answer, TSMError>
        do throws(TSMError) {
            result = .success(try await operateInTurn(on: secureElement, context, operation))
        } catch {
            result = .failure(error)
        }
        await turns.leave(secureElement)
        return try result.get()
    }

    private func operateInTurn<Answer: Codable & Sendable>(
        on secureElement: SecureElementIdentifier, _ context: RequestContext,
        _ operation: (IdempotencyRecord) async throws(TSMError) -> Answer
    ) async throws(TSMError) -> Answer {
        let receive = receive
        let admission: ReceiveModule.Admission<Answer> = try await link.call(.receive) { () async throws(TSMError) in
            try await receive.admit(
                scope: "provider/\(context.provider.rawValue)", key: context.idempotencyKey,
                digest: context.requestDigest)
        }
        let record: IdempotencyRecord
        switch admission {
        case .answered(let answer):
            return answer
        case .first(let first):
            record = first
        case .interrupted(let interrupted):
            record = interrupted
        }
        try await settlePending(on: secureElement, resubmitting: Set(record.executions))
        let answer = try await operation(record)
        // The operation has recorded its executions under the key by now; the record is read again to keep them.
        let current = try await currentRecord(record)
        try await commit([try await receive.keeping(answer, in: current)])
        return answer
    }

    /// The record as the operation left it, with the executions that it began.
    func currentRecord(_ record: IdempotencyRecord) async throws(TSMError) -> IdempotencyRecord {
        do {
            return try await store.idempotencyRecord(scope: record.scope, key: record.key) ?? record
        } catch {
            throw TSMError(error)
        }
    }

    func commit(_ changes: [StoreChange]) async throws(TSMError) {
        do { try await store.commit(changes) } catch { throw TSMError(error) }
    }

    func audit(
        _ context: RequestContext, _ action: String, on secureElement: SecureElementIdentifier, _ detail: String = ""
    ) -> StoreChange {
        .audit(
            AuditEntry(
                at: clock.now(), actor: "provider:\(context.provider.rawValue)", action: action,
                secureElement: secureElement, detail: detail))
    }
}

// MARK: - Running and settling plans

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
    }

    /// Journals the plan, sends it, and settles it.
    ///
    /// - Throws: `.unreachable` when nothing left; `.unknownOutcome` when the card may have executed something.
    func run(
        _ plan: ScriptPlan, as assignment: Assignment, on secureElement: SecureElementRecord,
        record: IdempotencyRecord, beginning changes: @escaping @Sendable (ExecutionNumber) -> [StoreChange]
    ) async throws(TSMError) -> Settled {
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
        let pending: [Execution]
        do { pending = try await store.unsettledExecutions(on: secureElement) } catch { throw TSMError(error) }
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
        let snapshot = try await read(plan.reading, on: execution.secureElement)
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
        var snapshot = plan.reading.interpret(report.epilogue)
        if snapshot == nil {
            do throws(TSMError) {
                snapshot = try await read(plan.reading, on: execution.secureElement)
            } catch {
                throw .unknownOutcome(execution: execution.number)
            }
        }
        return try await conclude(execution, plan, report, snapshot: snapshot)
    }

    private func alreadySettled(_ execution: Execution, _ plan: ScriptPlan) async throws(TSMError) -> Settled {
        guard let outcome = try await journal.outcome(of: execution), let report = try await journal.report(of: execution)
        else { throw .unreachable(reason: "the execution was withdrawn before it left") }
        return Settled(
            execution: execution, result: try await transmit.interpret(plan, report), outcome: outcome)
    }

    private func conclude(
        _ execution: Execution, _ plan: ScriptPlan, _ report: SecureElementReport, snapshot: CardSnapshot?
    ) async throws(TSMError) -> Settled {
        guard let snapshot, let provider = execution.provider else {
            throw .unknownOutcome(execution: execution.number)
        }
        var execution = execution
        var result = try await transmit.interpret(plan, report)
        result.snapshot = snapshot
        let file = try await file(of: execution.secureElement, for: provider)
        let conclusion = Conclusion(
            file: file, snapshot: snapshot, result: result, plan: plan, execution: execution)
        let outcome = conclusion.outcome(of: [.script, .rotation, .personalization])
        let changes = conclusion.changes() + (try await communicationChanges(of: execution))
        try await journal.settle(&execution, outcome: outcome, changes: changes)
        return Settled(execution: execution, result: result, outcome: outcome)
    }

    /// Reads the card in a trip of its own.
    private func read(
        _ reading: CardReading, on id: SecureElementIdentifier
    ) async throws(TSMError) -> CardSnapshot {
        let record: SecureElementRecord?
        do { record = try await store.secureElement(id) } catch { throw TSMError(error) }
        guard let record else { throw .internal(reason: "secure element \(id) is not registered") }
        let plan = ScriptPlan(legs: [], reading: reading)
        var execution = try await journal.intend(
            plan,
            Execution(
                secureElement: id, purpose: .reading, mobileNetwork: record.mobileNetwork, sealedPlan: [],
                createdAt: clock.now())
        ) { _ in [] }
        try await journal.markSent(&execution)
        let transmit = transmit
        let sent = execution
        let outcome: Result<Void, TSMError>
        do throws(TSMError) {
            try await link.call(.transmit) { () async throws(TSMError) in try await transmit.send(plan, as: sent) }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        var current = try await journal.execution(execution.number)
        let report = try await journal.report(of: current)
        try await journal.withdraw(&current)
        try outcome.get()
        guard let snapshot = report.flatMap({ reading.interpret($0.epilogue) }) else {
            throw .unreachable(reason: "the card was lost while it was being read")
        }
        return snapshot
    }

    /// Reads the card and sets the directory to what it says: what an operator asks for.
    func refresh(
        _ reading: CardReading, on id: SecureElementIdentifier
    ) async throws(TSMError) -> CardSnapshot {
        try await read(reading, on: id)
    }

    func file(
        of id: SecureElementIdentifier, for provider: ServiceProviderID
    ) async throws(TSMError) -> QueryModule.CardFile {
        let record: SecureElementRecord?
        do { record = try await store.secureElement(id) } catch { throw TSMError(error) }
        guard let record else { throw .internal(reason: "secure element \(id) is not registered") }
        return try await query.file(of: record, for: provider)
    }

    private func releaseCommunication(of execution: Execution) async throws(TSMError) {
        try await commit(try await communicationChanges(of: execution))
    }

    private func communicationChanges(of execution: Execution) async throws(TSMError) -> [StoreChange] {
        guard let id = execution.communication else { return [] }
        do {
            guard var communication = try await store.communication(id) else { return [] }
            try communication.apply(.settle(script: execution.number))
            return [.putCommunication(communication)]
        } catch let error as StoreError {
            throw TSMError(error)
        } catch let error as CommunicationError {
            throw .communication(error)
        } catch {
            throw .internal(reason: "\(error)")
        }
    }
}
