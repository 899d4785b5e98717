import ElectronicPurse
import ISO7816

extension GateTerminal {
    /// A new purchase: nothing is at stake before its debit is ordered.
    mutating func purchase(
        _ fare: GateFare, with card: PresentedPurse, at now: Int64
    ) async throws(GateError) -> GateVerdict {
        do {
            let answer = try await card.ask(initialize(fare.purpose, fare.amount))
            guard answer.statusWord == .success else { return .refused(Self.refusal(answer.statusWord)) }
            guard let begun = try? InitializedPurchase(answer.data) else { return .refused(.malformed) }
            return try await debit(fare, begun, card, after: nil, at: now)
        } catch let error as GateError {
            throw error
        } catch {
            return .presentAgain(nil)
        }
    }

    func initialize(_ purpose: InitializeTransaction.Purpose, _ amount: UInt32) -> CommandAPDU {
        InitializeTransaction(for: purpose, keyIndex: profile.keyIndex, amount: amount, terminal: terminal).command
    }

    static func refusal(_ status: StatusWord) -> GateRefusal {
        status == .purseInsufficientBalance ? .insufficientBalance : .card(status)
    }

    /// The security module's MAC, the journal, and then the debit.
    ///
    /// - Parameter earlier: an attempt at the same purchase that is known not to have been executed.
    /// - Throws: ``GateError``, or ``CardGone`` while this attempt is not in the journal.
    mutating func debit(
        _ fare: GateFare, _ begun: InitializedPurchase, _ card: PresentedPurse, after earlier: PendingPurchase?,
        at now: Int64
    ) async throws -> GateVerdict {
        guard begun.balance >= fare.amount else { return try await giveUp(earlier, .malformed) }
        for record in fare.records {
            let update = UpdateCompositeDataCache(record: record.number, file: record.file, data: record.data)
            let answer = try await card.ask(update.command)
            guard answer.statusWord == .success else {
                return try await giveUp(earlier, .card(answer.statusWord))
            }
        }
        let moment = PurseMoment(now)
        let request = InitializeSAMForPurchase(
            begun, amount: fare.amount, type: fare.purpose.type, moment: moment, serial: card.serial,
            city: profile.city)
        let answer = try await Self.ask(securityModule, request.command)
        guard answer.statusWord == .success else {
            return try await giveUp(earlier, .securityModule(answer.statusWord))
        }
        guard let opened = try? InitializedSAM(answer.data) else {
            throw GateError.securityModule("its answer to INIT SAM is none")
        }
        let pending = PendingPurchase(
            card: card.serial,
            purchase: PursePurchase(
                amount: fare.amount, type: fare.purpose.type, terminal: terminal,
                terminalSerial: opened.terminalSerial, moment: moment),
            balanceBefore: begun.balance, offlineNumber: begun.offlineNumber, random: begun.random, mac1: opened.mac1,
            records: fare.records, since: earlier?.since ?? now, losses: earlier?.losses ?? 0)
        try await write(.debit(pending, replacing: earlier?.purchase.terminalSerial))
        return try await order(pending, card, at: now)
    }

    /// An earlier attempt, known not to have been executed, is given up with the purchase.
    mutating func giveUp(
        _ earlier: PendingPurchase?, _ refusal: GateRefusal
    ) async throws(GateError) -> GateVerdict {
        if let earlier {
            try await write(.notDebited(earlier.card, terminalSerial: earlier.purchase.terminalSerial))
        }
        return .refused(refusal)
    }

    /// DEBIT FOR PURCHASE, once it stands in the journal.
    private mutating func order(
        _ pending: PendingPurchase, _ card: PresentedPurse, at now: Int64
    ) async throws(GateError) -> GateVerdict {
        let command = DebitForPurchase(
            terminalSerial: pending.purchase.terminalSerial, moment: pending.purchase.moment, mac1: pending.mac1
        ).command
        let answer: ResponseAPDU
        do { answer = try await card.ask(command) } catch { return try await lost(pending, at: now) }
        if Self.refusals.contains(answer.statusWord) {
            return try await giveUp(pending, Self.refusal(answer.statusWord))
        }
        guard answer.statusWord == .success, let proof = try? DebitProof(answer.data) else {
            return try await lost(pending, at: now)
        }
        let verdict = try await Self.ask(securityModule, CreditSAMForPurchase(proof.mac2).command)
        switch verdict.statusWord {
        case .success: return try await paid(pending, tac: proof.tac, .answer, at: now)
        case .purseWrongMAC: return try await grey(GreyRecord(pending, .notProved, tac: proof.tac, at: now))
        default: throw .securityModule("it answered \(verdict.statusWord) to CREDIT SAM")
        }
    }

    /// With these a card says that it has not done what it was told. Any other answer tells nothing.
    private static let refusals: Set<StatusWord> = [
        .purseWrongMAC, .purseLocked, .purseInsufficientBalance, .purseLimitReached, .purseUnknownKey,
        .purseWrongState, .conditionsOfUseNotSatisfied, .wrongLength, .incorrectData, .incorrectParameters,
        .instructionNotSupported, .classNotSupported,
    ]

    mutating func paid(
        _ pending: PendingPurchase, tac: PurseMAC?, _ evidence: GatePassage.Evidence, at now: Int64
    ) async throws(GateError) -> GateVerdict {
        let passage = GatePassage(pending, tac: tac, evidence, at: now)
        try await write(.paid(passage))
        return try await open(for: passage)
    }

    mutating func lost(_ pending: PendingPurchase, at now: Int64) async throws(GateError) -> GateVerdict {
        guard pending.losses < profile.tapsMax else {
            return try await grey(GreyRecord(pending, .tooManyLosses, at: now))
        }
        try await write(.lost(pending.card))
        return .presentAgain(state.pending[pending.card])
    }

    mutating func grey(_ record: GreyRecord) async throws(GateError) -> GateVerdict {
        try await write(.grey(record))
        return .unresolved(record)
    }
}
