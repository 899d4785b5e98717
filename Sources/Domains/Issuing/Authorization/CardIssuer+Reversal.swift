import CardCryptography

/// What a reversal found.
public enum ReversalAnswer: String, Hashable, Sendable, Codable {
    /// The money is back, now or since an earlier reversal.
    case reversed
    /// The transaction had been declined: there was nothing to give back.
    case declinedBefore
    /// The transaction has not come; when it comes it is declined.
    case notSeen
}

extension CardIssuer {
    /// Undoes a transaction by its name, once however often it is asked for.
    public func reverse(
        _ transaction: String, _ requester: IssuerRequester
    ) async throws(IssuingError) -> ReversalAnswer {
        try PaymentTransaction.checkName(transaction, field: "transaction")
        let name = TransactionName(wallet: try requester.transactionNamer(), transaction: transaction)
        let now = clock.now()
        return try await store.transact { records throws(IssuingError) in
            guard var known = try records.transaction(name) else {
                try records.apply(.putTransaction(.reversedUnseen(name, at: now)))
                try auditReversal(name, nil, "not seen", requester, records, now)
                return .notSeen
            }
            if known.kind == .reversedUnseen { return .notSeen }
            guard case .approved = known.answer else { return .declinedBefore }
            if known.reversedAt != nil { return .reversed }
            known.reversedAt = now
            try records.apply(.putTransaction(known))
            if let reference = known.card, var card = try records.card(reference) {
                card.funds.credit(known.amount)
                try records.apply(.updateCard(card))
            }
            try auditReversal(name, known.card, "reversed", requester, records, now)
            return .reversed
        }
    }

    private func auditReversal(
        _ name: TransactionName, _ card: CardAccountReference?, _ outcome: String, _ requester: IssuerRequester,
        _ records: any IssuerTransaction, _ now: Int64
    ) throws(IssuingError) {
        try records.apply(
            .audit(
                IssuerAuditEntry(
                    at: now, actor: requester.actor, action: "reversal", card: card,
                    detail: "\(name.transaction): \(outcome)")))
    }
}

extension PaymentTransaction {
    static func reversedUnseen(_ name: TransactionName, at now: Int64) -> PaymentTransaction {
        PaymentTransaction(
            name: name, card: nil, kind: .reversedUnseen, requestDigest: [], amount: 0, currency: 0, merchant: "",
            answer: .declined(.doNotHonour), answeredAt: now, reversedAt: now)
    }
}
