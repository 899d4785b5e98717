import GlobalPlatform
import ISO7816

/// Trips that change nothing lasting on the card.
extension CentralTSM {
    /// Reads the card in a trip of its own.
    func read(
        _ reading: CardReading, on id: SecureElementIdentifier
    ) async throws(TSMError) -> CardSnapshot {
        let report = try await consult(
            ScriptPlan(legs: [], reading: reading), on: try await query.secureElement(id))
        guard let snapshot = reading.interpret(report.epilogue) else {
            throw .unreachable(reason: "the card was lost while it was being read")
        }
        return snapshot
    }

    /// Sends commands that change nothing lasting on the card, and gives their report. Whatever becomes of it, the
    /// execution is over: whoever wanted it asks again.
    func consult(
        _ plan: ScriptPlan, on element: SecureElementRecord
    ) async throws(TSMError) -> SecureElementReport {
        var execution = try await journal.intend(
            plan,
            Execution(
                secureElement: element.id, purpose: .reading, mobileNetwork: element.mobileNetwork, sealedPlan: [],
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
        guard let report else { throw .unreachable(reason: "the card was lost while it was being asked") }
        return report
    }

    /// For cards that draw random challenges: asks for the challenge in a trip of its own.
    ///
    /// Such a plan has one session; the next one waits for another round, because its INITIALIZE UPDATE would end the
    /// session before.
    func opened(
        _ plan: ScriptPlan, on secureElement: SecureElementRecord
    ) async throws(TSMError) -> ScriptPlan {
        guard let index = plan.legs.firstIndex(where: { $0.route.needsCardChallenge }),
            case .forecast(let terms, let commands) = plan.legs[index].route
        else { return plan }
        guard index == 0 else { return ScriptPlan(legs: Array(plan.legs[..<index]), reading: plan.reading) }
        let opening = try await openingAnswer(terms, on: secureElement)
        var leg = plan.legs[0]
        leg.route = .answered(terms, opening: opening, commands: commands)
        let following = plan.legs.dropFirst().prefix { !$0.route.needsCardChallenge }
        return ScriptPlan(legs: [leg] + following, reading: plan.reading)
    }

    /// SELECT and INITIALIZE UPDATE. They change nothing that lasts, so they are never settled later.
    private func openingAnswer(
        _ terms: SessionTerms, on secureElement: SecureElementRecord
    ) async throws(TSMError) -> [UInt8] {
        let initializeUpdate = CommandAPDU(
            0x80, 0x50, terms.keys.keyVersionNumber, 0x00, data: terms.hostChallenge, expectedLength: 256)
        let commands = [SelectCommand(terms.securityDomain).command, initializeUpdate]
        let plan = ScriptPlan(
            legs: [
                ScriptPlan.Leg(
                    part: .keys,
                    route: .relayed(securityDomain: terms.securityDomain, commands: commands.map(\.bytes)))
            ], reading: nil)
        let report = try await consult(plan, on: secureElement)
        guard let answer = report.script.last.flatMap({ $0 }), report.script.count == 2,
            let response = try? ResponseAPDU(bytes: answer)
        else { throw .unreachable(reason: "the card was lost while a session was being opened") }
        guard response.statusWord.isSuccess else { throw .cardRefused(step: "open a session", response.statusWord) }
        return response.data
    }
}
