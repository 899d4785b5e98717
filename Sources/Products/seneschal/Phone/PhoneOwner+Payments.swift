import Assembly
import CardCryptography
import ISO4217
import Instructions
import MobileDevice
import SeneschalAPI
import SeneschalClient

// What the owner pays with the payment account, word by word.

extension PhoneOwner {
    /// What `help` prints of it.
    static let paymentHelp = """

        With a payment account
        account                what is on your payment account
        tag PORT [CENTS]       read the tag in the air there, and pay what it asks for, or as much as you say
        object OBJECT [COUNT]  order what a merchant has published, and pay
        orders                 your newest orders
        bill                   what is on your bill
        bill open [MINUTES [CENTS]] show a bill to terminals for an hour, or so long; it goes no higher than CENTS
        bill pay               end the collecting and pay all sellers, once
        bill cancel            give the bill up: nothing moves

        help, quit
        """

    /// - Returns: whether there is such a command.
    func followPayment(_ command: String, _ words: [String]) async throws -> Bool {
        switch (command, words.count) {
        case ("account", 0): try await showAccount()
        case ("tag", 1...2): try await payTag(words)
        case ("object", 1...2): try await payObject(words)
        case ("orders", 0): try await showOrders()
        case ("bill", 0): try await showBill()
        case ("bill", 1...3) where words[0] == "open": try await openBill(Array(words.dropFirst()))
        case ("bill", 1) where words[0] == "pay": try await payBill()
        case ("bill", 1) where words[0] == "cancel": try await cancelBill()
        case ("account", _), ("tag", _), ("object", _), ("orders", _), ("bill", _):
            throw CommandFailure(.usage, "\(command): these are not its words", nextStep: "help")
        default: return false
        }
        return true
    }

    private func account() throws -> PhonePayments {
        guard let payments else {
            throw CommandFailure(
                .refused, "this telephone has no payment account",
                nextStep: "seneschal pay payer open, then start the telephone with --payer FILE")
        }
        return payments
    }

    private func number<Number: FixedWidthInteger>(_ word: String, _ name: String) throws -> Number {
        guard let number = Number(word), number > 0 else { throw CommandFailure(.usage, "\(word) is no \(name)") }
        return number
    }

    private func pin() async throws -> String { try await answer(to: "Payment PIN", isSecret: true) }

    // MARK: - Account and orders

    private func showAccount() async throws {
        let account = try await account().client.send(Endpoints.getPayerAccount, NoBody())
        try answer(account) {
            ["\(account.account)  \(account.label)  \(money(account.balance, account.currency))"]
        }
    }

    private func showOrders() async throws {
        let orders = try await account().client.list(Endpoints.listOrders)
        try answer(orders) {
            orders.items.isEmpty
                ? ["nothing has been ordered yet"]
                : orders.items.map {
                    "\($0.order)  \($0.state.rawValue)  \(money($0.amount, $0.currency))  \($0.merchantName)  \($0.description)"
                }
        }
    }

    private func payTag(_ words: [String]) async throws {
        let payments = try account()
        let phone = try payments.phone()
        let port: UInt16 = try number(words[0], "port")
        let cents: Int64? = try words.count > 1 ? number(words[1], "amount in cents") : nil
        let amount: Money? = if let cents { try await payments.money(cents) } else { nil }
        try await pay(try await phone.order(of: .inTheAir(at: port), amount: amount), phone)
    }

    private func payObject(_ words: [String]) async throws {
        let phone = try account().phone()
        let count: Int = try words.count > 1 ? number(words[1], "count") : 1
        try await pay(try await phone.order(ofObject: words[0], quantity: count), phone)
    }

    /// Whom and how much is shown; the PIN is the owner's agreement.
    private func pay(_ pending: PayerPhone.PendingOrder, _ phone: PayerPhone) async throws {
        let order = pending.order
        say("to \(order.merchantName)  \(order.description)  \(order.amount)")
        let pin = SecretBytes(Array(try await pin().utf8))
        let paid = try await phone.pay(pending, pin: pin)
        let answered = try await account().client.send(Endpoints.getOrder, NoBody(), ["order": paid.name])
        try answer(answered) { ["\(paid.state.rawValue)  \(paid.amount) to \(paid.merchantName)  \(paid.name)"] }
    }

