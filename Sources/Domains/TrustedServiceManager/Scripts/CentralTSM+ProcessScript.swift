import CardCryptography
import ISO7816

extension CentralTSM {
    /// *Process script*: has an ordered list of commands executed on the card (TSM-10).
    ///
    /// The same request with the same key never runs the script again: it gets the settled outcome.
    public func processScript(
        _ request: ProcessScriptRequest, _ context: RequestContext
    ) async throws(TSMError) -> ScriptOutcome {
        let known = try await query.communication(request.communication, of: context.provider)
        return try await operate(on: known.secureElement, context) { record throws(TSMError) in
            if let outcome = try await settledOutcome(of: record) { return outcome }
            let communication = try await current(request.communication, of: context.provider)
            try check(request.commands, against: communication.terms)
            try checkThatAScriptMayBegin(in: communication)
            for _ in 0..<Self.roundsMax {
                let file = try await file(of: communication.secureElement, for: context.provider)
                let plan = try await plan(request.commands, for: communication, file)
                let settled = try await run(plan, in: communication, file, record, context)
                if settled.result.isStale { continue }
                if case .misbehaved(let reason)? = settled.result.firstStop?.ending {
                    throw .cardMisbehaved(reason: reason)
                }
                return settled.outcome
            }
            throw .unreachable(reason: "the card's sequence counter moved again and again; try again")
        }
    }

    private func run(
        _ plan: ScriptPlan, in communication: Communication, _ file: QueryModule.CardFile,
        _ record: IdempotencyRecord, _ context: RequestContext
    ) async throws(TSMError) -> Settled {
        var assignment = Assignment(
            .script,
            ServiceRequest(
                secureElement: communication.secureElement, msi: communication.msi, service: communication.service,
                qualifier: communication.qualifier),
            provider: context.provider)
        assignment.communication = communication.id
        let entry = audit(
            context, "script", on: communication.secureElement,
            "\(communication.id.rawValue) \(communication.operation.rawValue)")
        return try await self.run(plan, as: assignment, on: file.secureElement, record: record) { number in
            [entry] + (communication.executing(number).map { [.putCommunication($0)] } ?? [])
        }
    }

    private func plan(
        _ commands: [CommandAPDU], for communication: Communication, _ file: QueryModule.CardFile
    ) async throws(TSMError) -> ScriptPlan {
        let service = try await query.service(communication.service)
        let legs = try legs(commands, service, file, part: .script)
        let instance = file.instance(of: communication.service, communication.qualifier)?.instance
        return ScriptPlan(
            legs: legs,
            reading: CardReading(
                centralSecurityDomain: file.secureElement.centralSecurityDomain.aid,
                securityDomain: file.securityDomain?.aid, instance: instance))
    }

    /// Judges and plans one list of commands.
    func legs(
        _ commands: [CommandAPDU], _ service: ServiceDefinition, _ file: QueryModule.CardFile, part: ScriptPlan.Part
    ) throws(TSMError) -> [ScriptPlan.Leg] {
        let destinations = try CommandPolicy(file: file, service: service).judge(commands)
        let planner = ScriptPlanner(file: file) { [random] in random.bytes($0) }
        return CommandPolicy.isRelayed(commands)
            ? [try planner.relayed(commands, part: part)]
            : try planner.wrapped(commands, destinations, part: part)
    }

    private func check(
        _ commands: [CommandAPDU], against terms: CommunicationTerms
    ) throws(TSMError) {
        guard !commands.isEmpty else { throw .invalid(field: "apdus", reason: "a script has at least one command") }
        guard commands.count <= CommunicationTerms.scriptCommandsMax else {
            throw .scriptTooLarge(
                field: "apdus", reason: "a script holds \(CommunicationTerms.scriptCommandsMax) commands at most")
        }
        let bytes = commands.reduce(0) { $0 + $1.bytes.count }
        guard bytes <= terms.scriptBytesMax else {
            throw .scriptTooLarge(
                field: "apdus", reason: "\(bytes) bytes, where \(terms.scriptBytesMax) were granted at begin")
        }
    }

    private func checkThatAScriptMayBegin(in communication: Communication) throws(TSMError) {
        var communication = communication
        do throws(CommunicationError) {
            try communication.apply(.begin(script: ExecutionNumber(rawValue: 0)))
        } catch {
            throw .communication(error)
        }
    }

    /// The outcome of the script that an earlier attempt of the same request has run, if it got that far.
    private func settledOutcome(of record: IdempotencyRecord) async throws(TSMError) -> ScriptOutcome? {
        for number in record.executions.reversed() {
            let execution = try await journal.execution(number)
            if let outcome = try await journal.outcome(of: execution) { return outcome }
        }
        return nil
    }
}

extension Communication {
    /// The communication with this script begun, or `nil` where its state forbids it.
    fileprivate func executing(_ number: ExecutionNumber) -> Communication? {
        var copy = self
        do throws(CommunicationError) {
            try copy.apply(.begin(script: number))
        } catch {
            return nil
        }
        return copy
    }
}
