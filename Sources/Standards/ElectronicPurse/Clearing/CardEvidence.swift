/// What the back office knows of a card when it settles a grey record: the more, the surer.
public struct CardEvidence: Sendable {
    /// The proof of the grey purchase itself, however it came.
    public var tac: PurseMAC?
    /// The card's log at a later contact.
    public var log: [PurseLogRecord]
    /// The card's counter of purchases at a later contact with its issuer.
    public var offlineNumber: UInt16?
    /// Purchases of the card that terminals have reported, with their TACs.
    public var purchases: [ReportedPurchase]
    /// Where balances are known without a gap: the balance at a later contact, and what is known to have changed it since
    /// the one before the grey purchase.
    public var chain: Chain?

    /// A purchase that a terminal has reported, with what the card proved it by.
    public struct ReportedPurchase: Hashable, Sendable {
        public var purchase: PursePurchase
        /// The counter after it.
        public var offlineNumber: UInt16
        public var tac: PurseMAC

        public init(_ purchase: PursePurchase, offlineNumber: UInt16, tac: PurseMAC) {
            self.purchase = purchase
            self.offlineNumber = offlineNumber
            self.tac = tac
        }
    }

    /// A balance, and everything that is known to have changed it.
    public struct Chain: Hashable, Sendable {
        public var balance: UInt32
        /// Loads since the grey purchase.
        public var loads: UInt64
        /// Purchases since, the grey one apart.
        public var purchases: UInt64

        public init(balance: UInt32, loads: UInt64, purchases: UInt64) {
            self.balance = balance
            self.loads = loads
            self.purchases = purchases
        }
    }

    public init(
        tac: PurseMAC? = nil, log: [PurseLogRecord] = [], offlineNumber: UInt16? = nil,
        purchases: [ReportedPurchase] = [], chain: Chain? = nil
    ) {
        self.tac = tac
        self.log = log
        self.offlineNumber = offlineNumber
        self.purchases = purchases
        self.chain = chain
    }
}
