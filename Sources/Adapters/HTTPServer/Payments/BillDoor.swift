import ISO4217
import Instructions
import Payments
import SeneschalAPI

/// The door of virtual bills.
struct BillDoor: Sendable {
    let bills: BillDesk

    func register(on router: inout DoorRouter) {
        registerCollecting(on: &router)
        registerClosing(on: &router)
    }

    private func registerCollecting(on router: inout DoorRouter) {
        router.on(Endpoints.openBill) { body, visit in
            let payer = try visit.payer()
            let account = try await bills.payers.payer(payer).account
            let limit = body.limit.map { Money(minorUnits: Int64($0), currency: account.currency) }
            let bill = try await bills.open(
                for: payer, periodSeconds: Int64(body.periodSeconds), limit: limit, visit.paymentRequestKey())
            return try API.Bill(bill, at: bills.server.clock.now())
        }
        router.on(Endpoints.listBills) { _, visit in
            let now = bills.server.clock.now()
            let found = try await bills.bills(of: visit.payer(), limit: visit.limit)
            return .init(items: try found.map { try API.Bill($0, at: now) })
        }
        router.on(Endpoints.getBill) { _, visit in
            let bill = try await bills.bill(visit.paymentIdentifier("bill"), of: visit.payer())
            return try API.Bill(bill, at: bills.server.clock.now())
        }
        router.on(Endpoints.addBillItem) { body, visit in
            .init(try await bills.add(body.statement, to: visit.paymentIdentifier("bill"), by: visit.payer()))
        }
        router.on(Endpoints.removeBillItem) { body, _ in .init(try await bills.remove(body.statement)) }
    }

    private func registerClosing(on router: inout DoorRouter) {
        router.on(Endpoints.closeBill) { _, visit in
            .init(try await bills.close(visit.paymentIdentifier("bill"), by: visit.payer()))
        }
        router.on(Endpoints.confirmBill) { body, visit in
            let pin = try body.pin.map { text throws(PaymentsError) in try PaymentPIN(text: text) }
            let settlement = try await bills.confirm(
                visit.paymentIdentifier("bill"), by: visit.payer(), confirmation: body.confirmation, pin: pin)
            return try .init(settlement)
        }
        router.on(Endpoints.cancelBill) { _, visit in
            let bill = try await bills.cancel(visit.paymentIdentifier("bill"), by: visit.payer())
            return try API.Bill(bill, at: bills.server.clock.now())
        }
    }
}

extension API.Bill {
    init(_ bill: Bill, at now: Int64) throws(PaymentsError) {
        let list = try bill.list()
        self.init(
            bill: bill.id.rawValue, currency: bill.currency.code, startsAt: .init(secondsSince1970: bill.startsAt),
            endsAt: .init(secondsSince1970: bill.endsAt), payableUntil: .init(secondsSince1970: bill.payableUntil),
            limit: Int(bill.totalMax), items: list.items.map(API.BillItem.init), total: Int(list.total),
            state: bill.state(at: now).api)
    }
}

extension API.BillItem {
    fileprivate init(_ item: ItemizedBill.Item) {
        self.init(
            terminal: item.terminal, sequence: Int(item.sequence), name: item.name, seller: item.seller,
            description: item.description, amount: Int(item.amount), soldAt: .init(secondsSince1970: item.soldAt))
    }
}

extension API.BillReceipt {
    fileprivate init(_ receipt: BillReceipt) {
        self.init(bill: receipt.bill.rawValue, terminal: receipt.terminal, sequence: Int(receipt.sequence))
    }
}

extension API.BillVerification {
    fileprivate init(_ verification: BillVerification) {
        let list = verification.list
        self.init(
            bill: list.bill, currency: list.currency.code, items: list.items.map(API.BillItem.init),
            total: Int(list.total), digest: verification.digest, challenge: verification.challenge,
            payableUntil: .init(secondsSince1970: verification.payableUntil))
    }
}

extension API.BillSettlement {
    fileprivate init(_ settlement: BillSettlement) throws(PaymentsError) {
        switch settlement {
        case .settled(let bill):
            var shares: [String: Int64] = [:]
            // The total fits, and so does every part of it.
            for item in try bill.list().items { shares[item.seller, default: 0] += item.amount }
            self.init(
                outcome: .settled,
                shares: shares.sorted { $0.key < $1.key }.map { Share(seller: $0.key, amount: Int($0.value)) })
        case .insufficientFunds: self.init(outcome: .insufficientFunds, shares: [])
        }
    }
}

extension Bill.State {
    fileprivate var api: API.BillState {
        switch self {
        case .open: .open
        case .awaitingVerification: .awaitingVerification
        case .settled: .settled
        case .failed: .failed
        case .expired: .expired
        case .cancelled: .cancelled
        }
    }
}
