/// One change of what is stored.
///
/// **To store another kind of record**, add, in files of their own but for one line each: the record, `Codable` and a
/// ``RevisedRecord``, with a protocol `…Store` of what is read of it in its folder here; a case here; the protocol's name at
/// ``PaymentStore``; in `Storage/Payments`, a `Table.kept(…)` in `…+Table.swift` with the columns it is looked up by, the
/// reads as an extension of `SQLitePaymentStore`, a line in `PaymentChange+Apply`, and a migration with the next number in
/// `PaymentSchema`. Money that moves with it is ``transfers(_:at:)`` in the same commit.
public enum PaymentChange: Sendable {
    // Ledger
    /// A new account, without sums.
    case openAccount(LedgerAccount)
    /// Only without money on it or reserved on it; closing again changes nothing.
    case closeAccount(AccountID, at: Int64)
    /// Judged by ``LedgerRules`` inside the transaction: all are in the ledger then, or the whole commit fails with
    /// ``PaymentStoreError/transfersRefused(_:)``. Linked or not, they stand and fall together.
    case transfers([Transfer], at: Int64)

    // Parties
    case payer(Payer)
    case platform(Platform)
    case terminal(Terminal)
    case signingKey(SigningKey)
    case credential(AccessCredential)
    /// Those before it open nothing any more.
    case revokeCredentials(of: CredentialHolder, at: Int64)

    // Orders
    case order(Order)

    // Smart cards
    case smartCard(SmartCard)
    case accountCardData(AccountCardData)
    case cardChallenge(CardChallenge)
    case cardFailures(CardFailures)
    case cardPayment(CardPayment)

    // Bills
    case bill(Bill)
    case billPlace(BillPlace)
    case billedItem(BilledItem)

    // Payments that card issuers answer for
    case issuerPayment(IssuerPayment)
    case traceCounter(TraceCounter)

    // Purses
    case purse(Purse)
    case purseTerminal(PurseTerminal)
    case loadOrder(LoadOrder)
    case gatePurchase(GatePurchase)

    // Journal
    case idempotency(IdempotencyRecord)
    case audit(AuditEntry)
    /// A line that is to leave; its number is given by the store.
    case outbox(OutboxLine)
    /// It has been tried: when to try again.
    case retryOutbox(OutboxLine)
    /// It has arrived.
    case outboxDelivered(number: Int64)
    /// Kept answers, orders and issuer payments that are over, audit entries and abandoned lines from before a time. Never a transfer.
    case forget(before: Int64)
}
