import CardCryptography
import HTTPTypes
import HummingbirdTesting
import Instructions
import Merchants
import NIOCore
import SeneschalAPI
import Testing

@testable import HTTPServer

@Suite("The doors of a merchant platform, /merchant/v1")
struct MerchantsDoorTests {
    @Test("every route of the contract has a handler, and no handler is without a route")
    func complete() async throws {
        let plaza = try await TestPlaza()
        #expect(
            Set(plaza.server.doors().routes.map(\.operationID)) == Set(Contract.merchants.routes.map(\.operationID)))
    }

    @Test("TAG-07 TAG-01 TAG-03 a tag is made, read and parsed; one half of it, or another identifier, is refused")
    func tags() async throws {
        let plaza = try await TestPlaza()
        try await plaza.test { client in
            let order: JSONValue = ["tagId": "04DE5F1EACC040", "label": "Table 4", "amount": 450]
            let made = try await client.post("/merchant/v1/tags", order, as: plaza.merchant.secret)
            #expect(made.status == 201, "\(made.json.text)")
            try API.MadeTag.schema.check(made.json)
            let content = try #require(made.json["tag"]?["content"])
            let asked: JSONValue = ["content": content, "tagId": "04DE5F1EACC040", "nonce": "0123456789abcdef"]
            let read = try await client.post("/merchant/v1/tag-payment-requests", asked, as: nil)
            #expect(read.status == 200, "\(read.json.text)")
            try API.TagReading.schema.check(read.json)
            #expect(read.json["merchantName"] == "Quay Books")
            #expect(read.json["amount"] == 450)
            let again = try await client.post("/merchant/v1/tag-payment-requests", asked, as: nil)
            #expect(again.json == read.json)
            let half: JSONValue = ["content": content, "nonce": "0123456789abcdef"]
            try await client.post("/merchant/v1/tag-payment-requests", half, as: nil).expect(
                .missingMember, field: "tagId")
            let other: JSONValue = ["content": content, "tagId": "04DE5F1EACC041", "nonce": "0123456789abcdef"]
            try await client.post("/merchant/v1/tag-payment-requests", other, as: nil).expect(.idempotencyConflict)
            let copied: JSONValue = ["content": content, "tagId": "04DE5F1EACC041", "nonce": "0123456789abcdee"]
            try await client.post("/merchant/v1/tag-payment-requests", copied, as: nil).expect(.tagRefused)
            let reference = try #require(made.json["tag"]?["tag"]?.string)
            let disabled = try await client.post(
                "/merchant/v1/tags/\(reference)/state", ["state": "disabled"], as: plaza.merchant.secret)
            #expect(disabled.json["state"] == "disabled")
            let tags = try await client.get("/merchant/v1/tags", as: plaza.merchant.secret)
            try API.Page<API.PayTag>.schema.check(tags.json)
            #expect(tags.json["items"]?.elements?.count == 1)
        }
    }

    @Test("XFER-06 XFER-07 an object is published, ordered and paid; user and merchant see the result")
    func objects() async throws {
        let plaza = try await TestPlaza()
        try await plaza.test { client in
            let object = try await client.post(
                "/merchant/v1/objects", TestPlaza.object, as: plaza.merchant.secret)
            #expect(object.status == 201, "\(object.json.text)")
            let listed = try await client.get("/merchant/v1/objects", as: nil)
            #expect(listed.json["items"]?.elements == [object.json])
            let wanted: JSONValue = ["object": object.json["object"] ?? .null, "quantity": 2]
            let order = try await client.post("/merchant/v1/orders", wanted, as: plaza.bob.secret)
            #expect(order.status == 201, "\(order.json.text)")
            try API.ObjectOrder.schema.check(order.json)
            #expect(order.json["amount"] == 2_500)
            let number = try #require(order.json["instruction"]?.string)
            let result = try plaza.result(of: number, amount: 2_500)
            let taken = try await client.post("/merchant/v1/payment-results", result, as: nil)
            #expect(taken.status == 200, "\(taken.json.text)")
            let seen = try await client.get("/merchant/v1/orders/\(number)", as: plaza.bob.secret)
            #expect(seen.json["state"] == "paid")
            try API.IssuedInstruction.schema.check(seen.json)
            try await client.get("/merchant/v1/orders/\(number)", as: plaza.ada.secret).expect(
                .notFound, field: "order")
            let sold = try await client.get("/merchant/v1/instructions", as: plaza.merchant.secret)
            #expect(sold.json["items"]?.elements == [seen.json])
            let forged: JSONValue = ["result": "eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl"]
            try await client.post("/merchant/v1/payment-results", forged, as: nil).expect(.assertionRefused)
        }
    }

    @Test("RWD-01 RWD-02 RWD-04 an offer is shared, used, reported and rewarded; the link shows the page")
    func rewards() async throws {
        let plaza = try await TestPlaza()
        try await plaza.test { client in
            let offer = try await client.post("/merchant/v1/offers", TestPlaza.offer, as: plaza.merchant.secret)
            #expect(offer.status == 201, "\(offer.json.text)")
            let path = "/merchant/v1/offers/\(offer.json["offer"]?.string ?? "")"
            let names: JSONValue = ["recipients": ["bob"]]
            try await client.post(path + "/shares", names, as: plaza.ada.secret).expect(.notFound, field: "recipients")
            _ = try await client.post("/merchant/v1/relations", ["name": "bob"], as: plaza.ada.secret)
            let agreed = try await client.post("/merchant/v1/relations", ["name": "ada"], as: plaza.bob.secret)
            #expect(agreed.json["state"] == "mutual")
            let shared = try await client.post(path + "/shares", names, as: plaza.ada.secret)
            #expect(shared.status == 201, "\(shared.json.text)")
            let coupons = try await client.get("/merchant/v1/coupons", as: plaza.bob.secret)
            try API.Page<API.Coupon>.schema.check(coupons.json)
            let coupon = try #require(coupons.json["items"]?.elements?.first?["coupon"]?.string)
            let shown = try await client.post(
                "/merchant/v1/coupons/\(coupon)/presentations", [:], as: plaza.bob.secret)
            #expect(shown.status == 201, "\(shown.json.text)")
            let incomplete = try plaza.report(shown.json) { $0.firstUser = nil }
            try await client.post("/merchant/v1/usage-reports", incomplete, as: plaza.merchant.secret)
                .expect(.noReward)
            let used = try await client.post(
                "/merchant/v1/usage-reports", plaza.report(shown.json), as: plaza.merchant.secret)
            #expect(used.json["outcome"] == "rewarded", "\(used.json.text)")
            _ = try await plaza.platform.settle()
            let rewards = try await client.get("/merchant/v1/rewards", as: plaza.ada.secret)
            try API.Page<API.Reward>.schema.check(rewards.json)
            #expect(rewards.json["items"]?.elements?.first?["state"] == "transferred")
            let inbox = try await client.get("/merchant/v1/notifications", as: plaza.ada.secret)
            let link = try #require(inbox.json["items"]?.elements?.first?["link"]?.string)
            let secret = link.replacing("https://plaza.example/r/", with: "")
            let page = try await client.get("/merchant/v1/reward-pages/\(secret)", as: nil)
            try API.RewardPage.schema.check(page.json)
            #expect(page.json["text"] == "bob at Quay Books: 1.00 EUR & more")
            try await client.execute(uri: "/r/\(secret)", method: .get) { response in
                #expect(response.status == .ok)
                #expect(response.headers[.contentType] == "text/html; charset=utf-8")
                #expect(String(buffer: response.body).contains("bob at Quay Books: 1.00 EUR &amp; more"))
            }
            try await client.get("/r/" + String(repeating: "0", count: 64), as: nil).expect(.notFound, field: "link")
            #expect(!plaza.log.all.joined().contains(secret))
        }
    }

    @Test("a credential opens the door of its holder and no other")
    func doors() async throws {
        let plaza = try await TestPlaza()
        try await plaza.test { client in
            try await client.get("/merchant/v1/merchants", as: plaza.merchant.secret).expect(.forbidden)
            try await client.get("/merchant/v1/tags", as: plaza.ada.secret).expect(.forbidden)
            try await client.get("/merchant/v1/coupons", as: plaza.operator).expect(.forbidden)
            try await client.get("/merchant/v1/tags", as: String(repeating: "0", count: 64))
                .expect(.unauthenticated)
            let key = try await client.get("/merchant/v1/key", as: nil)
            try API.MerchantPlatformKey.schema.check(key.json)
            #expect(try await client.get("/health", as: nil).json["status"] == "ok")
        }
    }
}
