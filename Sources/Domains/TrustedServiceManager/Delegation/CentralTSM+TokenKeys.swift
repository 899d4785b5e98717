import GlobalPlatform
import ISO7816

extension CentralTSM {
    /// Puts the public half of the token key (version 70) and a receipt key (version 71) on the card, into the central
    /// SD, so that it verifies tokens and makes receipts.
    ///
    /// The keys are in the vault and named in the directory before the first PUT KEY; putting them again changes nothing.
    func putTokenKeys(on id: SecureElementIdentifier, _ context: OperatorContext) async throws(TSMError)
        -> CardDelegation
    {
        try await operate(on: id, context) { record throws(TSMError) in
            var delegation = try await preparedDelegation(on: id)
            if delegation.isOnCard { return delegation }
            var lastRefusal: PlanRefusal?
            for _ in 0..<Self.roundsMax {
                let element = try await query.secureElement(id)
                let commands = try await putKeys(delegation, element)
                let entry = audit(context, "secure-element.token-keys", on: id)
                let leg = ScriptPlan.Leg(
                    part: .content,
                    route: .forecast(
                        session(with: try await query.secureElement(id).centralSecurityDomain),
                        commands: commands.map(\.bytes)))
                let settled = try await run(
                    ScriptPlan(legs: [leg], reading: Self.managementReading(of: element)), as: Assignment(.tokenKeys),
                    on: element, record: record
                ) { _ in [entry] }
                if settled.result.isComplete {
                    delegation.isOnCard = true
                    try await commit([.putCardDelegation(delegation)])
                    return delegation
                }
                let refusal = PlanRefusal(settled.result, steps: ["put the token key", "put the receipt key"])
                if let refusal, refusal == lastRefusal { throw refusal.error }
                lastRefusal = refusal
            }
            throw .unreachable(reason: "the card was lost again and again; try again")
        }
    }

    /// What is or was begun for this card, or something new; durable before anything is sent.
    private func preparedDelegation(on id: SecureElementIdentifier) async throws(TSMError) -> CardDelegation {
        let known = try await stored { () async throws(StoreError) in try await store.cardDelegation(on: id) }
        if let known { return known }
        let element = try await query.secureElement(id)
        guard element.approvesDelegation else {
            throw .wrongState(
                reason: "only the central security domain of Figs. 7 and 8 approves what delegated providers do")
        }
        let delegation: CardDelegation
        do {
            delegation = CardDelegation(
                secureElement: id, tokenKey: try await keys.createSigningKey(label: "tokens for \(id)"),
                receiptKey: KeyReference(
                    masterKeyIndex: try await keys.createMasterKey(label: "receipts of \(id)"), keyVersionNumber: 0x71,
                    keyDiversificationData: element.centralSecurityDomain.keys.keyDiversificationData),
                issuerIdentificationNumber: try await identificationNumber(of: element))
        } catch {
            throw .internal(reason: "token keys: \(error)")
        }
        try await commit([.putCardDelegation(delegation)])
        return delegation
    }

    /// Both PUT KEYs; each replaces what an earlier attempt has put there.
    private func putKeys(
        _ delegation: CardDelegation, _ element: SecureElementRecord
    ) async throws(TSMError) -> [CommandAPDU] {
        let answer = try await inquire(GetDataCommand.keyInformationTemplate.command, on: element.id)
        guard let answer, let template = try? KeyInformationTemplate(bytes: answer) else {
            throw .cardMisbehaved(reason: "the central security domain tells no key information")
        }
        func replaced(_ version: KeyVersionNumber) -> UInt8? {
            template.versions.contains(version) ? version.rawValue : nil
        }
        do {
            return [
                try await keys.putTokenKey(delegation.tokenKey, replacing: replaced(.tokenVerification)),
                try await keys.putReceiptKey(
                    delegation.receiptKey, replacing: replaced(.receiptGeneration),
                    encryptedUnder: element.centralSecurityDomain.keys),
            ]
        } catch {
            throw .internal(reason: "token keys: \(error)")
        }
    }

    /// Tag 42 of the issuer SD: nothing rests on it but that a token is for this card alone.
    private func identificationNumber(of element: SecureElementRecord) async throws(TSMError) -> [UInt8]? {
        let commands = [
            SelectCommand(name: []).command, GetDataCommand.issuerIdentificationNumber.command,
        ]
        let leg = ScriptPlan.Leg(
            part: .content,
            route: .relayed(securityDomain: element.centralSecurityDomain.aid, commands: commands.map(\.bytes)))
        let report = try await consult(ScriptPlan(legs: [leg], reading: nil), on: element)
        guard report.script.count == 2, let bytes = report.script[1], let answer = try? ResponseAPDU(bytes: bytes),
            answer.statusWord.isSuccess, let object = try? BERTLV(bytes: answer.data), object.tag == 0x42
        else { return nil }
        return object.value
    }

    /// One question to the central SD in a session, which changes nothing but its counter.
    ///
    /// - Returns: the data of the answer, or `nil` when it has none (`6A88`).
    func inquire(_ command: CommandAPDU, on id: SecureElementIdentifier) async throws(TSMError) -> [UInt8]? {
        var lastRefusal: PlanRefusal?
        for _ in 0..<Self.roundsMax {
            let element = try await query.secureElement(id)
            let reading = Self.managementReading(of: element)
            let leg = ScriptPlan.Leg(
                part: .content,
                route: .forecast(session(with: element.centralSecurityDomain), commands: [command.bytes]))
            let plan = try await opened(ScriptPlan(legs: [leg], reading: reading), on: element)
            let result = try await transmit.interpret(plan, try await consult(plan, on: element))
            if let snapshot = result.snapshot { try await takeIn(snapshot, reading, of: id) }
            switch result.legs[0].ending {
            case .complete: return result.legs[0].answers.flatMap(\.data)
            case .refused(_, .referencedDataNotFound): return nil
            default: break
            }
            let refusal = PlanRefusal(result, steps: ["ask the security domain"])
            if let refusal, refusal == lastRefusal { throw refusal.error }
            lastRefusal = refusal
        }
        throw .unreachable(reason: "the card was lost again and again; try again")
    }
}

extension SecureElementRecord {
    /// Tables 8.1 and 12.1: the central SD has Token Verification and Receipt Generation.
    var approvesDelegation: Bool {
        managementRole == .central && (configuration == .embeddedThirdParty || configuration == .uiccThirdParty)
    }
}
