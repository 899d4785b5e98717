import CardCryptography
import ISO4217
import Instructions
import Merchants
import Testing

@Suite("Rewards")
struct RewardTests {
    private func rewarded() async throws -> (Plaza, Plaza.SharedOffer, RewardID) {
        let plaza = try await Plaza()
        let shared = try await plaza.shared(plaza.offer())
        _ = try await plaza.take(plaza.report(plaza.present(shared)))
        let reward = try #require(try await plaza.platform.rewards(of: shared.ada.id, limit: 1).first)
        return (plaza, shared, reward.id)
    }

    private func state(_ plaza: Plaza, _ shared: Plaza.SharedOffer) async throws -> Reward.State? {
        try await plaza.platform.rewards(of: shared.ada.id, limit: 1).first?.state
    }

    @Test("RWD-02 are moved from the merchant's reward account to the first user's, once; the ledger's total stays")
    func moved() async throws {
        let (plaza, shared, _) = try await rewarded()
        let total = plaza.ledger.total
        for _ in 0..<3 { _ = try await plaza.platform.settleRewards() }
        #expect(plaza.ledger.balance("acc_ada") == 300)
        #expect(plaza.ledger.balance("acc_quay_rewards") == 9_700)
        #expect(plaza.ledger.total == total)
        #expect(try await state(plaza, shared) == .transferred)
    }

    @Test("the payment server gets a signed instruction that says the same")
    func instruction() async throws {
        let (plaza, _, id) = try await rewarded()
        _ = try await plaza.platform.settleRewards()
        let transfer = try #require(plaza.ledger.transfers.first)
        let key = try plaza.platform.publicKey()
        let instruction: RewardInstruction = try StatementReader(audience: "pay", now: Plaza.noon)
            .read(transfer.instruction) { _ in (try? ECPublicKey(pem: key.publicKey)).map { ("plaza", $0) } }
        #expect(instruction.jti == transfer.id)
        #expect(instruction.jti.utf8.count == 32)
        #expect(instruction.payer == "acc_quay_rewards")
        #expect(instruction.payee == "acc_ada")
        #expect(instruction.amount == 300)
        #expect(instruction.reference == id.rawValue)
    }

    @Test("RWD-05 an answer that is lost is asked for again under the same name: one transfer")
    func lost() async throws {
        let (plaza, shared, _) = try await rewarded()
        plaza.ledger.fault = .answerLost
        #expect(try await plaza.platform.settleRewards() == 0)
        #expect(plaza.ledger.balance("acc_ada") == 300)
        #expect(try await state(plaza, shared) == .promised)
        // Another account meanwhile: what was intended stays.
        _ = try await plaza.platform.setRewardAccount("acc_other", Plaza.by(shared.ada))
        plaza.ledger.fault = nil
        #expect(try await plaza.platform.settleRewards() == 1)
        #expect(plaza.ledger.balance("acc_ada") == 300)
        #expect(plaza.ledger.balance("acc_other") == 0)
        #expect(plaza.ledger.transfers.count == 1)
        #expect(try await state(plaza, shared) == .transferred)
    }

    @Test("RWD-05 a payment server that cannot be reached leaves the reward promised")
    func unreachable() async throws {
        let (plaza, shared, _) = try await rewarded()
        plaza.ledger.fault = .unreachable
        #expect(try await plaza.platform.settleRewards() == 0)
        #expect(try await state(plaza, shared) == .promised)
        plaza.ledger.fault = nil
        #expect(try await plaza.platform.settleRewards() == 1)
    }

    @Test("what is settled by several at once moves once")
    func atOnce() async throws {
        let (plaza, _, _) = try await rewarded()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = await failure { try await plaza.platform.settleRewards() } } }
        }
        #expect(plaza.ledger.balance("acc_ada") == 300)
        #expect(plaza.ledger.transfers.count == 1)
    }

    @Test("a first user without an account has its reward stored; it is moved when there is one")
    func later() async throws {
        let plaza = try await Plaza()
        let offer = try await plaza.offer()
        let (ada, bob) = (try await plaza.user("ada"), try await plaza.user("bob"))
        try await plaza.associate(ada, bob)
        _ = try await plaza.platform.share(offer.id, with: ["bob"], Plaza.by(ada))
        let coupon = try #require(try await plaza.platform.coupons(of: bob.id, limit: 1).first)
        _ = try await plaza.take(plaza.report(plaza.platform.present(coupon.coupon, Plaza.by(bob))))
        #expect(try await plaza.platform.settleRewards() == 0)
        #expect(try await plaza.platform.rewards(of: ada.id, limit: 1).first?.state == .promised)
        _ = try await plaza.platform.setRewardAccount("acc_ada", Plaza.by(ada))
        #expect(try await plaza.platform.settleRewards() == 1)
        #expect(plaza.ledger.balance("acc_ada") == 300)
    }

    @Test("what the payment server refuses is refused until somebody has it tried again, under the same name")
    func refused() async throws {
        let (plaza, shared, id) = try await rewarded()
        plaza.ledger.deposit(-9_900, "acc_quay_rewards")
        #expect(
            await failure { try await plaza.platform.retryReward(id, plaza.asMerchant()) }
                == .wrongState(reason: "only a reward that was refused is tried again"))
        #expect(try await plaza.platform.settleRewards() == 1)
        #expect(try await state(plaza, shared) == .refused(reason: "insufficient funds"))
        #expect(try await plaza.platform.settleRewards() == 0)
        plaza.ledger.deposit(9_900, "acc_quay_rewards")
        #expect(
            await failure { try await plaza.platform.retryReward(id, Plaza.by(shared.ada)) } != nil)
        _ = try await plaza.platform.retryReward(id, plaza.asMerchant())
        #expect(try await plaza.platform.settleRewards() == 1)
        #expect(try await state(plaza, shared) == .transferred)
        #expect(plaza.ledger.balance("acc_ada") == 300)
    }
}

