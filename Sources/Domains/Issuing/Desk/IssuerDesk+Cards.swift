import CardCryptography
import EMV

extension IssuerDesk {
    /// Numbers that are tried before the ranges count as full.
    static let numbersTriedMax = 16

    /// Issues a card: a number of the issuer's ranges that no card has, never one of the ranges of tokens.
    public func issueCard(
        _ order: CardOrder, _ requester: IssuerRequester
    ) async throws(IssuingError) -> IssuedCard {
        if let number = order.number, !issuer.profile.owns(number) {
            throw .invalid(field: "number", reason: "the number is not of this issuer's ranges")
        }
        return try await issuer.once(requester, "card.issue", fields: order.fields) {
            records, now throws(IssuingError) in
            guard try records.cardholder(order.cardholder) != nil else {
                throw .notFound(field: "cardholder", reason: "no such cardholder")
            }
            let (number, tag) = try number(for: order, records)
            let card = try account(order, number, tag, now)
            try records.apply(.insertCard(card))
            return CardIssuer.Done(
                IssuedCard(card: CardSummary(card), number: number.revealed()), card: card.reference,
                detail: card.maskedNumber)
        }
    }

    private func number(
        for order: CardOrder, _ records: any IssuerRecords
    ) throws(IssuingError) -> (PrimaryAccountNumber, tag: [UInt8]) {
        if let number = order.number {
            let tag = try issuer.numberTag(number)
            guard try records.card(numberTag: tag) == nil else {
                throw .duplicate(reason: "a card with this number was issued")
            }
            return (number, tag)
        }
        for _ in 0..<Self.numbersTriedMax {
            let number = try randomNumber()
            let tag = try issuer.numberTag(number)
            if try records.card(numberTag: tag) == nil, issuer.profile.owns(number) { return (number, tag) }
        }
        throw .limit(reason: "no free number was found in the issuer's ranges")
    }

    /// Sixteen digits: a range, random digits, the check digit.
    private func randomNumber() throws(IssuingError) -> PrimaryAccountNumber {
        let ranges = issuer.profile.issuerIdentifications
        let digits = (OneTimePassword.random(issuer.random) + OneTimePassword.random(issuer.random))
        let range = ranges[Int(issuer.random.bytes(1)[0]) % ranges.count]
        let body = range + digits.prefix(15 - range.utf8.count)
        do {
            return try PrimaryAccountNumber(completing: body)
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    private func account(
        _ order: CardOrder, _ number: PrimaryAccountNumber, _ tag: [UInt8], _ now: Int64
    ) throws(IssuingError) -> CardAccount {
        let reference = CardAccountReference.random(issuer.random)
        return CardAccount(
            reference: reference, cardholder: order.cardholder,
            sealedNumber: try issuer.keys.seal(
                SecretBytes(Array(number.revealed().utf8)), context: "card/\(reference)"),
            numberTag: tag, issuerIdentification: String(number.revealed().prefix(8)), lastFour: number.lastFour,
            expiry: order.expiry ?? CardExpiry(at: now).adding(months: CardOrder.lifetimeMonths), sequenceNumber: 1,
            type: order.type, state: .active, enrollment: order.enrollment, label: order.label,
            funds: Funds(
                currency: issuer.profile.currency, balance: order.balance, creditLimit: order.creditLimit),
            chipTransactionCounter: nil, issuedAt: now)
    }

    /// Blocks a card, unblocks it, or closes it for good. What it is already it stays.
    public func setState(
        _ state: CardAccount.State, of reference: CardAccountReference, _ requester: IssuerRequester
    ) async throws(IssuingError) -> CardSummary {
        try await issuer.once(requester, "card.\(state.rawValue)", fields: [reference.rawValue]) {
            records, now throws(IssuingError) in
            guard var card = try records.card(reference) else {
                throw .notFound(field: "card", reason: "no such card")
            }
            guard card.state.canBecome(state) else { throw .wrongState(reason: "the card is closed for good") }
            card.state = state
            try records.apply(.updateCard(card))
            return CardIssuer.Done(CardSummary(card), card: reference)
        }
    }

    public func card(_ reference: CardAccountReference) async throws(IssuingError) -> CardSummary? {
        try await issuer.store.read { records throws(IssuingError) in
            try records.card(reference).map(CardSummary.init)
        }
    }

    /// A page of cards, after `reference`.
    public func cards(
        after reference: CardAccountReference?, limit: Int
    ) async throws(IssuingError) -> [CardSummary] {
        try await issuer.store.read { records throws(IssuingError) in
            try records.cards(after: reference, limit: min(limit, Self.pageEntriesMax)).map(CardSummary.init)
        }
    }

    /// Who has a card in which wallet, on which secure element.
    public func bindings(of reference: CardAccountReference) async throws(IssuingError) -> [CardBinding] {
        try await issuer.store.read { records throws(IssuingError) in try records.bindings(of: reference) }
    }
}
