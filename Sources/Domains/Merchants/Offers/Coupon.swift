/// An offer in the hands of a second user, and the record of who shared it with whom.
public struct Coupon: Hashable, Sendable, Codable {
    public var id: CouponID
    public var offer: OfferID
    public var merchant: MerchantID
    /// Who shared it.
    public var first: PlatformUserID
    /// Who may use it.
    public var second: PlatformUserID
    public var sharedAt: Int64
    /// Not any more from here on.
    public var expiresAt: Int64
    public var usedAt: Int64?

    public init(
        id: CouponID, offer: OfferID, merchant: MerchantID, first: PlatformUserID, second: PlatformUserID,
        sharedAt: Int64, expiresAt: Int64, usedAt: Int64? = nil
    ) {
        self.id = id
        self.offer = offer
        self.merchant = merchant
        self.first = first
        self.second = second
        self.sharedAt = sharedAt
        self.expiresAt = expiresAt
        self.usedAt = usedAt
    }
}

/// What the second user's handset keeps of a coupon: enough to read it without the platform.
public struct CouponData: Hashable, Sendable, Codable {
    public var coupon: CouponID
    /// Identification of the first user: what the merchant's report says of who shared it.
    public var firstUser: PlatformUserID
    public var merchantName: String
    public var terms: Offer.Terms
    public var expiresAt: Int64
    public var isUsed: Bool
}

/// What a second user who is logged in shows at the counter: good for minutes, for one coupon.
public struct CouponPresentation: Hashable, Sendable, Codable {
    /// 128 bits of randomness; only the digest is kept.
    public var code: String
    public var coupon: CouponID
    public var firstUser: PlatformUserID
    public var expiresAt: Int64
}

/// A presentation as the store knows it: the second user was logged in then.
public struct PresentationRecord: Hashable, Sendable, Codable {
    /// SHA-256 of the code.
    public var digest: [UInt8]
    public var coupon: CouponID
    public var user: PlatformUserID
    public var presentedAt: Int64
    public var expiresAt: Int64

    public init(digest: [UInt8], coupon: CouponID, user: PlatformUserID, presentedAt: Int64, expiresAt: Int64) {
        self.digest = digest
        self.coupon = coupon
        self.user = user
        self.presentedAt = presentedAt
        self.expiresAt = expiresAt
    }
}

/// Whom an offer has been shared with, by the names that the first user knows them by.
public struct SharingAnswer: Hashable, Sendable, Codable {
    public var offer: OfferID
    public var recipients: [String]
}
