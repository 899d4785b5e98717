extension PaymentDesk {
    /// Takes a payment back whose answer its acquirer did not get, or could not use: once, however often it is asked for.
    ///
    /// The wish is written down first; an issuer that is silent is asked again by ``settleAll()`` until it has the money
    /// given back. A transaction that has not come yet is declined when it comes.
    public func reverse(
        _ transaction: String, of acquirer: AcquirerName
    ) async throws(WalletError) -> PaymentReversal {
        try PaymentRequest.check(transaction: transaction)
        let known = try await stored { () async throws(WalletStoreError) in
            try await store.payment(of: acquirer, transaction: transaction)
        }
        guard var record = known else { return try await reverseUnseen(transaction, of: acquirer) }
        if record.isReversedUnseen { return .notSeen }
        if record.reversalWantedAt == nil {
            if case .declined? = record.outcome { return .declinedBefore }
            record = try await wanted(record, isGivenUp: record.outcome == nil, "asked for by the acquirer")
        }
        do throws(WalletError) {
            _ = try await reversed(record)
            return .reversed
        } catch .unsettled {
            return .underway
        }
    }

    /// The payment given up: its acquirer is told that the issuer cannot be reached, now and for ever, and whatever the
    /// issuer has taken, or takes yet, goes back.
    func givenUp(_ record: PaymentRecord) async throws(WalletError) -> PaymentAnswer {
        let record = try await abandoned(record)
        guard let outcome = record.outcome else { throw .internal(reason: "a payment given up has an outcome") }
        // The issuer's silence is no reason to let the acquirer wait.
        do throws(WalletError) { _ = try await reversed(record) } catch .unsettled {}
        return PaymentAnswer(outcome)
    }

    func isTooLate(_ record: PaymentRecord) -> Bool { clock.now() - record.createdAt > openSecondsMax }

    func abandoned(_ record: PaymentRecord) async throws(WalletError) -> PaymentRecord {
        try await wanted(record, isGivenUp: true, "the issuer did not answer in time")
    }

    // MARK: - The issuer's part

    /// The intent, before the issuer hears of it.
    private func wanted(
        _ record: PaymentRecord, isGivenUp: Bool, _ detail: String
    ) async throws(WalletError) -> PaymentRecord {
        let now = clock.now()
        var record = record
        if isGivenUp { record.outcome = .declined(actionCode: PaymentReversal.givenUpActionCode) }
        record.reversalWantedAt = now
        record.updatedAt = now
        let entry = entry(of: record, "reversal wanted", detail, at: now)
        let changes: [WalletChange] = [.payment(record), .audit(entry)]
        // A conflict is somebody else's word about the same payment: read it first.
        try await stored { () async throws(WalletStoreError) in try await store.commit(changes) }
        return record.committed
    }

    /// The payment once the issuer has given back what it took, if it took anything: what was given back is found so.
    func reversed(_ record: PaymentRecord) async throws(WalletError) -> PaymentRecord {
        guard record.reversalWantedAt != nil, record.reversedAt == nil, let reference = record.token else {
            return record
        }
        let (_, card) = try await tokenAndCard(reference)
        guard let issuer = issuers[card.issuer]?.connection else {
            throw .unsettled(reason: "there is no way to the issuer \(card.issuer)")
        }
        let answer: IssuerReversalAnswer
        do throws(IssuerConnectionError) {
            answer = try await issuer.reverse(
                transaction: record.issuerTransaction, begunAt: record.createdAt,
                key: "reversal/\(record.issuerTransaction)")
        } catch {
            throw .unsettled(reason: "the reversal: \(error)")
        }
        let now = clock.now()
        var record = record
        record.reversedAt = now
        record.updatedAt = now
        let entry = entry(of: record, "reversal", answer.rawValue, at: now)
        let changes: [WalletChange] = [.payment(record), .audit(entry)]
        try await stored { () async throws(WalletStoreError) in try await store.commit(changes) }
        return record.committed
    }

    private func reverseUnseen(
        _ transaction: String, of acquirer: AcquirerName
    ) async throws(WalletError) -> PaymentReversal {
        let record = PaymentRecord.reversedUnseen(transaction, of: acquirer, at: clock.now())
        let entry = entry(of: record, "reversal", "not seen", at: record.createdAt)
        do {
            try await store.commit([.payment(record), .audit(entry)])
            return .notSeen
        } catch .duplicate {
            throw .unsettled(reason: "the transaction has come just now")
        } catch {
            throw WalletError(error)
        }
    }
}

/// What became of the reversal of a payment.
public enum PaymentReversal: String, Hashable, Sendable, Codable, CaseIterable {
    /// The issuer has given the money back, or had not taken any.
    case reversed
    /// It is written down, and the issuer is asked until it answers.
    case underway
    /// The payment had been declined: there is nothing to give back.
    case declinedBefore
    /// The payment has not come; when it comes it is declined.
    case notSeen

    /// Issuer or switch inoperative (ISO 8583 field 39).
    static let givenUpActionCode = "91"
}

extension PaymentRecord {
    /// What stands for a transaction that was reversed before it came: nothing is known of it.
    static func reversedUnseen(_ transaction: String, of acquirer: AcquirerName, at now: Int64) -> PaymentRecord {
        PaymentRecord(
            acquirer: acquirer, transaction: transaction, requestDigest: [], amount: 0, currency: 0, function: .nfc,
            merchant: "", outcome: .declined(actionCode: PaymentRefusal.actionCode), createdAt: now, updatedAt: now)
    }

    var isReversedUnseen: Bool { requestDigest.isEmpty }
}
