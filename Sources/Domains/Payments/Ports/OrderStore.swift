/// What is read of orders.
public protocol OrderStore: Sendable {
    func order(_ id: OrderID) async throws(PaymentStoreError) -> Order?
    /// The one that was made of an instruction.
    func order(of platform: PartyName, instruction: String) async throws(PaymentStoreError) -> Order?
    /// Newest first.
    func orders(of payer: AccountID, limit: Int) async throws(PaymentStoreError) -> [Order]
    /// Those that may still be paid.
    func openOrderCount(of payer: AccountID, at now: Int64) async throws(PaymentStoreError) -> Int
    /// Open ones whose time is over, oldest first.
    func overdueOrders(at now: Int64, limit: Int) async throws(PaymentStoreError) -> [Order]
}
