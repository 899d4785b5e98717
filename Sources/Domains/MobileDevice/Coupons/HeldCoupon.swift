/// A coupon as the handset keeps it: enough to be read where there is neither network nor secure element.
public struct HeldCoupon: Hashable, Sendable, Codable {
    /// As the platform names it.
    public var coupon: String
    /// Identification of who shared it, for the merchant's report.
    public var firstUser: String
    public var merchantName: String
    public var title: String
    public var text: String
    /// Seconds since 1970; not any more from here on.
    public var expiresAt: Int64
    public var isUsed: Bool

    /// Bytes of one text at most.
    public static let textBytesMax = 1_024

    public init(
        coupon: String, firstUser: String, merchantName: String, title: String, text: String, expiresAt: Int64,
        isUsed: Bool
    ) {
        self.coupon = coupon
        self.firstUser = firstUser
        self.merchantName = merchantName
        self.title = title
        self.text = text
        self.expiresAt = expiresAt
        self.isUsed = isUsed
    }

    /// Whether it can still be shown at a counter.
    public func isGood(at now: Int64) -> Bool { !isUsed && now < expiresAt }

    var isBounded: Bool {
        [coupon, firstUser, merchantName, title, text].allSatisfy { $0.utf8.count <= Self.textBytesMax }
    }
}
