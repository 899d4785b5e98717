import Foundation
import Instructions
import Merchants
import Storage
import Testing

@Suite("Merchants and users")
struct MerchantTests {
    @Test("are registered by the operator alone, and open the platform with a secret of which a digest is kept")
    func credentials() async throws {
        let plaza = try await Plaza()
        let application = try MerchantApplication(name: "X", payee: "acc_x", currency: "EUR", category: "5812")
        #expect(await failure { try await plaza.platform.registerMerchant(application, plaza.asMerchant()) } != nil)
        let ada = try await plaza.platform.registerUser(name: "ada", Plaza.operator())
        #expect(try await plaza.platform.holder(ofSecret: ada.secret) == .user(ada.user.id))
        #expect(await failure { try await plaza.user("ada") } == .duplicate(reason: "a user has the name ada"))
        let renewed = try await plaza.platform.renewCredential(of: plaza.merchant.id, Plaza.operator())
        #expect(try await plaza.platform.holder(ofSecret: plaza.merchantSecret) == nil)
        #expect(try await plaza.platform.holder(ofSecret: renewed.secret) == .merchant(plaza.merchant.id))
        let secret = try await plaza.platform.createOperatorCredential(name: "ops")
        #expect(try await plaza.platform.holder(ofSecret: secret) == .operator(name: "ops"))
        #expect(try await plaza.platform.holder(ofSecret: String(secret.reversed())) == nil)
    }

    @Test("a field that cannot be is named")
    func fields() {
        func field(_ name: String, _ payee: String, _ currency: String, _ category: String) -> String? {
            do throws(MerchantsError) {
                _ = try MerchantApplication(name: name, payee: payee, currency: currency, category: category)
                return nil
            } catch {
                guard case .invalid(let field, _) = error else { return "?" }
                return field
            }
        }
        #expect(field("Quay", "acc_1", "EUR", "5942") == nil)
        #expect(field("", "acc_1", "EUR", "5942") == "name")
        #expect(field("Quay\u{0007}", "acc_1", "EUR", "5942") == "name")
        #expect(field(String(repeating: "Q", count: 61), "acc_1", "EUR", "5942") == "name")
        #expect(field("Quay", "acc 1", "EUR", "5942") == "payee")
        #expect(field("Quay", "acc_1", "EUX", "5942") == "currency")
        #expect(field("Quay", "acc_1", "EUR", "594") == "category")
        #expect(field("Quay", "acc_1", "EUR", "594x") == "category")
    }

    @Test("XFER-04 no account credential is asked for or kept: what the platform knows of a payer is a name")
    func noCredentials() async throws {
        let path = NSTemporaryDirectory() + "plaza-store-\(UUID().uuidString)/plaza.sqlite"
        let store = try SQLiteMerchantStore(path: path)
        let plaza = try await Plaza(store: store)
        let shared = try await plaza.shared(plaza.offer())
        let ada = try await plaza.platform.registerUser(name: "ada.b", Plaza.operator("user"))
        let object = try await plaza.platform.publish(
            TargetObjectDraft(
                title: "Harbour Tales", price: 1_250, period: Period(start: Plaza.noon, end: Plaza.noon + 86_400)),
            plaza.asMerchant())
        let order = try await plaza.platform.order(1, of: object.id, Plaza.by(ada.user))
        _ = try await plaza.platform.takeResult(plaza.result(of: order.instruction))
        let presentation = try await plaza.present(shared)
        _ = try await plaza.take(plaza.report(presentation))
        _ = try await plaza.platform.sendNotifications()
        let linkSecret = try plaza.linkSecret()
        try store.close()
        // Its own bearer secrets, links and presentations are kept as digests or sealed.
        let secrets = [plaza.merchantSecret, ada.secret, linkSecret, presentation.code]
        let words = ["pin", "password", "cvv", "pan", "cardnumber", "devicekey", "credit"].map { "\"\($0)\"" }
        for suffix in ["", "-wal"] {
            guard let bytes = FileManager.default.contents(atPath: path + suffix) else { continue }
            for secret in secrets + words { #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret.prefix(8))") }
        }
        // The records themselves: every field that a user, an order and an instruction have.
        let fields = Mirror(reflecting: ada.user).children.compactMap(\.label)
        #expect(Set(fields) == ["id", "name", "rewardAccount", "registeredAt"])
        let instruction = try plaza.instruction(order.statement)
        #expect(instruction.payee == "acc_quay")
        #expect(!order.statement.contains("acc_ada"))
    }

    @Test("what is over is forgotten; what is owed, sold or still to be heard of is not")
    func forget() async throws {
        let plaza = try await Plaza()
        let shared = try await plaza.shared(plaza.offer())
        let tag = try await plaza.tag()
        _ = try await plaza.parse(tag.tag.content)
        let paid = try await plaza.parse(tag.tag.content, nonce: "nonce-1111111111")
        _ = try await plaza.platform.takeResult(plaza.result(of: paid.instruction))
        _ = try await plaza.take(plaza.report(plaza.present(shared)))
        plaza.clock.advance(MerchantPlatform.keptSecondsMin - 1_000)
        try await plaza.platform.forget(olderThan: 0)
        #expect(try await plaza.platform.instructions(of: plaza.merchant.id, limit: 10).count == 2)
        plaza.clock.advance(100_000)
        try await plaza.platform.forget(olderThan: 0)
        #expect(try await plaza.platform.instructions(of: plaza.merchant.id, limit: 10).map(\.state) == [.paid])
        #expect(try await plaza.platform.auditEntries(limit: 10).isEmpty)
        #expect(try await plaza.platform.settleRewards() == 1)
        #expect(try await plaza.platform.coupons(of: shared.bob.id, limit: 10).count == 1)
    }

    @Test("what was answered is there after a restart, and answered the same")
    func restart() async throws {
        let path = NSTemporaryDirectory() + "plaza-store-\(UUID().uuidString)/plaza.sqlite"
        let store = try SQLiteMerchantStore(path: path)
        let plaza = try await Plaza(store: store)
        let tag = try await plaza.tag(amount: 450)
        let reading = try await plaza.parse(tag.tag.content)
        try store.close()
        let again = try SQLiteMerchantStore(path: path)
        let platform = MerchantPlatform(
            profile: plaza.platform.profile, store: again, keys: plaza.vault, transfers: plaza.ledger,
            notifier: plaza.notifications, clock: plaza.clock)
        let request = try TagPaymentRequest(content: tag.tag.content, tagID: Plaza.tagID, nonce: "nonce-0123456789")
        #expect(try await platform.parse(request) == reading)
        #expect(try await platform.tags(of: plaza.merchant.id, after: nil, limit: 10) == [tag.tag])
        try again.close()
    }
}
