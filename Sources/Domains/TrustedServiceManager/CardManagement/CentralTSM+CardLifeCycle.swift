import GlobalPlatform
import ISO7816

extension CentralTSM {
    /// Locks, unlocks or terminates the card as a whole: through the issuer SD, which in Fig. 5 is the central SD (TSM-29).
    ///
    /// Every round begins with what the card says, so a lost answer neither repeats nor forgets anything.
    func setCardLifeCycle(
        _ target: SecureElementLifeCycle, on id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> SecureElementLifeCycle {
        try await operate(on: id, context, onLockedCard: true) { record throws(TSMError) in
            var lastRefusal: PlanRefusal?
            for _ in 0..<Self.roundsMax {
                let domain = try lockingDomain(of: try await query.secureElement(id))
                let reading = CardReading(
                    centralSecurityDomain: domain.aid, securityDomain: nil, instance: nil,
                    followsTermination: target == .terminated)
                let state = try await readCard(reading, on: id)
                if state == target { return target }
                guard state != .terminated else { throw .wrongState(reason: "the secure element has been terminated") }
                let element = try await query.secureElement(id)
                let entry = audit(context, "secure-element.\(target.action)", on: id)
                let leg = ScriptPlan.Leg(
                    part: .content,
                    route: .forecast(
                        session(with: try lockingDomain(of: element)),
                        commands: [SetStatusCommand.card(target.cardLifeCycle).command.bytes]))
                let settled = try await run(
                    ScriptPlan(legs: [leg], reading: reading), as: Assignment(.cardLifeCycle), on: element,
                    record: record
                ) { _ in [entry] }
                if settled.result.snapshot?.cardState == target { return target }
                let refusal = PlanRefusal(settled.result, steps: ["set the card's life cycle state"])
                if let refusal, refusal == lastRefusal { throw refusal.error }
                lastRefusal = refusal
            }
            throw .unreachable(reason: "the card was lost again and again; try again")
        }
    }

    private func lockingDomain(
        of element: SecureElementRecord
    ) throws(TSMError) -> CentralSecurityDomainRecord {
        guard element.managementRole == .central else {
            throw .wrongState(reason: "only the central TSM locks, unlocks and terminates a secure element")
        }
        guard let domain = element.cardLockingDomain else {
            throw .wrongState(reason: "no key set of this secure element's issuer security domain is on record")
        }
        return domain
    }

    /// Reads where the card stands, and writes it down.
    private func readCard(
        _ reading: CardReading, on id: SecureElementIdentifier
    ) async throws(TSMError) -> SecureElementLifeCycle? {
        let snapshot = try await read(reading, on: id)
        try await takeIn(snapshot, reading, of: id)
        return snapshot.cardState
    }

    /// Brings the directory to what a reading found.
    func takeIn(
        _ snapshot: CardSnapshot, _ reading: CardReading, of id: SecureElementIdentifier
    ) async throws(TSMError) {
        let before = try await query.secureElement(id)
        var element = before
        element.absorb(snapshot, readingBegunWith: reading.centralSecurityDomain)
        if element != before { try await commit([.updateSecureElement(element)]) }
    }
}

extension SecureElementLifeCycle {
    fileprivate var cardLifeCycle: CardLifeCycle {
        switch self {
        case .operational: .secured
        case .locked: .cardLocked
        case .terminated: .terminated
        }
    }

    fileprivate var action: String {
        switch self {
        case .operational: "unlock"
        case .locked: "lock"
        case .terminated: "terminate"
        }
    }
}
