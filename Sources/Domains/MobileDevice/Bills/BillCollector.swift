public import ISO4217
public import Instructions

/// A client's device with one bill: it activates it, shows it to terminals, delivers what they sign, and confirms once.
///
///     let bill = try await collector.open(periodSeconds: 3_600, limit: nil, requestKey: key)
///     // terminals are touched
///     try await collector.deliver()
///     let shown = try await collector.close(requestKey: key)
///     let settlement = try await collector.confirm(shown, userVerified: true, pin: nil, at: now)
///
/// An item leaves the device only when the payment server has it: a delivery that fails is tried again with the next.
public actor BillCollector {
    private let service: any BillService
    private let emulation: HostCardEmulation
    private let key: PayerKey
    private var bill: ActiveBill?
    /// Items that the payment server has, as the terminals signed them.
    private var delivered: [SignedBillItem] = []

    public init(_ service: any BillService, emulation: HostCardEmulation, key: PayerKey) {
        self.service = service
        self.emulation = emulation
        self.key = key
    }

    /// Activates a bill and shows it from now on.
    public func open(
        periodSeconds: Int64, limit: Money?, requestKey: String
    ) async throws(BillCollectorError) -> ActiveBill {
        let bill = try await asking { () async throws(BillServiceError) in
            try await service.openBill(periodSeconds: periodSeconds, limit: limit, requestKey: requestKey)
        }
        guard let open = OpenBill(bill: bill.bill, currency: bill.currency) else { throw .differs("bill") }
        self.bill = bill
        delivered = []
        await emulation.show(open)
        return bill
    }

    /// Takes what terminals have handed over to the payment server.
    ///
    /// - Returns: the items that are on the bill now, and those that the server refused, with its reason.
    public func deliver() async throws(BillCollectorError) -> [ItemDelivery] {
        var deliveries: [ItemDelivery] = []
        try await deliver { deliveries.append($0) }
        return deliveries
    }

    /// As ``deliver()``, telling of each item as soon as the server has answered for it.
    func deliver(_ report: (ItemDelivery) async -> Void) async throws(BillCollectorError) {
        guard let bill else { throw .noBill }
        for compact in await emulation.items {
            if let item = SignedBillItem(bytes: Array(compact.utf8)) {
                await report(try await deliver(item, to: bill.bill))
            }
            await emulation.discard(compact)
        }
    }

    private func deliver(_ item: SignedBillItem, to bill: String) async throws(BillCollectorError) -> ItemDelivery {
        do {
            try await service.deliver(item.compact, to: bill)
        } catch .refused(let code, let detail) {
            return ItemDelivery(item: item.claims, refusal: "\(code): \(detail)")
        } catch {
            throw .service(error)
        }
        if !delivered.contains(item) { delivered.append(item) }
        return ItemDelivery(item: item.claims, refusal: nil)
    }

    /// Ends the collecting. What the server asks to be confirmed must be what this device has seen: every item that it
    /// delivered, unless its seller took it off, and no other.
    public func close(requestKey: String) async throws(BillCollectorError) -> BillToVerify {
        guard let bill else { throw .noBill }
        await emulation.show(nil)
        let shown = try await asking { () async throws(BillServiceError) in
            try await service.closeBill(bill.bill, requestKey: requestKey)
        }
        let seen = Set(delivered.map { ItemizedBill.Item($0.claims) })
        guard shown.list.bill == bill.bill, shown.list.currency == bill.currency else { throw .differs("bill") }
        guard shown.list.items.allSatisfy({ seen.contains($0) }) else { throw .differs("items") }
        guard let again = try? ItemizedBill(bill: bill.bill, currency: bill.currency, items: shown.list.items),
            again == shown.list
        else { throw .differs("total") }
        guard shown.digest == again.digest else { throw .differs("digest") }
        return shown
    }

    /// Confirms what the payer was shown, once and for all sellers.
    ///
    /// - Parameter now: seconds since 1970.
    public func confirm(
        _ shown: BillToVerify, userVerified: Bool, pin: String?, at now: Int64
    ) async throws(BillCollectorError) -> BillSettlement {
        let word = try? key.confirmation(
            of: .bill, shown.list.bill, digest: shown.list.digest, named: shown.challenge, total: shown.list.money,
            userVerified: userVerified, at: now)
        guard let word else { throw .key }
        return try await asking { () async throws(BillServiceError) in
            try await service.confirmBill(shown.list.bill, confirmation: word, pin: pin)
        }
    }

    /// The bill is over, or was given up: the device shows none any more.
    public func forget() async {
        bill = nil
        delivered = []
        await emulation.show(nil)
    }

    private func asking<Value: Sendable>(
        _ work: () async throws(BillServiceError) -> Value
    ) async throws(BillCollectorError) -> Value {
        do { return try await work() } catch { throw .service(error) }
    }
}

/// What became of one item.
public struct ItemDelivery: Hashable, Sendable {
    public let item: BillItem
    /// Why the server does not take it; `nil` when it is on the bill.
    public let refusal: String?
}

/// Why a device cannot go on with a bill.
public enum BillCollectorError: Error, Equatable, Sendable, CustomStringConvertible {
    case noBill
    /// The device's key does not sign.
    case key
    /// What the server asks to be confirmed is not what this device has seen.
    case differs(String)
    case service(BillServiceError)

    public var description: String {
        switch self {
        case .noBill: "no bill is open on this device"
        case .key: "the device's key does not sign"
        case .differs(let what): "the bill to be confirmed has other \(what) than this device has seen"
        case .service(let error): error.description
        }
    }
}
