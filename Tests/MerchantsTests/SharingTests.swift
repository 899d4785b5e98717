import Merchants
import Testing

@Suite("Offers are shared")
struct SharingTests {
    private func unknown(_ name: String) -> MerchantsError {
        .notFound(field: "recipients", reason: "nobody named \(name) is associated")
    }

    @Test("RWD-01 with associated users, each of whom gets a coupon of its own")
    func share() async throws {
        let plaza = try await Plaza()
        let shared = try await plaza.shared(plaza.offer())
        let coupons = try await plaza.platform.coupons(of: shared.bob.id, limit: 10)
        #expect(coupons.count == 1)
        #expect(coupons[0].firstUser == shared.ada.id)
        #expect(coupons[0].terms.title == "Ten percent off")
        #expect(coupons[0].merchantName == "Quay Books")
        #expect(coupons[0].expiresAt == Plaza.noon + 30 * 86_400)
        #expect(try await plaza.platform.coupons(of: shared.ada.id, limit: 10).isEmpty)
    }

    @Test("RWD-01 not with somebody who is unknown, has not agreed, or has ended it: nobody receives then")
    func unassociated() async throws {
        let plaza = try await Plaza()
        let offer = try await plaza.offer()
        let (ada, bob, eve) = (try await plaza.user("ada"), try await plaza.user("bob"), try await plaza.user("eve"))
        try await plaza.associate(ada, bob)
        _ = try await plaza.platform.relate(to: "eve", Plaza.by(ada))
        for name in ["eve", "nobody"] {
            #expect(
                await failure { try await plaza.platform.share(offer.id, with: ["bob", name], Plaza.by(ada)) }
                    == unknown(name))
        }
        // Eve was asked and has not agreed: neither does she reach Ada.
        #expect(
            await failure { try await plaza.platform.share(offer.id, with: ["ada"], Plaza.by(eve)) } == unknown("ada"))
        #expect(try await plaza.platform.coupons(of: bob.id, limit: 10).isEmpty)
        try await plaza.platform.endRelation(to: "bob", Plaza.by(ada))
        #expect(
            await failure { try await plaza.platform.share(offer.id, with: ["bob"], Plaza.by(ada)) } == unknown("bob"))
        #expect(try await plaza.platform.recommend(offer.id, Plaza.by(ada)).recipients.isEmpty)
    }

    @Test("RWD-01 nobody shares with itself")
    func itself() async throws {
        let plaza = try await Plaza()
        let offer = try await plaza.offer()
        let ada = try await plaza.user("ada")
        #expect(await failure { try await plaza.platform.relate(to: "ada", Plaza.by(ada)) } != nil)
        #expect(
            await failure { try await plaza.platform.share(offer.id, with: ["ada"], Plaza.by(ada)) } == unknown("ada"))
    }

    @Test("RWD-01 the rule finds the second users: longest associated first, as many as it says, nobody twice")
    func recommend() async throws {
        let plaza = try await Plaza()
        let offer = try await plaza.offer(
            sharing: SharingRule(recipientsMax: 2, recipientsOfUserMax: 3, associatedSecondsMin: 60))
        let ada = try await plaza.user("ada")
        var users: [PlatformUser] = []
        for name in ["bob", "cid", "dan", "eve"] {
            let user = try await plaza.user(name)
            try await plaza.associate(user, ada)
            users.append(user)
            plaza.clock.advance(30)
        }
        let asked = try await plaza.user("fay")
        _ = try await plaza.platform.relate(to: "fay", Plaza.by(ada))
        #expect(try await plaza.platform.recommend(offer.id, Plaza.by(ada)).recipients == ["bob", "cid"])
        #expect(try await plaza.platform.recommend(offer.id, Plaza.by(ada)).recipients == ["dan"])
        plaza.clock.advance(600)
        #expect(try await plaza.platform.recommend(offer.id, Plaza.by(ada)).recipients.isEmpty)
        #expect(
            await failure { try await plaza.platform.share(offer.id, with: ["eve"], Plaza.by(ada)) }
                == .limit(reason: "a user shares this offer with 3 others at most"))
        #expect(try await plaza.platform.coupons(of: asked.id, limit: 10).isEmpty)
        #expect(try await plaza.platform.coupons(of: users[0].id, limit: 10).count == 1)
    }

    @Test("one request names so many, one user gets an offer once, and what is received is not passed on")
    func bounds() async throws {
        let plaza = try await Plaza()
        let offer = try await plaza.offer(sharing: SharingRule(recipientsMax: 1, recipientsOfUserMax: 5))
        let shared = try await plaza.shared(offer)
        let cid = try await plaza.user("cid")
        try await plaza.associate(shared.ada, cid)
        try await plaza.associate(shared.bob, cid)
        func share(_ names: [String], by user: PlatformUser) async -> MerchantsError? {
            await failure { try await plaza.platform.share(offer.id, with: names, Plaza.by(user)) }
        }
        #expect(await share(["bob"], by: shared.ada) == .duplicate(reason: "bob has the offer already"))
        #expect(
            await share(["bob", "cid"], by: shared.ada) == .invalid(field: "recipients", reason: "1 at a time at most"))
        #expect(await share([], by: shared.ada) != nil)
        #expect(await share(["cid", "cid"], by: shared.ada) != nil)
        #expect(
            await share(["cid"], by: shared.bob)
                == .wrongState(reason: "who has received this offer does not pass it on"))
        #expect(await share(["cid"], by: shared.ada) == nil)
    }

    @Test("RWD-08 an offer that is over, withdrawn, or of a suspended merchant is not shared")
    func closed() async throws {
        let plaza = try await Plaza()
        let offer = try await plaza.offer(days: 1)
        let (ada, bob) = (try await plaza.user("ada"), try await plaza.user("bob"))
        try await plaza.associate(ada, bob)
        let notNow = MerchantsError.wrongState(reason: "the offer is not open now")
        func share() async -> MerchantsError? {
            await failure { try await plaza.platform.share(offer.id, with: ["bob"], Plaza.by(ada)) }
        }
        _ = try await plaza.platform.setState(.withdrawn, of: offer.id, plaza.asMerchant())
        #expect(await share() == notNow)
        _ = try await plaza.platform.setState(.published, of: offer.id, plaza.asMerchant())
        _ = try await plaza.platform.setState(.suspended, of: plaza.merchant.id, Plaza.operator())
        #expect(await share() == .wrongState(reason: "the merchant is suspended"))
        _ = try await plaza.platform.setState(.active, of: plaza.merchant.id, Plaza.operator())
        plaza.clock.advance(86_400)
        #expect(await share() == notNow)
    }

    @Test("relations need both: asked, asking, mutual, ended")
    func relations() async throws {
        let plaza = try await Plaza()
        let (ada, bob) = (try await plaza.user("ada"), try await plaza.user("bob"))
        #expect(try await plaza.platform.relate(to: "bob", Plaza.by(ada)).state == .asked)
        #expect(try await plaza.platform.relate(to: "bob", Plaza.by(ada)).state == .asked)
        #expect(try await plaza.platform.relations(of: bob.id).map(\.state) == [.asking])
        #expect(try await plaza.platform.relate(to: "ada", Plaza.by(bob)).state == .mutual)
        #expect(try await plaza.platform.relations(of: ada.id).map(\.state) == [.mutual])
        try await plaza.platform.endRelation(to: "ada", Plaza.by(bob))
        #expect(try await plaza.platform.relations(of: ada.id).isEmpty)
        #expect(await failure { try await plaza.platform.endRelation(to: "ada", Plaza.by(bob)) } != nil)
    }

    @Test("RWD-06 a policy names templates that exist, a template only what is filled in")
    func policies() throws {
        let template = try RewardTemplate(name: "a", value: .fixed(1), title: "t", text: "{friend}")
        _ = try RewardPolicy(rules: [.init(function: "visit", template: "a")], templates: [template])
        #expect(throws: MerchantsError.self) {
            try RewardPolicy(rules: [.init(function: "visit", template: "b")], templates: [template])
        }
        #expect(throws: MerchantsError.self) {
            try RewardPolicy(rules: [.init(function: "visit", template: "a")], templates: [template, template])
        }
        #expect(throws: MerchantsError.self) { try RewardPolicy(rules: [], templates: [template]) }
        for text in ["{password}", "{friend", "friend}", "{}", "{{friend}}"] {
            #expect(throws: MerchantsError.self, "\(text)") {
                try RewardTemplate(name: "a", value: .fixed(1), title: "t", text: text)
            }
        }
        for value in [
            RewardTemplate.Value.fixed(0), .share(basisPoints: 10_001, max: 1), .share(basisPoints: 1, max: 0),
        ] {
            #expect(throws: MerchantsError.self) {
                try RewardTemplate(name: "a", value: value, title: "t", text: "x")
            }
        }
    }
}
