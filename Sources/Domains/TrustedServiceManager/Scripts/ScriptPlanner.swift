import ISO7816

/// Turns judged commands into legs: pure.
struct ScriptPlanner: Sendable {
    var file: QueryModule.CardFile
    /// Draws the host challenges.
    var hostChallenge: @Sendable (_ length: Int) -> [UInt8]

    /// A script that the provider has wrapped itself.
    func relayed(_ commands: [CommandAPDU], part: ScriptPlan.Part) throws(TSMError) -> ScriptPlan.Leg {
        guard let domain = file.securityDomain else {
            throw .wrongState(reason: "the provider has no security domain here; pre-personalize first")
        }
        return ScriptPlan.Leg(
            part: part, route: .relayed(securityDomain: domain.aid, commands: commands.map(\.bytes)))
    }

    /// A plain script: runs of commands with the same destination share a session, in the provider's order.
    func wrapped(
        _ commands: [CommandAPDU], _ destinations: [CommandPolicy.Destination], part: ScriptPlan.Part
    ) throws(TSMError) -> [ScriptPlan.Leg] {
        var legs: [ScriptPlan.Leg] = []
        var sessions = SessionsInTrip()
        var start = 0
        while start < commands.count {
            let end = endOfRun(from: start, destinations)
            let run = Array(commands[start..<end])
            legs.append(
                ScriptPlan.Leg(part: part, route: try route(run, destinations[start], &sessions)))
            start = end
        }
        return legs
    }

    /// How many sessions the trip has opened with each key set: every one moves its counter.
    private struct SessionsInTrip {
        var central: UInt32 = 0
        var securityDomain: UInt32 = 0
    }

    private func endOfRun(from start: Int, _ destinations: [CommandPolicy.Destination]) -> Int {
        destinations[start...].firstIndex { $0 != destinations[start] } ?? destinations.count
    }

    private func route(
        _ commands: [CommandAPDU], _ destination: CommandPolicy.Destination, _ sessions: inout SessionsInTrip
    ) throws(TSMError) -> ScriptPlan.Route {
        guard let domain = file.securityDomain else {
            throw .wrongState(reason: "the provider has no security domain here; pre-personalize first")
        }
        let central = file.secureElement.centralSecurityDomain
        let bytes = commands.map(\.bytes)
        func terms(_ aid: AID, _ keys: KeyReference, _ counter: UInt32) -> SessionTerms {
            SessionTerms(
                securityDomain: aid, keys: keys, implementation: central.implementation,
                sequenceCounter: counter + 1,
                hostChallenge: hostChallenge(
                    SessionTerms.hostChallengeLength(implementation: central.implementation)))
        }
        switch (destination, domain.custody) {
        case (.plain, _):
            return .relayed(securityDomain: domain.aid, commands: bytes)
        case (.central, _):
            defer { sessions.central += 1 }
            return .forecast(
                terms(central.aid, central.keys, central.sequenceCounter + sessions.central), commands: bytes)
        case (.securityDomain, .central):
            defer { sessions.central += 1 }
            return .forecast(
                terms(domain.aid, central.keys, central.sequenceCounter + sessions.central), commands: bytes)
        case (.securityDomain, .temporary(let keys)):
            defer { sessions.securityDomain += 1 }
            return .forecast(
                terms(domain.aid, keys, domain.sequenceCounter + sessions.securityDomain), commands: bytes)
        case (.securityDomain, .provider):
            throw .commandRefused(
                index: 0,
                reason: "only you hold the keys of this security domain: send the script wrapped, with the "
                    + "INITIALIZE UPDATE that opens your session")
        }
    }
}
