import ISO4217
import Instructions

extension MerchantPlatform {
    public static let openOrdersOfUserMax = 20
    /// How long after an instruction has expired the payment server's word is waited for, before it is asked for.
    public static let lapseSeconds: Int64 = 3_600
    /// How long after an instruction has expired a payment server that does not answer is asked, before it is done without its word.
    public static let inquirySecondsMax: Int64 = 86_400
    /// Orders that lapse in one transaction.
    static let lapsesMax = 100

    /// *Target object transfer request*: reserves so many of an object and signs the instruction to pay for them.
    ///
    /// The amount is price times quantity, nothing else; no account of the user's is asked for (XFER-04).
    public func order(
        _ quantity: Int64, of id: TargetObjectID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> ObjectOrderAnswer {
        let user = try requester.user()
        return try await once(requester, "object.order", fields: [id.rawValue, "\(quantity)"]) {
            records, now throws(MerchantsError) in
            guard let object = try records.object(id) else { throw Self.objectUnknown }
            let merchant = try active(object.merchant, records)
            guard object.state == .published, object.period.contains(now) else {
                throw .wrongState(reason: "the object is not for sale now")
            }
            let amount = try price(of: quantity, object)
            guard try records.openOrderCount(of: user, at: now) < Self.openOrdersOfUserMax else {
                throw .limit(reason: "\(Self.openOrdersOfUserMax) orders of the user wait for their payment")
            }
            guard try take(quantity, of: id, records) else {
                throw .wrongState(reason: "not so many of the object are left")
            }
            let number = InstructionID.random(random)
            let text = quantity == 1 ? object.title : "\(quantity) × \(object.title)"
            var issued = try issue(
                number,
                .init(
                    origin: .object, reference: id.rawValue, amount: amount.minorUnits, text: text,
                    until: object.period.end),
                for: merchant, requestDigest: [], now)
            issued.order = .init(user: user, object: id, quantity: quantity, isReserved: true)
            try records.apply(.putInstruction(issued))
            let answer = ObjectOrderAnswer(
                instruction: number, object: id, merchantName: merchant.name, title: object.title,
                quantity: quantity, amount: amount, statement: issued.signed, expiresAt: issued.statement.exp)
            return Done(answer, detail: "\(number)")
        }
    }

    private func price(of quantity: Int64, _ object: TargetObject) throws(MerchantsError) -> Money {
        guard (1...object.quantityMax).contains(quantity) else {
            throw .invalid(field: "quantity", reason: "1 to \(object.quantityMax)")
        }
        do {
            let amount = try Money(minorUnits: object.price, currency: object.currency).multiplied(by: quantity)
            guard amount.minorUnits <= PayTag.amountMax else { throw MoneyError.overflow }
            return amount
        } catch {
            throw .invalid(field: "quantity", reason: "the amount is too large")
        }
    }

    /// What became of an order of the user's (XFER-07).
    public func order(
        _ id: InstructionID, of user: PlatformUserID
    ) async throws(MerchantsError) -> IssuedInstruction {
        try await store.read { records throws(MerchantsError) in
            guard let issued = try records.instruction(id), issued.order?.user == user else {
                throw .notFound(field: "order", reason: "no order of this number")
            }
            return issued
        }
    }

    /// The newest orders of a user's.
    public func orders(of user: PlatformUserID, limit: Int) async throws(MerchantsError) -> [IssuedInstruction] {
        try await store.read { records throws(MerchantsError) in
            try records.orders(of: user, limit: min(limit, Self.pageEntriesMax))
        }
    }

    /// Frees what is reserved for orders that nothing was heard of, once the payment server has been asked after them: what
    /// it says goes, and an order that it knows nothing of cannot be paid any more. Where it cannot be asked, or does not
    /// answer for a day, what is reserved is free all the same, and it may still say that the order is paid.
    ///
    /// - Returns: how many have lapsed.
    public func lapseOrders() async throws(MerchantsError) -> Int {
        let now = clock.now()
        let silent = try await store.read { records throws(MerchantsError) in
            try records.silentOrders(expiredBefore: now - Self.lapseSeconds, limit: Self.lapsesMax)
        }
        var lapsing: [InstructionID] = []
        var isReached = true
        for issued in silent {
            let isGivenUp = issued.statement.exp < now - Self.inquirySecondsMax
            guard let inquiry, isReached else {
                if inquiry == nil || isGivenUp { lapsing.append(issued.id) }
                continue
            }
            do throws(MerchantsError) {
                switch try await inquiry.standing(of: issued.id) {
                case .unknown: lapsing.append(issued.id)
                case .open: break
                case .settled(let result): _ = try await takeResult(result)
                }
            } catch {
                // One that is not reached now is not asked after the others in this round.
                if case .unfinished = error { isReached = false }
                if isGivenUp { lapsing.append(issued.id) }
            }
        }
        return try await lapse(lapsing)
    }

    private func lapse(_ lapsing: [InstructionID]) async throws(MerchantsError) -> Int {
        guard !lapsing.isEmpty else { return 0 }
        return try await store.transact { records throws(MerchantsError) in
            var count = 0
            for id in lapsing {
                // The payment server's word may have come meanwhile.
                guard var issued = try records.instruction(id), issued.state == .open, var order = issued.order else {
                    continue
                }
                if order.isReserved { try giveBack(order.quantity, of: order.object, records) }
                order.isReserved = false
                issued.order = order
                issued.state = .lapsed
                try records.apply(.putInstruction(issued))
                count += 1
            }
            return count
        }
    }
}
