import Assembly
import CardCryptography
import Foundation
import ISO4217
import Instructions
import MobileDevice
import SeneschalAPI
import SeneschalClient

/// RWD: a coupon is shared with a friend, used, and rewarded; it lives in the handset's memory.
struct DemoCoupon {
    private let town: PaymentNeighbourhood

    init(_ town: PaymentNeighbourhood) { self.town = town }

    func share(from ada: DemoPerson, to ben: DemoPerson, of shop: DemoShop) async throws {
        chapter("Ada shares the café's offer with Ben; he uses the coupon, and she is rewarded (RWD)")
        let offer = try await publish(shop)
        for (person, other) in [(ada, ben), (ben, ada)] {
            _ = try await person.platform.send(Endpoints.relate, .init(name: other.name.lowercased()))
        }
        _ = try await ada.platform.send(
            Endpoints.shareOffer, .init(recipients: [ben.name.lowercased()]), ["offer": offer.offer])
        let now = SystemClock().now()
        let handset = CouponApplication(memory: VolatileHandsetMemory())
        try handset.keep(try await HTTPMerchantPlatformService(ben.platform).coupons(), at: now)
        let coupon = try require(try handset.good(at: now).first)
        say("in Ben's handset    “\(coupon.title)” from \(coupon.merchantName), read without the secure element")
        let shown = try await ben.platform.send(
            Endpoints.presentCoupon, .init(), ["coupon": coupon.coupon])
        let before = try await ada.balance()
        let report = try UsageReport(
            iss: shop.merchant, aud: PaymentNeighbourhood.platformName, jti: UUID().uuidString, iat: now,
            exp: now + 3_600, coupon: coupon.coupon, presentation: shown.code, firstUser: coupon.firstUser,
            function: "purchase", amount: 2_000, currency: try require(Currency(PaymentNeighbourhood.currency)), at: now
        ).signed(with: shop.till)
        for attempt in ["reported            ", "reported again      "] {
            let use = try await shop.platform.send(Endpoints.reportUsage, .init(report: report))
            say("\(attempt)\(use.outcome.rawValue)\(use.reward.map { " (\($0.prefix(8))…)" } ?? "")")
        }
        try await seeReward(of: ada, before)
    }

    private func publish(_ shop: DemoShop) async throws -> API.Offer {
        let now = SystemClock().now()
        return try await shop.platform.send(
            Endpoints.publishOffer,
            .init(
                title: "A cake with every coffee", text: "For friends of the house.", benefit: .function,
                start: Timestamp(secondsSince1970: now - 60), end: Timestamp(secondsSince1970: now + 86_400),
                rules: [
                    .init(function: "purchase", amountMin: 1_500, template: "feast"),
                    .init(function: "purchase", template: "visit"),
                ],
                templates: [
                    .init(
                        name: "feast", basisPoints: 1_000, amountMax: 300, title: "A feast",
                        text: "Your friend feasted."),
                    .init(name: "visit", amount: 50, title: "A visit", text: "Your friend came by."),
                ], budget: 1_000))
    }

    /// The platform pays in its own time; the demonstration waits for it.
    private func seeReward(of ada: DemoPerson, _ before: Int) async throws {
        for _ in 0..<100 where try await ada.balance() == before { try await Task.sleep(for: .milliseconds(100)) }
        let notifications = try await ada.platform.send(Endpoints.listRewardNotifications, NoBody())
        let notification = try require(notifications.items.first)
        let link = try require(notification.link.split(separator: "/").last)
        let page = try await town.merchantClient(nil).send(
            Endpoints.openRewardPage, NoBody(), ["link": String(link)])
        say("Ada's page          “\(page.title)”: \(page.text)")
        say("her account         \(before) → \(try await ada.balance()) cents")
    }
}
