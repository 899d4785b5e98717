public import Instructions

/// What a payer is asked to confirm: every item with its time and value, the total, and what the confirmation must name.
public struct BillVerification: Hashable, Sendable, Codable {
    public let list: ItemizedBill
    /// SHA-256 of the list, in base64url.
    public let digest: String
    /// `jti` of the confirmation.
    public let challenge: String
    public let payableUntil: Int64
}

/// What a valid confirmation has come to.
public enum BillSettlement: Hashable, Sendable {
    /// Every seller has been paid.
    case settled(Bill)
    /// Nothing moved: the account does not hold as much. The same can be confirmed again while the bill is payable.
    case insufficientFunds
}

extension BillDesk {
    /// Ends the collecting. What is closed already, by its payer or by the end of its period, is asked for again.
    public func close(_ id: BillID, by payer: AccountID) async throws(PaymentsError) -> BillVerification {
        let challenge = freshChallenge()
        return try await server.converging { now throws(PaymentsError) in
            let bill = try await bill(id, of: payer)
            guard let closed = try bill.closing(challenge: challenge, at: now) else {
                return (try Self.verification(of: bill), [])
            }
            return (
                try Self.verification(of: closed), Self.changes(to: closed, at: now, by: "payer \(payer)")
            )
        }
    }

    /// Gives a bill up, open or closed: nothing moves. What is cancelled already stays so.
    public func cancel(_ id: BillID, by payer: AccountID) async throws(PaymentsError) -> Bill {
        try await server.converging { now throws(PaymentsError) in
            let bill = try await bill(id, of: payer)
            switch bill.state(at: now) {
            case .open, .awaitingVerification: break
            case .cancelled: return (bill, [])
            case .expired: throw .expired(kind: "bill")
            case let state: throw .conflict(reason: "the bill is \(state.rawValue)")
            }
            let cancelled = bill.become(.cancelled, at: now)
            return (cancelled.committed, Self.changes(to: cancelled, at: now, by: "payer \(payer)"))
        }
    }

    /// Pays every seller what the confirmed list says, all of them or none, once.
    ///
    /// - Parameters:
    ///   - confirmation: a signed `PayerConfirmation` over the list and its total, named by the challenge.
    ///   - pin: where the device has not verified its user.
    /// - Throws: what ``PayerDesk/verify(_:pin:of:as:)`` throws, counted: after ``Bill/failuresMax`` of them the bill has
    ///   failed.
    public func confirm(
        _ id: BillID, by payer: AccountID, confirmation: String, pin: PaymentPIN?
    ) async throws(PaymentsError) -> BillSettlement {
        let bill = try await bill(id, of: payer)
        if bill.state == .settled { return .settled(bill) }
        let verification = try Self.verification(of: bill, at: server.clock.now())
        try await checkDevice(of: bill)
        do {
            try await verify(confirmation, pin: pin, of: bill, verification)
        } catch {
            if error.isInvalidConfirmation { try await countFailure(of: id, by: payer) }
            throw error
        }
        do {
            return try await settle(id, of: payer, verification)
        } catch .transferRefused(.exceedsCredits(payer)) {
            return .insufficientFunds
        }
    }

    private func verify(
        _ compact: String, pin: PaymentPIN?, of bill: Bill, _ verification: BillVerification
    ) async throws(PaymentsError) {
        let payer = try await payers.payer(bill.payer).payer
        let confirmation = try server.confirmation(compact, by: payer, at: server.clock.now())
        guard confirmation.jti == verification.challenge else { throw .confirmationDiffers(field: "jti") }
        try await payers.verify(
            compact, pin: pin, of: bill.payer,
            as: Confirmable(
                subject: .bill, reference: bill.id.rawValue, shown: verification.list.bytes,
                total: verification.list.money))
    }

    /// The bill is settled and the money moves in one transaction; the list is the one that was confirmed.
    private func settle(
        _ id: BillID, of payer: AccountID, _ verification: BillVerification
    ) async throws(PaymentsError) -> BillSettlement {
        try await server.converging { now throws(PaymentsError) in
            let bill = try await bill(id, of: payer)
            if bill.state == .settled { return (.settled(bill), []) }
            guard try Self.verification(of: bill, at: now) == verification else {
                throw .conflict(reason: "the bill has changed since it was shown")
            }
            let settled = bill.become(.settled, at: now)
            return (
                .settled(settled.committed),
                Self.changes(to: settled, at: now, by: "payer \(payer)") + [.transfers(try bill.transfers(), at: now)]
            )
        }
    }

    private func countFailure(of id: BillID, by payer: AccountID) async throws(PaymentsError) {
        try await server.converging { now throws(PaymentsError) in
            let bill = try await bill(id, of: payer)
            guard bill.state(at: now) == .awaitingVerification else { return ((), []) }
            let failing = bill.failing(at: now)
            return (
                (),
                [
                    .bill(failing),
                    .audit(
                        Self.entry(failing, "bill not confirmed, \(failing.failures)", by: "payer \(payer)", at: now)),
                ]
            )
        }
    }

    private static func verification(of bill: Bill) throws(PaymentsError) -> BillVerification {
        guard let challenge = bill.challenge else { throw .internal(reason: "a closed bill without a challenge") }
        let list = try bill.list()
        return BillVerification(
            list: list, digest: list.digest, challenge: challenge, payableUntil: bill.payableUntil)
    }

    /// What is to be confirmed now.
    private static func verification(of bill: Bill, at now: Int64) throws(PaymentsError) -> BillVerification {
        switch bill.state(at: now) {
        case .awaitingVerification where bill.challenge != nil: return try verification(of: bill)
        case .open, .awaitingVerification:
            throw .conflict(reason: "the bill is not closed: close it to see what it says")
        case .expired: throw .expired(kind: "bill")
        case let state: throw .conflict(reason: "the bill is \(state.rawValue)")
        }
    }
}

extension PaymentsError {
    /// The payer's device or PIN did not confirm; the request itself was sound.
    fileprivate var isInvalidConfirmation: Bool {
        switch self {
        case .statementRefused, .confirmationDiffers, .verificationRequired, .pinRefused: true
        default: false
        }
    }
}
