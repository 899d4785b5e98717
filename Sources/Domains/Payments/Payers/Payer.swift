/// Somebody who pays: an account of the ledger, the device that speaks for it, and the PIN that only its owner knows.
public struct Payer: RevisedRecord, Hashable, Codable {
    /// The account that is debited, which is the payer's name too: `iss` of its confirmations.
    public var account: AccountID
    public var device: DeviceKey
    public var pin: PINDigest
    public var tries: PINTries
    public var createdAt: Int64
    public var revision: Int

    public init(
        account: AccountID, device: DeviceKey, pin: PINDigest, tries: PINTries = .none, createdAt: Int64,
        revision: Int = 0
    ) {
        self.account = account
        self.device = device
        self.pin = pin
        self.tries = tries
        self.createdAt = createdAt
        self.revision = revision
    }
}
