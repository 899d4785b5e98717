import ISO7816

extension Conclusion {
    /// The outcome of the legs that serve `parts`, with positions counted over them.
    func outcome(of parts: Set<ScriptPlan.Part>) -> ScriptOutcome {
        var outcome = ScriptOutcome(verdict: .completed, responses: [], failed: [], unattempted: [])
        var offset = 0
        for leg in result.legs where parts.contains(leg.part) {
            append(leg, at: offset, to: &outcome)
            offset += leg.commands.count
        }
        return outcome
    }

    private func append(_ leg: LegResult, at offset: Int, to outcome: inout ScriptOutcome) {
        for (index, answer) in leg.answers.enumerated() {
            outcome.responses.append(
                .init(index: offset + index, data: answer.data, statusWord: answer.statusWord.rawValue))
        }
        guard leg.ending != .complete else { return }
        outcome.verdict = .stopped
        let next = settleStop(of: leg, at: offset, in: &outcome)
        outcome.unattempted += (next..<leg.commands.count).map { offset + $0 }
        if leg.isLastToRun(next), outcome.failed.isEmpty, outcome.unattempted.isEmpty, isDecided(leg) {
            outcome.verdict = .completed
        }
    }

    private func isDecided(_ leg: LegResult) -> Bool {
        guard case .torn(let index?) = leg.ending else { return true }
        return !TornCommand(self, leg: leg, index: index).isUndecidable
    }

    /// Says what became of the command where the leg stopped.
    ///
    /// - Returns: the first position that was not attempted.
    private func settleStop(of leg: LegResult, at offset: Int, in outcome: inout ScriptOutcome) -> Int {
        switch leg.ending {
        case .complete:
            return leg.commands.count
        case .refused(let index, let statusWord):
            outcome.failed.append(failure(leg, index, offset, statusWord.rawValue))
            return index + 1
        case .notOpened(let statusWord):
            guard !leg.commands.isEmpty else { return 0 }
            outcome.failed.append(failure(leg, 0, offset, statusWord.rawValue))
            return 1
        case .torn(let index?):
            settleTorn(leg, index, offset, &outcome)
            return index + 1
        case .lost:
            let last = leg.commands.indices.last { TornCommand(self, leg: leg, index: $0).tookEffect }
            guard let last else { return 0 }
            for index in 0...last { outcome.responses.append(.init(index: offset + index, data: [], statusWord: nil)) }
            return last + 1
        case .notReached, .misbehaved:
            return leg.answers.count
        case .torn(nil), .staleCounter:
            return 0
        }
    }

    private func settleTorn(_ leg: LegResult, _ index: Int, _ offset: Int, _ outcome: inout ScriptOutcome) {
        let torn = TornCommand(self, leg: leg, index: index)
        // Neither answered nor failed: nothing is claimed of it.
        if torn.isUndecidable { return }
        if torn.tookEffect {
            outcome.responses.append(.init(index: offset + index, data: [], statusWord: nil))
        } else {
            outcome.failed.append(failure(leg, index, offset, nil))
        }
    }

    private func failure(
        _ leg: LegResult, _ index: Int, _ offset: Int, _ statusWord: UInt16?
    ) -> ScriptOutcome.Failure {
        .init(index: offset + index, command: leg.commands[index].bytes, statusWord: statusWord)
    }
}

extension LegResult {
    fileprivate func isLastToRun(_ next: Int) -> Bool { next >= commands.count }
}
