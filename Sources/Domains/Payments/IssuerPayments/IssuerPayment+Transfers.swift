import ISO4217

extension IssuerPayment {
    /// What reserves the money before the request leaves. It does not expire: only the issuer's word settles it.
    var reservation: Transfer { transfer(.pending(timeoutSeconds: nil), "reserve") }

    /// What moves it when the issuer has approved.
    var posting: Transfer { transfer(.post(reservation.id), "post") }

    /// What frees it when the issuer has declined, or undone it.
    var voiding: Transfer { transfer(.void(reservation.id), "void") }

    private func transfer(_ phase: Transfer.Phase, _ step: String) -> Transfer {
        Transfer(
            id: TransferID(derivedFrom: "issuer payment \(id) \(step)"), debit: settlement, credit: merchant,
            amount: amount.minorUnits, currency: amount.currency, code: .cardPayment, phase: phase,
            reference: id.rawValue)
    }

    // MARK: - States

    /// What the issuer's answer makes of it; the changes belong in one commit.
    func answered(_ answer: IssuerPaymentAnswer, at now: Int64) -> (IssuerPayment, [PaymentChange]) {
        var payment = self
        payment.state = answer.isApproved ? .approved : .declined
        payment.answer = answer
        payment.settledAt = now
        let transfer = answer.isApproved ? posting : voiding
        return (payment, [.issuerPayment(payment), .transfers([transfer], at: now), payment.audit(at: now)])
    }

    /// Nobody knows what the issuer did: it is to undo it. The money stays reserved.
    func reversing(_ numbers: LegNumbers, at now: Int64) -> IssuerPayment {
        var payment = self
        payment.state = .reversing
        payment.answer = .cancelled
        payment.reversal = numbers
        payment.nextReversalAt = now
        return payment
    }

    /// The issuer has accepted the reversal.
    func reversed(at now: Int64) -> (IssuerPayment, [PaymentChange]) {
        var payment = self
        payment.state = .reversed
        payment.nextReversalAt = nil
        payment.settledAt = now
        return (payment, [.issuerPayment(payment), .transfers([voiding], at: now), payment.audit(at: now)])
    }

    func audit(at now: Int64) -> PaymentChange {
        .audit(
            AuditEntry(
                at: now, actor: "terminal \(terminal)", action: "issuer-payment", subject: id.rawValue,
                detail: "\(amount) with \(maskedNumber): \(state.rawValue)"))
    }

    /// The reversal has been tried: when to try again.
    func reversalTried(at now: Int64) -> IssuerPayment {
        var payment = self
        payment.reversalAttempts += 1
        payment.nextReversalAt = now + min(Self.reversalDelayMax, 1 << Int64(min(payment.reversalAttempts, 12)))
        return payment
    }

    /// Seconds between two attempts: twice as many each time, an hour at most.
    static let reversalDelayMax: Int64 = 3_600
}
