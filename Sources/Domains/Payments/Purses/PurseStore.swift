public import ElectronicPurse

/// What is read of purses.
public protocol PurseStore: Sendable {
    func purse(_ card: PurseSerial) async throws(PaymentStoreError) -> Purse?
    /// By card: a page of all there are.
    func purses(after card: PurseSerial?, limit: Int) async throws(PaymentStoreError) -> [Purse]
    func purseCount() async throws(PaymentStoreError) -> Int
    func purseTerminal(_ number: PurseTerminalNumber) async throws(PaymentStoreError) -> PurseTerminal?
    func purseTerminals(of terminal: PartyName) async throws(PaymentStoreError) -> [PurseTerminal]

    func loadOrder(_ id: LoadOrderID) async throws(PaymentStoreError) -> LoadOrder?
    /// The one that the card may have been told of.
    func unsettledLoadOrder(of card: PurseSerial) async throws(PaymentStoreError) -> LoadOrder?
    /// Newest first.
    func loadOrders(of payer: AccountID, limit: Int) async throws(PaymentStoreError) -> [LoadOrder]
    /// Those that the card has executed, newest first.
    func loads(of card: PurseSerial, limit: Int) async throws(PaymentStoreError) -> [LoadOrder]
    func openLoadOrderCount(of payer: AccountID, at now: Int64) async throws(PaymentStoreError) -> Int

    func gatePurchase(
        _ terminal: PurseTerminalNumber, _ serial: UInt32
    ) async throws(PaymentStoreError) -> GatePurchase?
    /// Newest first.
    func gatePurchases(of card: PurseSerial, limit: Int) async throws(PaymentStoreError) -> [GatePurchase]
    /// Of which nobody knows whether the card was debited, oldest first.
    func heldGatePurchases(limit: Int) async throws(PaymentStoreError) -> [GatePurchase]
}
