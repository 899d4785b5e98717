import CardCryptography
public import ISO7816

extension ProvisioningFlow {
    /// A script of the provider's in a communication of its own.
    ///
    /// - Parameter application: what the communication is about: an instance, or the provider's security domain.
    /// - Returns: what became of it, and the answers that are proved, in order.
    func relayed(
        _ script: RelayedScript, _ target: ServiceTarget, on application: AID,
        _ report: @Sendable (Step) async -> Void = { _ in }
    ) async throws(ProvisioningError) -> (RelayedScriptResult, [ResponseAPDU]) {
        let communication = try await once(report) { key throws(CentralTSMConnectionError) in
            try await tsm.beginCommunication(
                target, application: application, scriptBytes: script.scriptBytesMax,
                operation: "postPersonalization", key: key)
        }
        let (ready, processed) = try await sent(script, in: communication, report)
        let result: (RelayedScriptResult, [ResponseAPDU]) =
            if let processed {
                try await vault { () async throws(ProviderKeysError) in
                    try await ready.interpreted(processed, keys)
                }
            } else {
                (.notStarted, [])
            }
        try await once(report) { key throws(CentralTSMConnectionError) in
            try await tsm.endCommunication(communication, succeeded: result.0 == .completed, key: key)
        }
        return result
    }
}

extension ScriptMaker {
    /// A script of any commands for the provider's security domain.
    public func script(of commands: [CommandAPDU], for card: CardDescription) -> RelayedScript {
        RelayedScript(
            keySet: ProviderKeySet.own(version: card.keyVersionNumber) ?? .temporary, card: card,
            hostChallenge: random.bytes(card.challengeLength), commands: commands)
    }
}
