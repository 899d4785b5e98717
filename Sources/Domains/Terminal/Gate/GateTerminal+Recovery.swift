import ElectronicPurse
import ISO7816

extension GateTerminal {
    /// The card of a pending purchase is back: was it debited? If it was not, it is now.
    ///
    /// Whatever is lost on the way, the purchase stays pending and the next presentation begins here again.
    mutating func recover(
        _ pending: PendingPurchase, from card: PresentedPurse, at now: Int64
    ) async throws(GateError) -> GateVerdict {
        do {
            return try await findOut(pending, card, at: now)
        } catch let error as GateError {
            throw error
        } catch {
            return try await lost(state.pending[pending.card] ?? pending, at: now)
        }
    }

    private mutating func findOut(
        _ pending: PendingPurchase, _ card: PresentedPurse, at now: Int64
    ) async throws -> GateVerdict {
        guard let findings = try await findings(pending, card) else {
            return try await grey(GreyRecord(pending, .inconsistent, at: now))
        }
        func record(_ reason: GreyRecord.Reason) -> GreyRecord {
            GreyRecord(
                pending, reason, log: findings.log, balance: findings.balance, tac: findings.proof.tac, at: now)
        }
        switch RecoveryDecision.decide(pending, findings, believesLog: profile.believesLog) {
        case .debited(let evidence, let tac): return try await paid(pending, tac: tac, evidence, at: now)
        case .grey(let reason): return try await grey(record(reason))
        case .notDebited, .askCounter: break
        }
        let asked = try await counter(pending, card)
        guard let begun = asked.begun else { return try await grey(record(.counterUnknown)) }
        let decision = RecoveryDecision.decide(
            pending, findings, counter: begun.offlineNumber, believesLog: profile.believesLog)
        switch decision {
        case .notDebited:
            if let refusal = asked.refusal { return try await giveUp(pending, refusal) }
            guard begun.balance == findings.balance else { return try await grey(record(.inconsistent)) }
            return try await debit(pending.fare, begun, card, after: pending, at: now)
        case .grey(let reason): return try await grey(record(reason))
        case .debited, .askCounter: return try await grey(record(.inconsistent))
        }
    }

    /// GET BALANCE, the log as far back as it can tell, GET TRANSACTION PROVE; `nil` when the card does not answer as a
    /// purse.
    private func findings(
        _ pending: PendingPurchase, _ card: PresentedPurse
    ) async throws -> RecoveryFindings? {
        let answer = try await card.ask(GetBalance().command)
        guard answer.statusWord == .success, let balance = try? GetBalance.balance(in: answer.data) else { return nil }
        var log: [PurseLogRecord] = []
        for number in 1...PurseFile.logRecordsMax {
            let answer = try await card.ask(PurseFile.readLog(UInt8(number)))
            guard answer.statusWord == .success, let record = try? PurseLogRecord(answer.data) else { break }
            log.append(record)
            if record.type.isOffline, record.number <= pending.expectedRecord.number { break }
        }
        return RecoveryFindings(balance: balance, log: log, proof: try await proof(pending, card))
    }

    private func proof(_ pending: PendingPurchase, _ card: PresentedPurse) async throws -> RecoveryFindings.Proof {
        let request = GetTransactionProve(pending.purchase.type, number: pending.expectedRecord.number)
        let answer = try await card.ask(request.command)
        guard answer.statusWord == .success, let proved = try? TransactionProve(answer.data) else { return .none }
        let check = CreditSAMForPurchase(proved.mac2, terminalSerial: pending.purchase.terminalSerial)
        switch try await Self.ask(securityModule, check.command).statusWord {
        case .success: return .verified(proved.tac)
        case .purseWrongMAC: return .refuted(proved.tac)
        default: return .unverifiable(proved.tac)
        }
    }

    /// INITIALIZE tells the counter, and begins the purchase once more. Of a card whose balance no longer suffices it is
    /// asked with an amount of zero, and the purchase is given up.
    private func counter(
        _ pending: PendingPurchase, _ card: PresentedPurse
    ) async throws -> (begun: InitializedPurchase?, refusal: GateRefusal?) {
        let purpose = pending.fare.purpose
        let answer = try await card.ask(initialize(purpose, pending.purchase.amount))
        if answer.statusWord == .success { return (try? InitializedPurchase(answer.data), nil) }
        let again = try await card.ask(initialize(purpose, 0))
        guard again.statusWord == .success else { return (nil, nil) }
        return (try? InitializedPurchase(again.data), Self.refusal(answer.statusWord))
    }
}

extension RecoveryFindings.Proof {
    var tac: PurseMAC? {
        switch self {
        case .verified(let tac), .refuted(let tac), .unverifiable(let tac): tac
        case .none: nil
        }
    }
}
