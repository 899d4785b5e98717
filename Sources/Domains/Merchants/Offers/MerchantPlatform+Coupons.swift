import CardCryptography
import ISO7816

extension MerchantPlatform {
    /// How long a presentation holds.
    public static let presentationSeconds: Int64 = 600
    public static let presentationsOfCouponMax = 50

    /// What a second user's handset is to keep, newest first.
    public func coupons(of user: PlatformUserID, limit: Int) async throws(MerchantsError) -> [CouponData] {
        try await store.read { records throws(MerchantsError) in
            var data: [CouponData] = []
            for coupon in try records.coupons(for: user, limit: min(limit, Self.pageEntriesMax)) {
                guard let offer = try records.offer(coupon.offer) else { continue }
                let merchant = try known(coupon.merchant, records)
                data.append(
                    CouponData(
                        coupon: coupon.id, firstUser: coupon.first, merchantName: merchant.name, terms: offer.terms,
                        expiresAt: coupon.expiresAt, isUsed: coupon.usedAt != nil))
            }
            return data
        }
    }

    /// Makes what the second user, who is logged in, shows at the counter (RWD-02).
    public func present(
        _ id: CouponID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> CouponPresentation {
        let user = try requester.user()
        return try await once(requester, "coupon.present", fields: [id.rawValue]) {
            records, now throws(MerchantsError) in
            guard let coupon = try records.coupon(id), coupon.second == user else {
                throw .notFound(field: "coupon", reason: "no coupon of this name")
            }
            guard coupon.usedAt == nil else { throw .wrongState(reason: "\(NoReward.used)") }
            guard now < coupon.expiresAt else { throw .wrongState(reason: "\(NoReward.expired)") }
            guard try records.presentationCount(of: id) < Self.presentationsOfCouponMax else {
                throw .limit(reason: "a coupon is presented \(Self.presentationsOfCouponMax) times at most")
            }
            let presentation = CouponPresentation(
                code: random.bytes(16).hex.lowercased(), coupon: id, firstUser: coupon.first,
                expiresAt: min(now + Self.presentationSeconds, coupon.expiresAt))
            try records.apply(
                .insertPresentation(
                    PresentationRecord(
                        digest: Self.digest(of: presentation.code), coupon: id, user: user, presentedAt: now,
                        expiresAt: presentation.expiresAt)))
            return Done(presentation, detail: "\(id)")
        }
    }
}
