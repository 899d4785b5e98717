import Hummingbird
import Merchants
import NIOCore
import SeneschalAPI

/// What anybody asks a merchant platform: what a tag stands for, what is for sale, and what a link leads to.
///
/// The payment server's results come here too: their signature says whose they are.
struct MerchantsOpenDoor: Sendable {
    let platform: MerchantPlatform

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.parseTag) { body, _ in .init(try await platform.parse(body.domain())) }
        router.on(Endpoints.takePaymentResult) { body, _ in .init(try await platform.takeResult(body.result)) }
        router.on(Endpoints.listObjects) { _, visit in
            let found = try await platform.objects(
                of: visit.nameInQuery("merchant"), after: visit.nameInQuery("after"), limit: visit.limit + 1)
            return visit.firstPage(of: found.map(API.TargetObject.init), \.object)
        }
        router.on(Endpoints.listOffers) { _, visit in
            let found = try await platform.offers(
                of: visit.nameInQuery("merchant"), after: visit.nameInQuery("after"), limit: visit.limit + 1)
            return visit.firstPage(of: found.map(API.Offer.init), \.offer)
        }
        router.on(Endpoints.getMerchantPlatformKey) { _, _ in
            let key = try platform.publicKey()
            return .init(
                platform: platform.profile.name, keyName: key.name, publicKey: key.publicKey,
                tagContentKey: try platform.tagContentKey())
        }
        registerPages(on: &router)
    }

    private func registerPages(on router: inout DoorRouter) {
        router.on(Endpoints.openRewardPage) { _, visit in
            .init(try await platform.rewardPage(behind: visit.parameters["link"] ?? ""))
        }
        router.onBytes(Endpoints.showRewardPage) { _, visit in
            let page = try await platform.rewardPage(behind: visit.parameters["link"] ?? "")
            var response = Response(
                status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: page.html)))
            // Text alone: whatever got past the escaping would do nothing.
            response.headers[fieldName("Content-Security-Policy")] = "default-src 'none'; frame-ancestors 'none'"
            response.headers[fieldName("Referrer-Policy")] = "no-referrer"
            return response
        }
    }
}
