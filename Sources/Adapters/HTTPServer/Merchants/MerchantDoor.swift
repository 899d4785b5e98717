import Merchants
import SeneschalAPI

/// The door of merchants: tags, objects, offers, and the uses that they report.
struct MerchantDoor: Sendable {
    let platform: MerchantPlatform

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.getMerchant) { _, visit in .init(try await platform.merchant(visit.merchant())) }
        router.on(Endpoints.addMerchantKey) { body, visit in
            let key = try StatementKey(name: body.keyName, publicKey: body.publicKey)
            return .init(try await platform.addKey(key, of: visit.merchant(), visit.platformRequester()))
        }
        registerTags(on: &router)
        registerObjects(on: &router)
        registerOffers(on: &router)
    }

    private func registerTags(on router: inout DoorRouter) {
        router.on(Endpoints.makeTag) { body, visit in
            .init(try await platform.makeTag(body.domain(of: visit.merchant()), visit.platformRequester()))
        }
        router.on(Endpoints.listTags) { _, visit in
            let found = try await platform.tags(
                of: visit.merchant(), after: visit.nameInQuery("after"), limit: visit.limit + 1)
            return visit.firstPage(of: found.map(API.PayTag.init), \.tag)
        }
        router.on(Endpoints.setTagState) { body, visit in
            .init(
                try await platform.setState(
                    body.state.domain, of: visit.named("tag") as PayTagReference, visit.platformRequester()))
        }
        router.on(Endpoints.wrapTagKeys) { body, visit in
            .init(
                try await platform.tagKeys(
                    of: visit.named("tag"), underTransportKey: body.transportKey, visit.platformRequester()))
        }
    }

    private func registerObjects(on router: inout DoorRouter) {
        router.on(Endpoints.publishObject) { body, visit in
            .init(try await platform.publish(body.domain() as TargetObjectDraft, visit.platformRequester()))
        }
        router.on(Endpoints.setObjectState) { body, visit in
            .init(
                try await platform.setState(
                    body.state.domain, of: visit.named("object") as TargetObjectID, visit.platformRequester()))
        }
        router.on(Endpoints.changeStock) { body, visit in
            .init(
                try await platform.changeStock(
                    by: Int64(body.change), of: visit.named("object"), visit.platformRequester()))
        }
        router.on(Endpoints.listMerchantInstructions) { _, visit in
            API.Page(
                items: try await platform.instructions(of: visit.merchant(), limit: visit.limit)
                    .map(API.IssuedInstruction.init))
        }
    }

    private func registerOffers(on router: inout DoorRouter) {
        router.on(Endpoints.publishOffer) { body, visit in
            .init(try await platform.publish(body.domain() as OfferDraft, visit.platformRequester()))
        }
        router.on(Endpoints.setOfferState) { body, visit in
            .init(
                try await platform.setState(
                    body.state.domain, of: visit.named("offer") as OfferID, visit.platformRequester()))
        }
        router.on(Endpoints.reportUsage) { body, visit in
            .init(try await platform.takeUsageReport(body.report, from: visit.merchant()))
        }
        router.on(Endpoints.retryReward) { _, visit in
            .init(try await platform.retryReward(visit.named("reward"), visit.platformRequester()))
        }
    }
}
