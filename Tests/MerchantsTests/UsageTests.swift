import CardCryptography
import ISO4217
import Instructions
import JOSE
import Merchants
import Testing

@Suite("A use that a merchant reports")
struct UsageTests {
    private func made(budget: Int64 = 10_000) async throws -> (Plaza, Plaza.SharedOffer) {
        let plaza = try await Plaza()
        return (plaza, try await plaza.shared(plaza.offer(budget: budget)))
    }

    private func expectNothing(_ plaza: Plaza, _ shared: Plaza.SharedOffer) async throws {
        #expect(try await plaza.platform.rewards(of: shared.ada.id, limit: 10).isEmpty)
        #expect(try await plaza.platform.offer(shared.offer.id).rewarded == 0)
        #expect(try await plaza.platform.coupons(of: shared.bob.id, limit: 10).first?.isUsed == false)
    }

    @Test("RWD-02 brings the first user its reward, once the second user who is logged in has used the coupon")
    func rewarded() async throws {
        let (plaza, shared) = try await made()
        let presentation = try await plaza.present(shared)
        try await expectNothing(plaza, shared)
        let use = try await plaza.take(plaza.report(presentation))
        let rewards = try await plaza.platform.rewards(of: shared.ada.id, limit: 10)
        #expect(rewards.map(\.amount) == [try Money(minorUnits: 300, currency: Plaza.euro)])
        #expect(use.outcome == CouponUse.Outcome.rewarded(try #require(rewards.first).id))
        #expect(try await plaza.platform.offer(shared.offer.id).rewarded == 300)
        #expect(try await plaza.platform.coupons(of: shared.bob.id, limit: 10).first?.isUsed == true)
        #expect(try await plaza.platform.rewards(of: shared.bob.id, limit: 10).isEmpty)
    }

