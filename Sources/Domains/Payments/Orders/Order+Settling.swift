import Foundation
import Instructions

extension Order {
    /// The order as it is at a time, whether or not anybody has written it down since.
    func asOf(_ now: Int64) -> Order {
        var order = self
        order.state = state(at: now)
        return order
    }

    func checkIsOpen(at now: Int64) throws(PaymentsError) {
        switch state(at: now) {
        case .open: return
        case .expired: throw .expired(kind: "order")
        case .paid, .declined, .cancelled: throw .conflict(reason: "the order is \(state.rawValue)")
        }
    }

    /// The one transfer that pays it.
    var transfer: Transfer {
        Transfer(
            id: transferID, debit: payer, credit: payee, amount: amount, currency: instruction.currency,
            code: instruction.origin == .tag ? .tagPayment : .objectPayment, reference: id.rawValue)
    }

    /// The order closed without a payment; closed so already, nothing changes.
    func closed(
        as state: State, at now: Int64, by actor: String
    ) throws(PaymentsError) -> (Order, [PaymentChange]) {
        if self.state == state { return (self, []) }
        try checkIsOpen(at: now)
        return try settled(as: state, at: now, by: actor)
    }

    /// The order as it ends, with everything that is written beside it: the platform's line, the trail's line.
    func settled(
        as state: State, at now: Int64, by actor: String
    ) throws(PaymentsError) -> (Order, [PaymentChange]) {
        var order = self
        order.state = state
        order.settledAt = now
        let entry = AuditEntry(
            at: now, actor: actor, action: "order \(state.rawValue)", subject: id.rawValue,
            detail: "\(money) to \(payee)")
        return (order.committed, [.order(order), .outbox(try order.line(at: now)), .audit(entry)])
    }

    private func line(at now: Int64) throws(PaymentsError) -> OutboxLine {
        let result = OrderResult(
            instruction: instruction.jti, state: PaymentResult.State(state), order: id, amount: amount,
            currency: instruction.currency, at: now)
        let body: Data
        do { body = try JSONEncoder().encode(result) } catch { throw .internal(reason: "\(error)") }
        return OutboxLine(
            destination: instruction.iss, kind: .orderResult, body: String(decoding: body, as: UTF8.self),
            createdAt: now,
            nextAttemptAt: now)
    }
}

extension PaymentResult.State {
    init(_ state: Order.State) {
        switch state {
        case .paid: self = .paid
        case .expired: self = .expired
        case .open, .declined, .cancelled: self = .declined
        }
    }
}
