import CardCryptography
import EMV

extension CardIssuer {
    /// Money: a transaction of the plastic card, whose cryptogram is verified here. The name of the transaction is its
    /// key: what is asked twice is done once.
    public func authorize(
        _ request: ChipAuthorizationRequest, _ requester: IssuerRequester
    ) async throws(IssuingError) -> ChipAuthorizationAnswer {
        let name = TransactionName(wallet: try requester.transactionNamer(), transaction: request.transaction)
        let digest = try keys.tag(of: SecretBytes(framed(request.fields)), purpose: "transaction")
        let numberTag = try numberTag(request.chip.number)
        let now = clock.now()
        return try await store.transact { records throws(IssuingError) in
            if let known = try answered(name, digest, records) { return known.chipAnswer }
            let card = try records.card(numberTag: numberTag)
            let answer = try decide(request, card, records, now)
            let transaction = PaymentTransaction(
                name: name, card: card?.reference, kind: .chip, requestDigest: digest, amount: request.amount,
                currency: request.currency, merchant: request.merchant, answer: answer.answer,
                issuerAuthenticationData: answer.issuerAuthenticationData, answeredAt: now)
            try record(transaction, requester, records, now)
            return answer
        }
    }

    /// In the order: card, cryptogram, counter, account.
    private func decide(
        _ request: ChipAuthorizationRequest, _ known: CardAccount?, _ records: any IssuerTransaction, _ now: Int64
    ) throws(IssuingError) -> ChipAuthorizationAnswer {
        guard var card = known, card.sequenceNumber == Int(request.chip.sequenceNumber) else {
            return ChipAuthorizationAnswer(answer: .declined(.invalidCardNumber), issuerAuthenticationData: nil)
        }
        guard try keys.isValid(request.cryptogram, over: request.input, of: request.chip) else {
            return ChipAuthorizationAnswer(answer: .declined(.securityViolation), issuerAuthenticationData: nil)
        }
        let counter = Int(request.input.transactionCounter)
        guard counter > card.chipTransactionCounter ?? 0 else {
            return ChipAuthorizationAnswer(answer: .declined(.securityViolation), issuerAuthenticationData: nil)
        }
        // Used up, whatever becomes of the transaction.
        card.chipTransactionCounter = counter
        try records.apply(.updateCard(card))
        let answer = try decide(request, good: card, records, now)
        var isApproved = false
        if case .approved = answer { isApproved = true }
        return ChipAuthorizationAnswer(
            answer: answer,
            issuerAuthenticationData: try keys.issuerAuthenticationData(
                for: request.cryptogram, over: request.input, of: request.chip, isApproved: isApproved))
    }

    private func decide(
        _ request: ChipAuthorizationRequest, good card: CardAccount, _ records: any IssuerTransaction, _ now: Int64
    ) throws(IssuingError) -> AuthorizationAnswer {
        if let refusal = stateRefusal(of: card, now) { return .declined(refusal) }
        guard request.type == Self.purchase else { return .declined(.invalidTransaction) }
        return try debit(card, request.amount, request.currency, records)
    }

    /// Tag 9C, goods and services.
    private static let purchase: UInt8 = 0x00
}

extension PaymentTransaction {
    var chipAnswer: ChipAuthorizationAnswer {
        ChipAuthorizationAnswer(answer: answer, issuerAuthenticationData: issuerAuthenticationData)
    }
}
