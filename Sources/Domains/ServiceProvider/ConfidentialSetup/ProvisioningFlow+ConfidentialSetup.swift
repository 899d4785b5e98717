import GlobalPlatform
import ISO7816

extension ProvisioningFlow {
    /// Sets a key set that nobody else knows, in the session that the central TSM has with the provider's SD.
    ///
    /// Whether it is there after a lost answer the next round reads; if it is not, another attempt has another ephemeral
    /// key.
    ///
    func setKeysConfidentially(
        _ confidential: any ConfidentialSetupKeys, _ target: ServiceTarget, _ card: CardDescription,
        _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) -> SetupOutcome {
        let script = try await vault { () async throws(ProviderKeysError) in
            try await ConfidentialSetupScript(confidential, card: card)
        }
        let communication = try await once(report) { key throws(CentralTSMConnectionError) in
            try await tsm.beginCommunication(
                target, application: card.securityDomain, scriptBytes: script.scriptBytesMax, operation: "keyRotation",
                key: key)
        }
        let outcome: Result<SetupOutcome, ProvisioningError>
        do throws(ProvisioningError) {
            outcome = .success(try await agree(confidential, script, target, card, communication, report))
        } catch {
            outcome = .failure(error)
        }
        let succeeded = outcome == .success(.agreed)
        try await once(report) { key throws(CentralTSMConnectionError) in
            try await tsm.endCommunication(communication, succeeded: succeeded, key: key)
        }
        return try outcome.get()
    }

    /// How far one attempt came.
    enum SetupOutcome: Hashable {
        case agreed
        case notAgreed
        /// The card has no controlling authority.
        case noAuthority
        /// The card, or whoever answers for it, said no.
        case refused(StatusWord)
    }

    private func agree(
        _ confidential: any ConfidentialSetupKeys, _ script: ConfidentialSetupScript, _ target: ServiceTarget,
        _ card: CardDescription, _ communication: String, _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) -> SetupOutcome {
        let opening = try await once(report) { key throws(CentralTSMConnectionError) in
            try await tsm.processScript(script.opening, communication: communication, key: key)
        }
        switch script.opened(by: opening) {
        case .noAuthority:
            return .noAuthority
        case .refused(let statusWord):
            await report(.repeating(reason: "the controlling authority answered \(statusWord)"))
            return .refused(statusWord)
        case .unanswered:
            await report(.repeating(reason: "the controlling authority did not answer"))
            return .notAgreed
        case .ready(let certificate, let challenge):
            let commands = try await vault { () async throws(ProviderKeysError) in
                try await confidential.agreementCommands(
                    certificate: certificate, challenge: challenge, image: target.cardImageNumber, card: card,
                    blockLength: ScriptMaker.blockLength(card))
            }
            let processed = try await once(report) { key throws(CentralTSMConnectionError) in
                try await tsm.processScript(commands, communication: communication, key: key)
            }
            return try await judge(processed, commands.count, confidential, card, report)
        }
    }

    private func judge(
        _ processed: ProcessedScript, _ count: Int, _ confidential: any ConfidentialSetupKeys, _ card: CardDescription,
        _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) -> SetupOutcome {
        guard processed.verdict == .completed else {
            guard let statusWord = processed.refusals.values.first else {
                await report(.repeating(reason: "the card did not take the keys"))
                return .notAgreed
            }
            await report(.repeating(reason: "the card refused the keys: \(statusWord)"))
            return .refused(statusWord)
        }
        // Without its answer the card, read afterwards, shows that it has new keys: the first session proves which.
        guard let last = processed.responses[count - 1], let answer = last else { return .agreed }
        let isProven = try await vault { () async throws(ProviderKeysError) in
            try await confidential.isReceipt(answer.data, of: card)
        }
        guard isProven else { throw .cardMisbehaved("\(ConfidentialSetupError.wrongReceipt)") }
        return .agreed
    }
}

extension ServiceTarget {
    /// The bytes of the Card Image Number, where that is what names the secure element.
    fileprivate var cardImageNumber: [UInt8]? { try? [UInt8](hex: secureElementID) }
}