    // MARK: - Bills

    private func openBill(_ words: [String]) async throws {
        let payments = try account()
        let minutes: Int64 = try words.isEmpty ? 60 : number(words[0], "number of minutes")
        let cents: Int64? = try words.count > 1 ? number(words[1], "amount in cents") : nil
        let limit: Money? = if let cents { try await payments.money(cents) } else { nil }
        guard minutes <= 1_440 else { throw CommandFailure(.usage, "a bill is open for a day at most: 1440 minutes") }
        let bill = try await payments.collector.open(
            periodSeconds: minutes * 60, limit: limit, requestKey: SeneschalClient.newIdempotencyKey())
        self.bill = CollectedBill(
            name: bill.bill,
            delivering: Task { [collector = payments.collector] in
                await collector.deliverAsItComes { await self.say($0.inWords) }
            })
        let opened = try await payments.client.send(Endpoints.getBill, NoBody(), ["bill": bill.bill])
        try answer(opened) {
            ["\(bill.bill) is open for \(minutes) minutes: hold the telephone to terminals, then bill pay"]
        }
    }

    private func showBill() async throws {
        let client = try account().client
        let newest = try await client.list(Endpoints.listBills, limit: 1).items.first
        guard let newest else { throw CommandFailure(.refused, "there is no bill yet", nextStep: "bill open") }
        try answer(newest) {
            newest.items.map { "\(money($0.amount, newest.currency))  \($0.description)" }
                + ["\(money(newest.total, newest.currency)) together  \(newest.bill)  \(newest.state.inWords)"]
        }
    }

    private func payBill() async throws {
        let payments = try account()
        guard let bill else {
            throw CommandFailure(.refused, "no bill is open on this telephone", nextStep: "bill open")
        }
        bill.delivering.cancel()
        await bill.delivering.value
        for delivery in try await payments.collector.deliver() { say(delivery.inWords) }
        let shown = try await payments.collector.close(requestKey: SeneschalClient.newIdempotencyKey())
        for item in shown.list.items { say(shown.list.inWords(item)) }
        say("\(shown.list.money) together")
        let settlement = try await payments.collector.confirm(
            shown, userVerified: false, pin: try await pin(), at: SystemClock().now())
        guard case .settled(let shares) = settlement else {
            throw CommandFailure(
                .refused, "the account does not hold as much: nothing was paid",
                nextStep: "put money on it; then bill pay again, or bill cancel")
        }
        self.bill = nil
        await payments.collector.forget()
        let settled = try await payments.client.send(Endpoints.getBill, NoBody(), ["bill": bill.name])
        try answer(settled) {
            ["paid  \(shown.list.money) to \(shares.count) seller\(shares.count == 1 ? "" : "s")  \(bill.name)"]
        }
    }

    /// Also one that this telephone has shown before it was switched off.
    private func cancelBill() async throws {
        let payments = try account()
        let newest = try await payments.client.list(Endpoints.listBills, limit: 1).items.first
        guard let name = bill?.name ?? newest?.bill else {
            throw CommandFailure(.refused, "there is no bill", nextStep: "bill open")
        }
        bill?.delivering.cancel()
        bill = nil
        await payments.collector.forget()
        let cancelled = try await payments.client.send(Endpoints.cancelBill, .init(), ["bill": name])
        try answer(cancelled) { ["\(name) is given up: nothing was paid"] }
    }

    private func money(_ cents: Int, _ code: String) -> String {
        Currency(code).map { "\(Money(minorUnits: Int64(cents), currency: $0))" } ?? "\(cents) \(code)"
    }
}

/// A bill that terminals find on this telephone.
struct CollectedBill: Sendable {
    let name: String
    /// Takes what comes to the payment server.
    let delivering: Task<Void, Never>
}

extension API.BillState {
    fileprivate var inWords: String {
        switch self {
        case .open: "open"
        case .awaitingVerification: "waits for bill pay"
        case .settled: "paid"
        case .failed, .expired, .cancelled: "\(rawValue): nothing was paid"
        }
    }
}
