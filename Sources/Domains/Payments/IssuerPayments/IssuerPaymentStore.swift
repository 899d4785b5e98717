/// What is read of payments with cards.
public protocol IssuerPaymentStore: Sendable {
    func issuerPayment(_ id: IssuerPaymentID) async throws(PaymentStoreError) -> IssuerPayment?
    func issuerPayment(of terminal: PartyName, key: String) async throws(PaymentStoreError) -> IssuerPayment?
    /// Those whose request may have left and whose answer is not written down, oldest first.
    func requestedIssuerPayments(
        after id: IssuerPaymentID?, limit: Int
    ) async throws(PaymentStoreError) -> [IssuerPayment]
    /// Those whose reversal is to be sent by `now`, the one that is due longest first.
    func dueIssuerReversals(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [IssuerPayment]
    /// Those whose reversal the issuer has not accepted yet.
    func issuerReversalCount() async throws(PaymentStoreError) -> Int
    func traceCounter() async throws(PaymentStoreError) -> TraceCounter?
}
