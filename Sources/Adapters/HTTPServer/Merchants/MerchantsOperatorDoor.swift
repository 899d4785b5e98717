import Merchants
import SeneschalAPI

/// The door of a merchant platform's operator: merchants, users, and what happens.
struct MerchantsOperatorDoor: Sendable {
    let platform: MerchantPlatform

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.registerMerchant) { body, visit in
            .init(try await platform.registerMerchant(body.domain(), visit.platformRequester()))
        }
        router.on(Endpoints.listMerchants) { _, visit in
            let found = try await platform.merchants(after: visit.nameInQuery("after"), limit: visit.limit + 1)
            return visit.firstPage(of: found.map(API.Merchant.init), \.merchant)
        }
        router.on(Endpoints.setMerchantState) { body, visit in
            .init(
                try await platform.setState(
                    body.state.domain, of: visit.named("merchant") as MerchantID, visit.platformRequester()))
        }
        router.on(Endpoints.renewMerchantCredential) { _, visit in
            .init(try await platform.renewCredential(of: visit.named("merchant"), visit.platformRequester()))
        }
        router.on(Endpoints.registerPlatformUser) { body, visit in
            let registered = try await platform.registerUser(
                name: body.name, rewardAccount: body.rewardAccount, visit.platformRequester())
            return .init(user: .init(registered.user), secret: registered.secret)
        }
        router.on(Endpoints.listMerchantAuditEntries) { _, visit in
            API.Page(items: try await platform.auditEntries(limit: visit.limit).map(API.MerchantAuditEntry.init))
        }
    }
}
