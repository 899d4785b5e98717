/// What is read of those whom the payment server knows.
public protocol PartyStore: Sendable {
    func payer(_ account: AccountID) async throws(PaymentStoreError) -> Payer?
    /// The one whose device's key has this name.
    func payer(ofDevice keyName: String) async throws(PaymentStoreError) -> Payer?
    func payerCount() async throws(PaymentStoreError) -> Int
    func terminalCount() async throws(PaymentStoreError) -> Int
    func platform(_ name: PartyName) async throws(PaymentStoreError) -> Platform?
    /// By name.
    func platforms(limit: Int) async throws(PaymentStoreError) -> [Platform]
    func terminal(_ name: PartyName) async throws(PaymentStoreError) -> Terminal?
    /// By name: a page of all there are.
    func terminals(after name: PartyName?, limit: Int) async throws(PaymentStoreError) -> [Terminal]
    func signingKey(named name: String) async throws(PaymentStoreError) -> SigningKey?
    func signingKeys(of holder: SigningKey.Holder) async throws(PaymentStoreError) -> [SigningKey]
    /// Also one that is revoked.
    func credential(digest: [UInt8]) async throws(PaymentStoreError) -> AccessCredential?
}
