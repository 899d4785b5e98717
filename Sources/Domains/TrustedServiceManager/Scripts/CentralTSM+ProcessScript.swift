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
            try check(request.commands, bytesMax: communication.terms.scriptBytesMax, field: "apdus")
            try checkThatAScriptMayBegin(in: communication)
            if CommandPolicy.isOpening(request.commands) {
                return try await openSession(request.commands, in: communication, context)
            }
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
        let instance = file.instance(of: communication.service, communication.qualifier)?.instance
        let legs = try legs(commands, service, file, instance: instance, part: .script)
        return ScriptPlan(
            legs: legs,
            reading: CardReading(
                centralSecurityDomain: file.secureElement.centralSecurityDomain.aid,
                securityDomain: file.securityDomain?.aid,
                instance: instance ?? CommandPolicy.created(by: commands)))
    }

    /// Asks a card for its challenge on behalf of the provider. Nothing on the card is read after it: another selection
    /// would end the session that the next script goes on with.
    private func openSession(
        _ commands: [CommandAPDU], in communication: Communication, _ context: RequestContext
    ) async throws(TSMError) -> ScriptOutcome {
        let file = try await file(of: communication.secureElement, for: context.provider)
        _ = try CommandPolicy(file: file, service: nil).judge(commands)
        guard let domain = file.securityDomain?.aid, (try? AID(commands[0].data)) == domain else {
            throw .commandRefused(index: 0, reason: "a session is opened with your own security domain")
        }
        var communication = communication
        communication.scriptsRun += 1
        try await commit([
            .putCommunication(communication),
            audit(
                context, "script", on: communication.secureElement,
                "\(communication.id.rawValue) \(communication.operation.rawValue): opening"),
        ])
        let plan = ScriptPlan(
            legs: [.init(part: .script, route: .relayed(securityDomain: domain, commands: commands.map(\.bytes)))],
            reading: nil)
        let report = try await consult(plan, on: file.secureElement)
        let (answers, ending) = WireLeg(relaying: commands).interpret(report.script)
        var outcome = ScriptOutcome(
            verdict: ending == .complete ? .completed : .stopped,
            responses: answers.enumerated().map {
                .init(index: $0, data: $1.data, statusWord: $1.statusWord.rawValue)
            }, failed: [], unattempted: Array(answers.count..<commands.count))
        switch ending {
        case .complete:
            return outcome
        case .refused(let index, let statusWord):
            outcome.failed = [
                .init(index: index, command: commands[index].bytes, statusWord: statusWord.rawValue)
            ]
            return outcome
        default:
            throw .unreachable(reason: "the card was lost while it was being asked for its challenge")
        }
    }

    /// Judges and plans one list of commands.
    func legs(
        _ commands: [CommandAPDU], _ service: ServiceDefinition, _ file: QueryModule.CardFile, instance: AID?,
        part: ScriptPlan.Part
    ) throws(TSMError) -> [ScriptPlan.Leg] {
        let destinations = try CommandPolicy(file: file, service: service, instance: instance).judge(commands)
        let planner = ScriptPlanner(file: file) { [random] in random.bytes($0) }
        guard !CommandPolicy.isRelayed(commands) else { return [try planner.relayed(commands, part: part)] }
        let legs = try planner.wrapped(commands, destinations, part: part)
        try checkThatChallengesCanBeAsked(for: legs)
        return legs
    }

    /// A card that draws random challenges is asked for one in the trip before: so its script has one session, and
    /// begins with it.
    private func checkThatChallengesCanBeAsked(for legs: [ScriptPlan.Leg]) throws(TSMError) {
        var commandsBefore = 0
        for (index, leg) in legs.enumerated() {
            guard index == 0 || !leg.route.needsCardChallenge else {
                throw .commandRefused(
                    index: commandsBefore,
                    reason: "this card draws random challenges: a script for it begins with its one session; send the "
                        + "rest in another script")
            }
            commandsBefore += leg.route.commandCount
        }
    }

    func check(_ commands: [CommandAPDU], bytesMax: Int, field: String) throws(TSMError) {
        guard !commands.isEmpty else { throw .invalid(field: field, reason: "a script has at least one command") }
        guard commands.count <= CommunicationTerms.scriptCommandsMax else {
            throw .scriptTooLarge(
                field: field, reason: "a script holds \(CommunicationTerms.scriptCommandsMax) commands at most")
        }
        let bytes = commands.reduce(0) { $0 + $1.bytes.count }
        guard bytes <= bytesMax else {
            throw .scriptTooLarge(field: field, reason: "\(bytes) bytes, where \(bytesMax) are granted")
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