    @Test("RWD-03 names the first user and the function: without one of them there is no reward, and nothing changes")
    func incomplete() async throws {
        let (plaza, shared) = try await made()
        let presentation = try await plaza.present(shared)
        for empty in [nil, ""] {
            #expect(
                await failure { try await plaza.take(plaza.report(presentation) { $0.firstUser = empty }) }
                    == .noReward(.firstUserMissing))
            #expect(
                await failure { try await plaza.take(plaza.report(presentation) { $0.function = empty }) }
                    == .noReward(.functionMissing))
        }
        #expect(
            await failure { try await plaza.take(plaza.report(presentation) { $0.firstUser = shared.bob.id.rawValue }) }
                == .noReward(.otherFirstUser))
        try await expectNothing(plaza, shared)
        // The same use, reported as it should be.
        _ = try await plaza.take(plaza.report(presentation))
        #expect(try await plaza.platform.rewards(of: shared.ada.id, limit: 10).count == 1)
    }

    @Test("RWD-02 without a presentation of the logged-in second user around that time there is no reward")
    func notLoggedIn() async throws {
        let (plaza, shared) = try await made()
        let presentation = try await plaza.present(shared)
        func refusal(_ change: @escaping (inout UsageReport) -> Void) async -> MerchantsError? {
            await failure { try await plaza.take(plaza.report(presentation, change)) }
        }
        let refused = MerchantsError.noReward(.notLoggedIn)
        #expect(await refusal { $0.presentation = "guess" } == refused)
        #expect(await refusal { $0.presentation = $0.coupon } == refused)
        #expect(await refusal { $0.at -= 31 } == refused)
        plaza.clock.advance(MerchantPlatform.presentationSeconds + 31)
        #expect(await refusal { $0.jti = "use-2" } == refused)
        // Somebody else does not present it.
        #expect(
            await failure { try await plaza.platform.present(shared.coupon, Plaza.by(shared.ada)) }
                == .notFound(field: "coupon", reason: "no coupon of this name"))
        try await expectNothing(plaza, shared)
        // Reported late, of the time when it was shown: the merchant was offline.
        _ = try await plaza.take(plaza.report(presentation) { $0.at = Plaza.noon + 60 })
    }

    @Test("RWD-05 the same use reported twice is one reward, whether or not it is signed anew")
    func twice() async throws {
        let (plaza, shared) = try await made()
        let presentation = try await plaza.present(shared)
        let report = try plaza.report(presentation)
        let first = try await plaza.take(report)
        #expect(try await plaza.take(report) == first)
        plaza.clock.advance(3_600)
        let anew = try plaza.report(presentation) { $0.at = Plaza.noon }
        #expect(try await plaza.take(anew) == first)
        #expect(
            await failure {
                try await plaza.take(
                    plaza.report(presentation, amount: 9_999) { $0.at = Plaza.noon })
            } == .idempotencyConflict)
        #expect(try await plaza.platform.rewards(of: shared.ada.id, limit: 10).count == 1)
    }

    @Test("RWD-05 the coupon used again, under another name, is no second reward")
    func used() async throws {
        let (plaza, shared) = try await made()
        let (first, second) = (try await plaza.present(shared), try await plaza.present(shared))
        _ = try await plaza.take(plaza.report(first))
        for presentation in [first, second] {
            #expect(
                await failure { try await plaza.take(plaza.report(presentation, use: "use-2")) } == .noReward(.used))
        }
        #expect(
            await failure { try await plaza.present(shared) }
                == .wrongState(reason: "the coupon was used before"))
        #expect(try await plaza.platform.rewards(of: shared.ada.id, limit: 10).count == 1)
    }

    @Test("RWD-05 reports that come at once, alike or of two uses, bring one reward")
    func atOnce() async throws {
        let (plaza, shared) = try await made()
        let presentation = try await plaza.present(shared)
        let reports = try (0..<12).map { try plaza.report(presentation, use: "use-\($0 % 3)") }
        await withTaskGroup(of: Void.self) { group in
            for report in reports { group.addTask { _ = await failure { try await plaza.take(report) } } }
        }
        #expect(try await plaza.platform.rewards(of: shared.ada.id, limit: 10).count == 1)
        #expect(try await plaza.platform.offer(shared.offer.id).rewarded == 300)
    }

    @Test(
        "RWD-06 is rewarded by the template that the policy chooses for it",
        arguments: [
            ("purchase", 2_000, "tenth", 200), ("purchase", 2_009, "tenth", 200), ("purchase", 9_000, "tenth", 500),
            ("purchase", 1_999, "euro", 100), ("purchase", nil, "euro", 100), ("visit", nil, "visit", 50),
        ] as [(String, Int64?, String, Int64)])
    func templates(function: String, amount: Int64?, template: String, reward: Int64) async throws {
        let (plaza, shared) = try await made()
        let presentation = try await plaza.present(shared)
        _ = try await plaza.take(plaza.report(presentation, amount: amount) { $0.function = function })
        let rewards = try await plaza.platform.rewards(of: shared.ada.id, limit: 10)
        #expect(rewards.map(\.template) == [template])
        #expect(rewards.map(\.amount.minorUnits) == [reward])
    }

    @Test("RWD-06 a use that the policy does not know uses the coupon up and brings no reward")
    func notInPolicy() async throws {
        let (plaza, shared) = try await made()
        let report = try await plaza.report(plaza.present(shared)) { $0.function = "review" }
        let use = try await plaza.take(report)
        #expect(use.outcome == CouponUse.Outcome.notRewarded(.notInPolicy))
        #expect(try await plaza.take(report) == use)
        #expect(try await plaza.platform.rewards(of: shared.ada.id, limit: 10).isEmpty)
    }

    @Test("an offer's budget is never exceeded: what it does not cover brings no reward")
    func budget() async throws {
        let plaza = try await Plaza()
        let offer = try await plaza.offer(budget: 350)
        let shared = try await plaza.shared(offer)
        let cid = try await plaza.user("cid")
        try await plaza.associate(shared.ada, cid)
        _ = try await plaza.platform.share(offer.id, with: ["cid"], Plaza.by(shared.ada))
        _ = try await plaza.take(plaza.report(plaza.present(shared)))
        let second = try #require(try await plaza.platform.coupons(of: cid.id, limit: 1).first)
        let presentation = try await plaza.platform.present(second.coupon, Plaza.by(cid))
        let use = try await plaza.take(plaza.report(presentation, use: "use-2", amount: 510))
        #expect(use.outcome == CouponUse.Outcome.notRewarded(.budgetExhausted))
        #expect(try await plaza.platform.offer(offer.id).rewarded == 300)
    }

    @Test("RWD-08 an expired coupon, or one of an offer that is over, brings no reward")
    func expired() async throws {
        let plaza = try await Plaza()
        let shared = try await plaza.shared(plaza.offer(days: 1))
        plaza.clock.advance(86_400 - 1)
        let presentation = try await plaza.present(shared)
        plaza.clock.advance(1)
        #expect(await failure { try await plaza.take(plaza.report(presentation)) } == .noReward(.expired))
        #expect(await failure { try await plaza.present(shared) } != nil)
        try await expectNothing(plaza, shared)
        // Used in the last second, reported after.
        _ = try await plaza.take(plaza.report(presentation) { $0.at -= 1 })
        #expect(try await plaza.platform.rewards(of: shared.ada.id, limit: 10).count == 1)
    }

    @Test("RWD-08 an offer that was withdrawn brings no reward any more")
    func withdrawn() async throws {
        let (plaza, shared) = try await made()
        let presentation = try await plaza.present(shared)
        _ = try await plaza.platform.setState(.withdrawn, of: shared.offer.id, plaza.asMerchant())
        #expect(await failure { try await plaza.take(plaza.report(presentation)) } == .noReward(.expired))
        try await expectNothing(plaza, shared)
    }

    @Test("RWD-01 two users who are not associated any more bring each other no reward")
    func ended() async throws {
        let (plaza, shared) = try await made()
        let presentation = try await plaza.present(shared)
        try await plaza.platform.endRelation(to: "ada", Plaza.by(shared.bob))
        #expect(await failure { try await plaza.take(plaza.report(presentation)) } == .noReward(.notAssociated))
        try await expectNothing(plaza, shared)
    }

    @Test("a report that is not signed by the merchant, or is another merchant's, or says what cannot be, is refused")
    func unbelieved() async throws {
        let (plaza, shared) = try await made()
        let presentation = try await plaza.present(shared)
        func refusal(_ change: @escaping (inout UsageReport) -> Void) async -> MerchantsError? {
            await failure { try await plaza.take(plaza.report(presentation, change)) }
        }
        #expect(
            await failure { try await plaza.take(plaza.report(presentation, by: plaza.server)) }
                == .statement(.signature(.unknownKey)))
        #expect(await refusal { $0.iss = "mrc_2" } == .statement(.signer))
        #expect(await refusal { $0.aud = "pay" } == .statement(.audience))
        #expect(await refusal { $0.exp = $0.iat + 604_801 } == .statement(.times))
        #expect(await refusal { $0.at += 31 } != nil)
        #expect(await refusal { $0.amount = -1 } != nil)
        #expect(await refusal { $0.currency = nil } != nil)
        #expect(await refusal { $0.currency = Currency("JPY") } != nil)
        #expect(await refusal { $0.jti = "" } != nil)
        #expect(
            await refusal { $0.coupon = "cpn_" + String(repeating: "0", count: 32) }
                == .notFound(field: "coupon", reason: "no coupon of this name"))
        let other = try await plaza.otherMerchant()
        _ = try await plaza.platform.addKey(
            StatementKey(name: "corner", publicKey: plaza.server.privateKey.publicKey.pem), of: other.merchant.id,
            Plaza.operator())
        let foreign = UsageReport(
            iss: other.merchant.id.rawValue, aud: "plaza", jti: "use-1", iat: Plaza.noon, exp: Plaza.noon + 60,
            coupon: presentation.coupon.rawValue, presentation: presentation.code,
            firstUser: presentation.firstUser.rawValue, function: "purchase", amount: nil, currency: nil,
            at: Plaza.noon)
        let compact = try foreign.signed(with: NamedPrivateKey(name: "corner", privateKey: plaza.server.privateKey))
        #expect(
            await failure { try await plaza.platform.takeUsageReport(compact, from: other.merchant.id) }
                == .notFound(field: "coupon", reason: "no coupon of this name"))
        try await expectNothing(plaza, shared)
    }
}