@Suite("The page of a reward")
struct RewardPageTests {
    private func rewarded(title: String = "Ten percent off") async throws -> (Plaza, Plaza.SharedOffer) {
        let plaza = try await Plaza()
        let shared = try await plaza.shared(plaza.offer(title: title))
        _ = try await plaza.take(plaza.report(plaza.present(shared)))
        return (plaza, shared)
    }

    @Test("RWD-04 is reached by the link of the notification, and says what the template says")
    func link() async throws {
        let (plaza, shared) = try await rewarded()
        #expect(plaza.notifications.all.isEmpty)
        #expect(try await plaza.platform.sendNotifications() == 1)
        #expect(try await plaza.platform.sendNotifications() == 0)
        #expect(plaza.notifications.all.map(\.user) == [shared.ada.id])
        #expect("\(try #require(plaza.notifications.all.first))".contains("/r/") == false)
        let page = try await plaza.platform.rewardPage(behind: plaza.linkSecret())
        #expect(page.title == "A tenth for you")
        #expect(page.text == "bob bought at Quay Books with “Ten percent off”: 3.00 EUR.")
        #expect(!page.isTransferred)
        _ = try await plaza.platform.settleRewards()
        #expect(try await plaza.platform.rewardPage(behind: plaza.linkSecret()).isTransferred)
    }

    @Test("RWD-04 a link opens one page for a month; another secret opens none")
    func secrets() async throws {
        let (plaza, _) = try await rewarded()
        _ = try await plaza.platform.sendNotifications()
        let secret = try plaza.linkSecret()
        #expect(secret.utf8.count == 64)
        let nothing = MerchantsError.notFound(field: "link", reason: "the link leads to no reward, or has expired")
        for other in ["", "0", String(secret.reversed()), String(secret.dropLast()), secret + "0", secret.uppercased()]
        where other != secret {
            #expect(await failure { try await plaza.platform.rewardPage(behind: other) } == nothing)
        }
        #expect(try await plaza.platform.holder(ofSecret: secret) == nil)
        plaza.clock.advance(MerchantPlatform.linkSeconds - 1)
        _ = try await plaza.platform.rewardPage(behind: secret)
        plaza.clock.advance(1)
        #expect(await failure { try await plaza.platform.rewardPage(behind: secret) } == nothing)
    }

    @Test("RWD-04 a notification that cannot be delivered waits; the reward is stored and moved all the same")
    func undelivered() async throws {
        let (plaza, shared) = try await rewarded()
        plaza.notifications.isCut = true
        #expect(try await plaza.platform.sendNotifications() == 0)
        #expect(try await plaza.platform.settleRewards() == 1)
        let reward = try #require(try await plaza.platform.rewards(of: shared.ada.id, limit: 1).first)
        #expect(reward.state == .transferred)
        #expect(try await plaza.platform.rewardPage(of: reward.id, for: shared.ada.id).title == "A tenth for you")
        #expect(await failure { try await plaza.platform.rewardPage(of: reward.id, for: shared.bob.id) } != nil)
        plaza.notifications.isCut = false
        #expect(try await plaza.platform.sendNotifications() == 1)
        _ = try await plaza.platform.rewardPage(behind: plaza.linkSecret())
    }

    @Test("RWD-04 the first user gets another link, so many and no more")
    func renewed() async throws {
        let (plaza, shared) = try await rewarded()
        let reward = try #require(try await plaza.platform.rewards(of: shared.ada.id, limit: 1).first).id
        #expect(await failure { try await plaza.platform.renewLink(to: reward, Plaza.by(shared.bob)) } != nil)
        for _ in 1..<MerchantPlatform.linksOfRewardMax {
            let link = try await plaza.platform.renewLink(to: reward, Plaza.by(shared.ada))
            let secret = String(link.dropFirst("https://plaza.example/r/".count))
            #expect(try await plaza.platform.rewardPage(behind: secret).reward == reward)
        }
        #expect(
            await failure { try await plaza.platform.renewLink(to: reward, Plaza.by(shared.ada)) }
                == .limit(reason: "10 links open the reward's page already"))
    }

    @Test("RWD-04 what a merchant writes is text on the page, never markup")
    func escaped() async throws {
        let (plaza, _) = try await rewarded(title: "<script>alert('1')</script> & \"more\"")
        _ = try await plaza.platform.sendNotifications()
        let html = try await plaza.platform.rewardPage(behind: plaza.linkSecret()).html
        #expect(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;more&quot;"))
        #expect(!html.contains("<script"))
        #expect(html.hasPrefix("<!doctype html>"))
    }
}
