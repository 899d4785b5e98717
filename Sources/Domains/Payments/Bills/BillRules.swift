import ISO4217
import Instructions

/// What may become of a bill: pure, and every refusal leaves it as it was.
extension Bill {
    /// How far a terminal's clock may be from ours.
    public static let clockSkewSeconds = StatementReader.clockSkewSecondsMax

    /// The bill with one more item; `nil` for an item that is on it already, every field the same.
    ///
    /// The item comes while the bill is open by our clock, and was sold in the period by its terminal's, give or take
    /// ``clockSkewSeconds``.
    func adding(_ claims: BillItem, at now: Int64) throws(PaymentsError) -> Bill? {
        let item = Item(item: ItemizedBill.Item(claims), arrivedAt: now)
        if let known = items.first(where: { $0.key == item.key }) {
            guard known.item == item.item else {
                throw .duplicate(reason: "the terminal has used the sequence number for another item")
            }
            return nil
        }
        guard !removed.contains(item.key) else { throw .conflict(reason: "the seller has taken the item off") }
        try checkOpen(at: now)
        guard (startsAt - Self.clockSkewSeconds..<endsAt + Self.clockSkewSeconds).contains(claims.iat) else {
            throw .invalid(field: "iat", reason: "the item was not sold in the period of the bill")
        }
        guard claims.currency == currency else { throw .foreignCurrency(claims.currency, due: currency) }
        guard claims.amount > 0 else { throw .invalid(field: "amount", reason: "an amount above zero") }
        guard claims.sequence > 0 else { throw .invalid(field: "sequence", reason: "a number from 1") }
        guard (1...Self.descriptionBytesMax).contains(claims.description.utf8.count) else {
            throw .invalid(field: "description", reason: "1 to \(Self.descriptionBytesMax) bytes")
        }
        guard (1...64).contains(claims.jti.utf8.count) else {
            throw .invalid(field: "jti", reason: "1 to 64 bytes")
        }
        guard claims.seller != payer.rawValue else {
            throw .invalid(field: "seller", reason: "the payer's own account")
        }
        guard items.count + removed.count < Self.itemsMax else {
            throw .tooMany(kind: "items of a bill", max: Self.itemsMax)
        }
        var longer = self
        longer.items.append(item)
        guard
            let total = try? ItemizedBill(
                bill: id.rawValue, currency: currency, items: longer.items.map(\.item)
            ).total, total <= totalMax
        else { throw .conflict(reason: "the total would be above \(Money(minorUnits: totalMax, currency: currency))") }
        return longer
    }

    /// The bill without an item, which its seller takes off while it is open; `nil` when that was done before.
    func removing(_ claims: BillItemRemoval, at now: Int64) throws(PaymentsError) -> Bill? {
        let key = ItemKey(terminal: claims.iss, sequence: claims.sequence)
        guard !removed.contains(key) else { return nil }
        try checkOpen(at: now)
        guard let index = items.firstIndex(where: { $0.key == key }) else { throw .notFound(kind: "item") }
        var shorter = self
        shorter.items.remove(at: index)
        shorter.removed.append(key)
        return shorter
    }

    private func checkOpen(at now: Int64) throws(PaymentsError) {
        switch state(at: now) {
        case .open: return
        case .expired: throw .expired(kind: "bill")
        case .awaitingVerification: throw .conflict(reason: "the bill is closed")
        case let state: throw .conflict(reason: "the bill is \(state.rawValue)")
        }
    }

    /// The bill closed, by its payer or by time; `nil` when it is closed already and its confirmation is asked for.
    func closing(challenge: String, at now: Int64) throws(PaymentsError) -> Bill? {
        switch state(at: now) {
        case .open, .awaitingVerification: break
        case .expired: throw .expired(kind: "bill")
        case let state: throw .conflict(reason: "the bill is \(state.rawValue)")
        }
        guard self.challenge == nil else { return nil }
        guard !items.isEmpty else { throw .conflict(reason: "there is nothing on the bill") }
        var closed = become(.awaitingVerification, at: min(now, endsAt))
        closed.challenge = challenge
        return closed
    }

    /// The bill after a confirmation that is not valid.
    func failing(at now: Int64) -> Bill {
        var failed = self
        failed.failures += 1
        return failed.failures < Self.failuresMax ? failed : failed.become(.failed, at: now)
    }

    func become(_ state: State, at now: Int64) -> Bill {
        var bill = self
        bill.state = state
        bill.since = now
        return bill
    }

    /// What has come of it by time alone; `nil` when nothing has.
    func overdue(challenge: String, at now: Int64) -> Bill? {
        let due = state(at: now)
        guard due != state else { return nil }
        var bill = become(due, at: due == .expired && !items.isEmpty ? payableUntil : endsAt)
        if due == .awaitingVerification { bill.challenge = challenge }
        return bill
    }
}

// MARK: - Money

extension Bill {
    /// What each seller gets, in the order of their accounts' names.
    func shares() throws(PaymentsError) -> [(seller: AccountID, amount: Int64)] {
        var sums: [String: Int64] = [:]
        for item in items {
            let (sum, overflow) = sums[item.item.seller, default: 0].addingReportingOverflow(item.item.amount)
            guard !overflow else { throw .internal(reason: "a bill's share leaves 64 bits") }
            sums[item.item.seller] = sum
        }
        return sums.sorted { $0.key < $1.key }.map { (AccountID(unchecked: $0.key), $0.value) }
    }

    /// One transfer for each seller, linked: all of them or none. Who confirms again asks for the same.
    func transfers() throws(PaymentsError) -> [Transfer] {
        let shares = try shares()
        return shares.enumerated().map { index, share in
            Transfer(
                id: TransferID(derivedFrom: "bill \(id) \(share.seller)"), debit: payer, credit: share.seller,
                amount: share.amount, currency: currency, code: .billShare, isLinked: index < shares.count - 1,
                reference: id.rawValue)
        }
    }
}
