import Merchants
import SeneschalAPI

/// The door of the platform's users: orders, relations, sharing, coupons and rewards.
struct MerchantUserDoor: Sendable {
    let platform: MerchantPlatform
    let notifications: SimulatedNotifications?

    func register(on router: inout DoorRouter) {
        registerOrders(on: &router)
        registerRelations(on: &router)
        registerSharing(on: &router)
        registerRewards(on: &router)
    }

    private func registerOrders(on router: inout DoorRouter) {
        router.on(Endpoints.orderObject) { body, visit in
            .init(
                try await platform.order(
                    Int64(body.quantity), of: merchantsName(body.object, "object"), visit.platformRequester()))
        }
        router.on(Endpoints.listObjectOrders) { _, visit in
            API.Page(
                items: try await platform.orders(of: visit.platformUser(), limit: visit.limit)
                    .map(API.IssuedInstruction.init))
        }
        router.on(Endpoints.getObjectOrder) { _, visit in
            .init(try await platform.order(visit.named("instruction"), of: visit.platformUser()))
        }
    }

    private func registerRelations(on router: inout DoorRouter) {
        router.on(Endpoints.relate) { body, visit in
            .init(try await platform.relate(to: body.name, visit.platformRequester()))
        }
        router.on(Endpoints.endRelation) { body, visit in
            try await platform.endRelation(to: body.name, visit.platformRequester())
            return .init(name: body.name, state: .ended)
        }
        router.on(Endpoints.listRelations) { _, visit in
            API.Page(items: try await platform.relations(of: visit.platformUser()).map(API.Relation.init))
        }
        router.on(Endpoints.setRewardAccount) { body, visit in
            .init(try await platform.setRewardAccount(body.rewardAccount, visit.platformRequester()))
        }
    }

    private func registerSharing(on router: inout DoorRouter) {
        router.on(Endpoints.shareOffer) { body, visit in
            .init(try await platform.share(visit.named("offer"), with: body.recipients, visit.platformRequester()))
        }
        router.on(Endpoints.recommendOffer) { _, visit in
            .init(try await platform.recommend(visit.named("offer"), visit.platformRequester()))
        }
        router.on(Endpoints.listCoupons) { _, visit in
            API.Page(
                items: try await platform.coupons(of: visit.platformUser(), limit: visit.limit).map(API.Coupon.init))
        }
        router.on(Endpoints.presentCoupon) { _, visit in
            .init(try await platform.present(visit.named("coupon"), visit.platformRequester()))
        }
    }

    private func registerRewards(on router: inout DoorRouter) {
        router.on(Endpoints.listRewards) { _, visit in
            API.Page(
                items: try await platform.rewards(of: visit.platformUser(), limit: visit.limit).map(API.Reward.init))
        }
        router.on(Endpoints.getRewardPage) { _, visit in
            .init(try await platform.rewardPage(of: visit.named("reward"), for: visit.platformUser()))
        }
        router.on(Endpoints.renewRewardLink) { _, visit in
            .init(link: try await platform.renewLink(to: visit.named("reward"), visit.platformRequester()))
        }
        router.on(Endpoints.listRewardNotifications) { _, visit in
            let inbox = notifications?.inbox(of: try visit.platformUser()) ?? []
            return API.Page(items: inbox.prefix(API.limitMax).map(API.RewardNotification.init))
        }
    }
}
