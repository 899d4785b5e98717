import ElectronicPurse
import ISO4217

extension GatePurchase {
    /// One purchase of one security module: who reports it again asks for the same transfers.
    private var name: String { "purse purchase \(report.purchase.terminal) \(report.terminalSerial)" }

    private func transfer(
        _ step: String, _ purse: AccountID, _ currency: Currency, _ phase: Transfer.Phase
    ) -> Transfer {
        Transfer(
            id: TransferID(derivedFrom: "\(name) \(step)"), debit: purse, credit: payee, amount: amount,
            currency: currency, code: .gatePassage, phase: phase,
            reference: "\(report.purchase.terminal)/\(report.terminalSerial)")
    }

    private var reservationID: TransferID { TransferID(derivedFrom: "\(name) reserve") }

    private func audit(at now: Int64, by actor: String) -> PaymentChange {
        .audit(
            AuditEntry(
                at: now, actor: actor, action: "gate purchase \(state.rawValue)", subject: "\(report.card)",
                detail: "\(amount) at \(report.purchase.terminal)/\(report.terminalSerial)"
                    + (doubt.map { ", \($0.rawValue)" } ?? "") + (isOwed ? ", owed to the bearer" : "")))
    }

    /// Nobody knows, and there is nothing to reserve.
    func held(_ doubt: Doubt, at now: Int64) -> (GatePurchase, [PaymentChange]) {
        var held = self
        held.doubt = doubt
        return (held.committed, [.gatePurchase(held), held.audit(at: now, by: "terminal \(terminal)")])
    }

    /// Nobody knows; the money is reserved until somebody does.
    func held(
        _ doubt: Doubt, on purse: Purse, _ currency: Currency, at now: Int64
    ) -> (GatePurchase, [PaymentChange]) {
        var held = self
        held.purse = purse.account
        held.isReserved = amount > 0
        let (taken, changes) = held.held(doubt, at: now)
        guard held.isReserved else { return (taken, changes) }
        let reservation = transfer("reserve", purse.account, currency, .pending(timeoutSeconds: nil))
        return (taken, changes + [.transfers([reservation], at: now)])
    }

    /// What became of it; the changes belong in one commit.
    ///
    /// - Parameter outcome: not unknown.
    func settled(
        as outcome: GreyOutcome, on purse: Purse, _ currency: Currency, at now: Int64, by actor: String
    ) -> (GatePurchase, [PaymentChange]) {
        var settled = self
        settled.purse = purse.account
        settled.settledAt = now
        settled.isReserved = false
        var transfers: [Transfer] = []
        switch (outcome, report) {
        case (.debited, .paid): settled.state = .paid
        case (.debited, .grey): settled.state = .debited
        case (.notDebited, _), (.unknown, _): settled.state = .notDebited
        }
        if amount > 0 {
            if settled.state != .notDebited {
                transfers.append(
                    isReserved
                        ? transfer("post", purse.account, currency, .post(reservationID))
                        : transfer("paid", purse.account, currency, .posted))
            } else if isReserved {
                transfers.append(transfer("void", purse.account, currency, .void(reservationID)))
            }
        }
        if settled.state == .debited, amount > 0 {
            if let owner = purse.owner {
                transfers.append(
                    Transfer(
                        id: TransferID(derivedFrom: "\(name) refund"), debit: payee, credit: owner, amount: amount,
                        currency: currency, code: .refund,
                        reference: "\(report.purchase.terminal)/\(report.terminalSerial)"))
            } else {
                settled.isOwed = true
            }
        }
        let moving: [PaymentChange] = transfers.isEmpty ? [] : [.transfers(transfers, at: now)]
        return (settled.committed, [.gatePurchase(settled)] + moving + [settled.audit(at: now, by: actor)])
    }
}
