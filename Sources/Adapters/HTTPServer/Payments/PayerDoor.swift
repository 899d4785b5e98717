import CardCryptography
import ISO4217
import Payments
import SeneschalAPI

/// The door of payers' devices: accounts and orders.
struct PayerDoor: Sendable {
    let payers: PayerDesk
    let orders: OrderDesk

    func register(on router: inout DoorRouter) {
        registerAccounts(on: &router)
        registerOrders(on: &router)
        router.on(Endpoints.getPaymentServerKey) { _, _ in
            let (name, publicKey) = try payers.server.keys.signingKey()
            return .init(server: payers.server.name.value, keyName: name, publicKey: publicKey.pem)
        }
    }

    private func registerAccounts(on router: inout DoorRouter) {
        router.on(Endpoints.openPayerAccount) { body, _ in
            let opened = try await payers.open(
                label: body.label, currency: try currency(body.currency),
                device: DeviceKey(point: body.deviceKey.bytes), pin: try PaymentPIN(text: body.pin))
            return .init(
                account: .init(opened.account), deviceKeyName: opened.payer.device.name,
                server: payers.server.name.value, secret: String(decoding: opened.secret.revealed(), as: UTF8.self))
        }
        router.on(Endpoints.getPayerAccount) { _, visit in .init(try await payers.payer(visit.payer()).account) }
        router.on(Endpoints.listPayerTransfers) { _, visit in
            let transfers = try await payers.transfers(of: visit.payer(), limit: visit.limit)
            return .init(items: transfers.map(API.LedgerTransfer.init))
        }
        router.on(Endpoints.replacePayerDevice) { body, visit in
            let payer = try await payers.replaceDevice(
                of: visit.payer(), with: DeviceKey(point: body.deviceKey.bytes), pin: try PaymentPIN(text: body.pin))
            return .init(deviceKeyName: payer.device.name)
        }
        router.on(Endpoints.replacePayerPIN) { body, visit in
            let account = try visit.payer()
            try await payers.replacePIN(
                of: account, try PaymentPIN(text: body.pin), with: try PaymentPIN(text: body.newPIN))
            return .init(deviceKeyName: try await payers.payer(account).payer.device.name)
        }
    }

    private func registerOrders(on router: inout DoorRouter) {
        router.on(Endpoints.makeOrder) { body, visit in
            let account = try await payers.payer(visit.payer()).account
            // An amount is in the payer's currency, which the instruction's has to be too.
            let amount = body.amount.map { Money(minorUnits: Int64($0), currency: account.currency) }
            let order = try await orders.makeOrder(
                of: body.instruction, amount: amount, by: account.id, visit.paymentRequestKey())
            return .init(order)
        }
        router.on(Endpoints.listOrders) { _, visit in
            .init(items: try await orders.orders(of: visit.payer(), limit: visit.limit).map(API.PaymentOrder.init))
        }
        router.on(Endpoints.getOrder) { _, visit in
            .init(try await orders.order(visit.paymentIdentifier("order"), of: visit.payer()))
        }
        router.on(Endpoints.payOrder) { body, visit in
            let pin = try body.pin.map { text throws(PaymentsError) in try PaymentPIN(text: text) }
            let order = try await orders.pay(
                visit.paymentIdentifier("order"), by: visit.payer(), confirmation: body.confirmation, pin: pin)
            return .init(order)
        }
        router.on(Endpoints.declineOrder) { _, visit in
            let order = try await orders.decline(
                visit.paymentIdentifier("order"), by: visit.payer(), visit.paymentRequestKey())
            return .init(order)
        }
    }
}

/// - Throws: a ``Problem`` for a code that is not in ISO 4217.
func currency(_ code: String) throws(Problem) -> Currency {
    guard let currency = Currency(code) else {
        throw Problem(.invalidField, detail: "an alphabetic code of ISO 4217, such as EUR", field: "currency")
    }
    return currency
}

extension PaymentPIN {
    /// - Throws: ``PaymentsError/invalid(field:reason:)`` for what is no PIN.
    init(text: String) throws(PaymentsError) { try self.init(SecretBytes(Array(text.utf8))) }
}
