import ISO4217
import Instructions
import Payments
import SeneschalAPI

extension API.LedgerAccount {
    init(_ account: LedgerAccount) {
        self.init(
            account: account.id.rawValue, kind: account.kind.api, label: account.label,
            currency: account.currency.code, balance: Int(account.balance.minorUnits),
            available: account.available.map { Int($0) },
            reserved: Int(account.kind.normalSide == .credit ? account.debitsPending : account.creditsPending),
            createdAt: .init(secondsSince1970: account.createdAt),
            closedAt: account.closedAt.map { Timestamp(secondsSince1970: $0) })
    }
}

extension LedgerAccount.Kind {
    fileprivate var api: API.PaymentAccountKind {
        switch self {
        case .payer: .payer
        case .merchant: .merchant
        case .issuerSettlement: .issuerSettlement
        case .reward: .reward
        case .transit: .transit
        case .purse: .purse
        case .equity: .equity
        }
    }
}

extension API.PaymentAccountKind {
    var domain: LedgerAccount.Kind {
        switch self {
        case .payer: .payer
        case .merchant: .merchant
        case .issuerSettlement: .issuerSettlement
        case .reward: .reward
        case .transit: .transit
        case .purse: .purse
        case .equity: .equity
        }
    }
}

extension API.LedgerTransfer {
    init(_ recorded: RecordedTransfer) {
        let transfer = recorded.transfer
        self.init(
            transfer: transfer.id.hex, number: Int(recorded.number), debit: transfer.debit.rawValue,
            credit: transfer.credit.rawValue, amount: Int(transfer.amount), currency: transfer.currency.code,
            code: "\(transfer.code)", phase: transfer.phase.name, reference: transfer.reference,
            at: .init(secondsSince1970: recorded.at))
    }
}

extension Transfer.Phase {
    fileprivate var name: String {
        switch self {
        case .posted: "posted"
        case .pending: "pending"
        case .post: "post"
        case .void: "void"
        }
    }
}

extension API.TrialBalance {
    init(_ snapshot: LedgerSnapshot) {
        let totals = snapshot.totals.sorted { $0.key.code < $1.key.code }
        self.init(
            currencies: totals.map { currency, totals in
                API.CurrencyTotal(
                    currency: currency.code, debits: "\(totals.debitsPosted)", credits: "\(totals.creditsPosted)")
            }, accounts: snapshot.accounts.count)
    }
}

extension API.PaymentParty {
    init(_ platform: Platform) {
        self.init(
            name: platform.name.value, registeredAt: .init(secondsSince1970: platform.registeredAt),
            suspendedAt: platform.suspendedAt.map { Timestamp(secondsSince1970: $0) })
    }

    init(_ terminal: Payments.Terminal) {
        self.init(
            name: terminal.name.value, registeredAt: .init(secondsSince1970: terminal.registeredAt),
            suspendedAt: terminal.suspendedAt.map { Timestamp(secondsSince1970: $0) })
    }
}

extension API.PaymentOrder {
    init(_ order: Order) {
        self.init(
            order: order.id.rawValue, payer: order.payer.rawValue, payee: order.payee.rawValue,
            merchantName: order.instruction.merchantName, description: order.instruction.description,
            amount: Int(order.amount), currency: order.instruction.currency.code, state: order.state.api,
            createdAt: .init(secondsSince1970: order.createdAt), expiresAt: .init(secondsSince1970: order.expiresAt))
    }
}

extension Order.State {
    fileprivate var api: API.PaymentOrderState {
        switch self {
        case .open: .open
        case .paid: .paid
        case .declined: .declined
        case .expired: .expired
        case .cancelled: .cancelled
        }
    }
}

extension API.PaymentAuditEntry {
    init(_ entry: Payments.AuditEntry) {
        self.init(
            at: .init(secondsSince1970: entry.at), actor: entry.actor, action: entry.action, subject: entry.subject,
            detail: entry.detail)
    }
}
