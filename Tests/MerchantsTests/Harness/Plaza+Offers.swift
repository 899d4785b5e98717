import CardCryptography
import Foundation
import ISO4217
import Instructions
import JOSE
import Merchants
import Testing

extension Plaza {
    /// A purchase of 20.00 or more is rewarded by a tenth, at most 5.00; a smaller one by 1.00; a visit by 0.50.
    static var policy: RewardPolicy {
        get throws {
            try RewardPolicy(
                rules: [
                    .init(function: "purchase", amountMin: 2_000, template: "tenth"),
                    .init(function: "purchase", template: "euro"), .init(function: "visit", template: "visit"),
                ],
                templates: [
                    RewardTemplate(
                        name: "tenth", value: .share(basisPoints: 1_000, max: 500), title: "A tenth for you",
                        text: "{friend} bought at {merchant} with “{offer}”: {reward}."),
                    RewardTemplate(
                        name: "euro", value: .fixed(100), title: "A euro for you", text: "{friend}: {function}."),
                    RewardTemplate(
                        name: "visit", value: .fixed(50), title: "Half a euro", text: "{friend} came by."),
                ])
        }
    }

    func offer(
        budget: Int64 = 10_000, days: Int64 = 30, sharing: SharingRule? = nil, title: String = "Ten percent off"
    ) async throws -> Offer {
        try await platform.publish(
            OfferDraft(
                terms: Offer.Terms(title: title, text: "On every book.", benefit: .discount(basisPoints: 1_000)),
                period: Period(start: Self.noon, end: Self.noon + days * 86_400),
                sharing: sharing ?? SharingRule(), policy: Self.policy, budget: budget), asMerchant())
    }

    func associate(_ one: PlatformUser, _ other: PlatformUser) async throws {
        _ = try await platform.relate(to: other.name, Self.by(one))
        _ = try await platform.relate(to: one.name, Self.by(other))
    }

    /// Ada has shared the offer with Bob; both are associated, and Ada has an account.
    func shared(_ offer: Offer) async throws -> SharedOffer {
        let ada = try await user("ada", account: "acc_ada")
        let bob = try await user("bob")
        try await associate(ada, bob)
        _ = try await platform.share(offer.id, with: ["bob"], Self.by(ada))
        let coupon = try #require(try await platform.coupons(of: bob.id, limit: 10).first)
        return SharedOffer(offer: offer, ada: ada, bob: bob, coupon: coupon.coupon)
    }

    struct SharedOffer {
        var offer: Offer
        var ada: PlatformUser
        var bob: PlatformUser
        var coupon: CouponID
    }

    /// A report of a purchase with everything right, unless it is changed.
    func report(
        _ presentation: CouponPresentation, use: String = "use-1", amount: Int64? = 3_000,
        by key: NamedPrivateKey? = nil, _ change: (inout UsageReport) -> Void = { _ in }
    ) throws -> String {
        var report = UsageReport(
            iss: merchant.id.rawValue, aud: "plaza", jti: use, iat: clock.now(), exp: clock.now() + 86_400,
            coupon: presentation.coupon.rawValue, presentation: presentation.code,
            firstUser: presentation.firstUser.rawValue, function: "purchase", amount: amount,
            currency: amount == nil ? nil : try Self.euro, at: clock.now())
        change(&report)
        return try report.signed(with: key ?? till)
    }

    func present(_ shared: SharedOffer) async throws -> CouponPresentation {
        try await platform.present(shared.coupon, Self.by(shared.bob))
    }

    func take(_ report: String) async throws -> CouponUse {
        try await platform.takeUsageReport(report, from: merchant.id)
    }

    /// What stands behind the link of the latest notification.
    func linkSecret() throws -> String {
        let link = try #require(notifications.all.last).link
        #expect(link.hasPrefix("https://plaza.example/r/"))
        return String(link.dropFirst("https://plaza.example/r/".count))
    }
}
