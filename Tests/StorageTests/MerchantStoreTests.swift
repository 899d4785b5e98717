import GRDB
import ISO4217
import Merchants
import Synchronization
import Testing

@testable import Storage

@Suite("The merchant platform's store")
struct MerchantStoreTests {
    private let merchantID: MerchantID = name("1")

    private func euro() throws -> Currency { try #require(Currency("EUR")) }

    private func merchant() throws -> Merchant {
        Merchant(
            id: merchantID, name: "Quay", payee: "acc_1", rewardAccount: "acc_2", currency: try euro(),
            category: "5942", state: .active, keys: [], registeredAt: 1)
    }

    private func id(of user: String) -> PlatformUserID { name(String(user.prefix(1))) }

    private func user(_ name: String) -> PlatformUser {
        PlatformUser(id: id(of: name), name: name, rewardAccount: nil, registeredAt: 1)
    }

    private func offer(budget: Int64 = 100, rewarded: Int64 = 0) throws -> Offer {
        Offer(
            id: name("1") as OfferID, merchant: merchantID,
            terms: try Offer.Terms(title: "t", text: "x", benefit: .function), currency: try euro(),
            period: try Period(start: 1, end: 100), sharing: try SharingRule(),
            policy: try RewardPolicy(
                rules: [.init(function: "visit", template: "a")],
                templates: [RewardTemplate(name: "a", value: .fixed(1), title: "t", text: "x")]),
            budget: budget, rewarded: rewarded, state: .published, publishedAt: 1)
    }

    private func reward(_ id: String, use: String = "use-1") throws -> Reward {
        Reward(
            id: name(id), offer: name("1") as OfferID, merchant: merchantID,
            coupon: name("1") as CouponID, first: user("ada").id, second: user("bob").id, use: use,
            function: "visit", template: "a", amount: Money(minorUnits: 1, currency: try euro()), createdAt: 1)
    }

    private func filled() async throws -> SQLiteMerchantStore {
        let store = try SQLiteMerchantStore.inMemory()
        try await apply(
            [
                .putMerchant(merchant()), .putUser(user("ada")), .putUser(user("bob")), .putOffer(offer()),
                .insertReward(reward("1")),
            ], to: store)
        return store
    }

    private func apply(_ changes: [MerchantChange], to store: SQLiteMerchantStore) async throws {
        try await store.transact { records throws(MerchantsError) in
            for change in changes { try records.apply(change) }
        }
    }

    private func refusal(_ change: MerchantChange, _ store: SQLiteMerchantStore) async -> MerchantsError? {
        do {
            try await apply([change], to: store)
            return nil
        } catch {
            return error as? MerchantsError
        }
    }

    @Test("RWD-05 one reward for coupon, second user and use, whatever the program does")
    func oneReward() async throws {
        let store = try await filled()
        guard case .duplicate = await refusal(.insertReward(try reward("2")), store) else {
            Issue.record("a second reward for one use was stored")
            return
        }
        #expect(await refusal(.insertReward(try reward("2", use: "use-2")), store) == nil)
    }

    @Test("an offer never promises more than its budget, a stock never goes below nothing, nobody shares with itself")
    func constraints() async throws {
        let store = try await filled()
        #expect(await refusal(.putOffer(try offer(budget: 100, rewarded: 100)), store) == nil)
        #expect(await refusal(.putOffer(try offer(budget: 100, rewarded: 101)), store) != nil)
        var object = TargetObject(
            id: name("1") as TargetObjectID, merchant: merchantID, title: "t", price: 1, currency: try euro(),
            stock: 0, quantityMax: 1, period: try Period(start: 1, end: 2), state: .published, publishedAt: 1)
        #expect(await refusal(.putObject(object), store) == nil)
        object.stock = -1
        #expect(await refusal(.putObject(object), store) != nil)
        let (ada, offer) = (user("ada").id, name("1") as OfferID)
        let own = Coupon(
            id: name("2") as CouponID, offer: offer, merchant: merchantID, first: ada, second: ada, sharedAt: 1,
            expiresAt: 2)
        #expect(await refusal(.putCoupon(own), store) != nil)
    }

    @Test("two users have one relation, whoever asked; a tag of an unknown merchant is not stored")
    func relations() async throws {
        let store = try await filled()
        let (ada, bob) = (user("ada").id, user("bob").id)
        let relation = UserRelation(asking: bob, asked: ada, askedAt: 1)
        try await apply([.putRelation(relation)], to: store)
        #expect(
            try await store.read { records throws(MerchantsError) in try records.relation(between: ada, bob) }
                == relation)
        #expect(try await store.read { records throws(MerchantsError) in try records.relationCount(of: bob) } == 1)
        try await apply([.deleteRelation(UserRelation(asking: ada, asked: bob, askedAt: 1))], to: store)
        #expect(try await store.read { records throws(MerchantsError) in try records.relations(of: ada) }.isEmpty)
        let tag = PayTag(
            reference: name("0"), tagID: [1, 2, 3, 4], merchant: name("2"),
            place: try PayTag.Place(label: "t"), amount: nil, kind: .fixedContent, version: 1, state: .active,
            lastCounter: nil, content: [], madeAt: 1)
        #expect(
            await refusal(.putTag(tag), store)
                == .internal(reason: "merchant mrc_\(String(repeating: "2", count: 32)) does not exist"))
    }

    @Test("a promised reward is tried when its first user has an account, or had one")
    func promised() async throws {
        let store = try await filled()
        func promised() async throws -> Int {
            try await store.read { records throws(MerchantsError) in try records.promisedRewards(limit: 10) }.count
        }
        #expect(try await promised() == 0)
        var ada = user("ada")
        ada.rewardAccount = "acc_ada"
        try await apply([.putUser(ada)], to: store)
        #expect(try await promised() == 1)
        var known = try reward("1")
        known.accounts = Reward.Accounts(payer: "acc_2", payee: "acc_ada")
        try await apply([.putUser(user("ada")), .updateReward(known)], to: store)
        #expect(try await promised() == 1)
        known.state = .transferred
        try await apply([.updateReward(known)], to: store)
        #expect(try await promised() == 0)
    }

    @Test("every look-up is answered by an index, and no list is sorted")
    func plans() async throws {
        let store = try await filled()
        let statements = Mutex<[String]>([])
        try await store.writer.writeWithoutTransaction { database in
            database.trace { event in
                if case .statement(let statement) = event { statements.withLock { $0.append(statement.sql) } }
            }
        }
        let (user, merchant) = (user("ada").id, merchantID)
        try await store.transact { records throws(MerchantsError) in
            _ = try records.merchants(after: merchant, limit: 5)
            _ = try records.tag(tagID: [1])
            _ = try records.tags(of: merchant, after: nil, limit: 5)
            _ = try records.tagCount(of: merchant)
            _ = try records.instruction(name("1") as InstructionID)
            _ = try records.instructions(of: merchant, limit: 5)
            _ = try records.openInstructionCount(of: "tag", at: 1)
            _ = try records.orders(of: user, limit: 5)
            _ = try records.openOrderCount(of: user, at: 1)
            _ = try records.silentOrders(expiredBefore: 1, limit: 5)
            _ = try records.objects(of: merchant, after: nil, limit: 5)
            _ = try records.user(named: "ada")
            _ = try records.relations(of: user)
            _ = try records.offers(of: merchant, after: nil, limit: 5)
            _ = try records.coupon(of: name("1") as OfferID, for: user)
            _ = try records.coupons(for: user, limit: 5)
            _ = try records.couponCount(of: name("1") as OfferID, sharedBy: user)
            _ = try records.presentation(digest: [1])
            _ = try records.presentationCount(of: name("1") as CouponID)
            _ = try records.use("use-1", of: merchant)
            _ = try records.rewards(of: user, limit: 5)
            _ = try records.link(digest: [1])
            _ = try records.linkCount(to: name("1") as RewardID, at: 1)
            _ = try records.keptAnswer(scope: "s", key: "k")
            _ = try records.credential(digest: [1])
        }
        let selects = statements.withLock { $0 }.filter { $0.hasPrefix("SELECT") }
        #expect(selects.count == 25)
        for sql in selects {
            let plan = try await store.writer.writeWithoutTransaction { database in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments([])
                return try Row.fetchAll(statement).map { $0["detail"] as String? ?? "" }
            }
            for step in plan where step != "MULTI-INDEX OR" && !step.hasPrefix("INDEX") {
                #expect(step.hasPrefix("SEARCH"), "\(sql): \(step)")
            }
        }
    }
}

/// The name of the kind whose digits are all the same.
private func name<Name: MerchantsIdentifier>(_ digit: String) -> Name {
    Name(unchecked: Name.prefix + String(repeating: digit, count: Name.digitCount))
}
