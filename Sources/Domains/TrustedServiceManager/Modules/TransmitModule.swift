import CardCryptography
import ISO7816
import SecureChannel

/// The transmission module of Fig. 9: takes plans to cards through the mobile network recorded for the card (TSM-06).
struct TransmitModule: Sendable {
    let journal: ExecutionJournal
    let keys: any KeyService
    let random: any RandomSource
    let gateway: @Sendable (String) -> (any SecureElementGateway)?

    /// Sends the plan and returns when its report is in the journal.
    ///
    /// - Throws: `.unreachable` when nothing was handed over, `.unknownOutcome` when no report came back.
    func send(_ plan: ScriptPlan, as execution: Execution) async throws(TSMError) {
        guard let gateway = gateway(execution.mobileNetwork) else {
            throw .unreachable(reason: "mobile network \(execution.mobileNetwork) is not connected to this server")
        }
        let list = CommandList(
            number: execution.number, script: try await script(of: plan), epilogue: plan.reading?.commands ?? [])
        let report: SecureElementReport
        do throws(GatewayError) {
            report = try await gateway.execute(list, on: execution.secureElement)
        } catch {
            switch error {
            case .unreachable(let reason): throw .unreachable(reason: reason)
            case .noReport: throw .unknownOutcome(execution: execution.number)
            }
        }
        try await journal.record(report, of: execution.number, from: execution.secureElement)
    }

    /// All commands of the plan as they go over the wire.
    private func script(of plan: ScriptPlan) async throws(TSMError) -> [CommandAPDU] {
        var commands: [CommandAPDU] = []
        for leg in plan.legs {
            let wire = try await wire(leg)
            commands += wire.commands
        }
        return commands
    }

    /// Reads a report, leg by leg: verifies what sessions prove, pairs answers with commands.
    func interpret(_ plan: ScriptPlan, _ report: SecureElementReport) async throws(TSMError) -> PlanResult {
        var answers = report.script[...]
        var legs: [LegResult] = []
        var hasStopped = false
        for leg in plan.legs {
            let wire = try await wire(leg)
            let count = wire.commands.count
            let own = Array(answers.prefix(count))
            answers = answers.dropFirst(count)
            let commands = try planned(leg)
            let ending: (answers: [ResponseAPDU], LegResult.Ending)
            if report.isLost {
                ending = ([], .lost)
            } else if hasStopped || own.isEmpty {
                ending = ([], .notReached)
            } else {
                ending = wire.interpret(own)
            }
            hasStopped = hasStopped || ending.1 != .complete
            legs.append(LegResult(part: leg.part, commands: commands, answers: ending.0, ending: ending.1))
        }
        return PlanResult(legs: legs, snapshot: plan.reading?.interpret(report.epilogue))
    }

    private func planned(_ leg: ScriptPlan.Leg) throws(TSMError) -> [CommandAPDU] {
        do { return try leg.route.commands() } catch { throw .internal(reason: "a journalled plan: \(error)") }
    }

    /// The leg as it goes over the wire; the same after a restart, because the host challenge is in the plan.
    private func wire(_ leg: ScriptPlan.Leg) async throws(TSMError) -> WireLeg {
        let commands = try planned(leg)
        switch leg.route {
        case .relayed:
            return WireLeg(relaying: commands)
        case .forecast(let terms, _):
            do {
                return WireLeg(terms.securityDomain, try await keys.forecast(terms.forecastRequest(commands)))
            } catch {
                throw .internal(reason: "forecast: \(error)")
            }
        case .answered(let terms, let opening, _):
            do {
                return WireLeg(try await keys.script(terms.forecastRequest(commands), opening: opening))
            } catch {
                throw .cardMisbehaved(reason: "INITIALIZE UPDATE: \(error)")
            }
        }
    }
}
