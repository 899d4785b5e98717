public import CardCryptography
import ISO7816
import Instructions

/// The merchant platform: it knows merchants and what hangs at their counters, publishes what they sell, and rewards who
/// shares their offers. It never sees a payer's credentials: what may be paid it says in signed instructions.
///
/// Each request is one transaction of the store, its answer included.
public struct MerchantPlatform: Sendable {
    public let profile: PlatformProfile
    let store: any MerchantStore
    let keys: any MerchantKeys
    let transfers: any RewardTransfers
    /// `nil` where the payment server cannot be asked.
    let inquiry: (any InstructionInquiry)?
    let notifier: any RewardNotifier
    let clock: any PlatformClock
    let random: any RandomSource

    /// Entries of one page or list.
    public static let pageEntriesMax = 1_000

    public init(
        profile: PlatformProfile, store: any MerchantStore, keys: any MerchantKeys, transfers: any RewardTransfers,
        inquiry: (any InstructionInquiry)? = nil, notifier: any RewardNotifier, clock: any PlatformClock,
        random: any RandomSource = SystemRandomSource()
    ) {
        self.profile = profile
        self.store = store
        self.keys = keys
        self.transfers = transfers
        self.inquiry = inquiry
        self.notifier = notifier
        self.clock = clock
        self.random = random
    }

    /// The public key that instructions are verified with, in PEM, and its name: what the payment server is to know.
    public func publicKey() throws(MerchantsError) -> (name: String, publicKey: String) {
        let (name, key) = try keys.signingKey()
        return (name, key.pem)
    }

    /// The public key that the contents of tags are signed with, in PEM.
    public func tagContentKey() throws(MerchantsError) -> String { try keys.tagContentKey().pem }

    func reader() -> StatementReader { StatementReader(audience: profile.name, now: clock.now()) }

    /// 256 bits of randomness; only the digest is kept.
    func makeSecret() -> String { random.bytes(32).hex.lowercased() }

    /// SHA-256: what the store knows of a bearer secret.
    public static func digest(of secret: String) -> [UInt8] { Digest.hash(Array(secret.utf8)) }

    /// Signs a statement in the platform's name.
    func signed(_ statement: some Statement) throws(MerchantsError) -> String {
        let payload: [UInt8]
        do { payload = try statement.payload() } catch { throw .internal(reason: "\(error)") }
        return try keys.sign(payload, type: type(of: statement).type)
    }
}
