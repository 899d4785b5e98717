import ISO4217
import Instructions
import JOSE
import Merchants
import Testing

@Suite("What the payment server says of an instruction")
struct ResultTests {
    private func ordered(_ quantity: Int64 = 2) async throws -> (Plaza, TargetObject, PlatformUser, InstructionID) {
        let plaza = try await Plaza()
        let draft = try TargetObjectDraft(
            title: "Harbour Tales", price: 1_250, stock: 5,
            period: Period(start: Plaza.noon, end: Plaza.noon + 30 * 86_400))
        let object = try await plaza.platform.publish(draft, plaza.asMerchant())
        let ada = try await plaza.user("ada")
        let answer = try await plaza.platform.order(quantity, of: object.id, Plaza.by(ada))
        return (plaza, object, ada, answer.instruction)
    }

    @Test("XFER-07 paid: user and merchant see it, what was reserved is sold")
    func paid() async throws {
        let (plaza, object, ada, id) = try await ordered()
        _ = try await plaza.platform.takeResult(plaza.result(of: id, amount: 2_500))
        let seen = try await plaza.platform.order(id, of: ada.id)
        #expect(seen.state == .paid)
        #expect(seen.result?.order == "order-1")
        #expect(try await plaza.platform.instruction(id, of: plaza.merchant.id) == seen)
        #expect(try await plaza.platform.orders(of: ada.id, limit: 10) == [seen])
        #expect(try await plaza.platform.object(object.id).stock == 3)
        let bob = try await plaza.user("bob")
        #expect(await failure { try await plaza.platform.order(id, of: bob.id) } != nil)
    }

    @Test(
        "XFER-07 declined or expired: what was reserved is free again, once",
        arguments: [PaymentResult.State.declined, .expired])
    func released(state: PaymentResult.State) async throws {
        let (plaza, object, ada, id) = try await ordered()
        for _ in 0..<2 { _ = try await plaza.platform.takeResult(plaza.result(of: id, state, amount: 2_500)) }
        #expect(try await plaza.platform.object(object.id).stock == 5)
        #expect(try await plaza.platform.order(id, of: ada.id).order?.isReserved == false)
    }

    @Test("XFER-05 a result that comes twice is taken in once; paid stays paid")
    func twice() async throws {
        let (plaza, object, ada, id) = try await ordered()
        let result = try plaza.result(of: id, amount: 2_500)
        let first = try await plaza.platform.takeResult(result)
        #expect(try await plaza.platform.takeResult(result) == first)
        for other in [PaymentResult.State.declined, .expired] {
            #expect(
                await failure { try await plaza.platform.takeResult(plaza.result(of: id, other, amount: 2_500)) }
                    == .wrongState(reason: "the instruction is paid, which does not change any more"))
        }
        #expect(
            await failure {
                try await plaza.platform.takeResult(plaza.result(of: id, amount: 2_500, order: "order-2"))
            } != nil)
        #expect(try await plaza.platform.object(object.id).stock == 3)
        #expect(try await plaza.platform.order(id, of: ada.id) == first)
    }

    @Test("what was declined may be paid after all: it is reserved again, or the merchant owes it")
    func afterAll() async throws {
        let (plaza, object, ada, id) = try await ordered(2)
        _ = try await plaza.platform.takeResult(plaza.result(of: id, .declined, amount: 2_500))
        _ = try await plaza.platform.takeResult(plaza.result(of: id, amount: 2_500))
        #expect(try await plaza.platform.object(object.id).stock == 3)
        let answer = try await plaza.platform.order(3, of: object.id, Plaza.by(ada))
        _ = try await plaza.platform.takeResult(
            plaza.result(of: answer.instruction, .expired, amount: nil, order: "order-3"))
        _ = try await plaza.platform.order(2, of: object.id, Plaza.by(ada))
        let late = try await plaza.platform.takeResult(
            plaza.result(of: answer.instruction, amount: 3_750, order: "order-3"))
        #expect(late.state == .paid)
        #expect(late.order?.isShort == true)
        #expect(try await plaza.platform.object(object.id).stock == 1)
    }

    @Test("an order that nothing is heard of lapses an hour after its instruction; a late word still goes")
    func lapse() async throws {
        let (plaza, object, ada, id) = try await ordered()
        plaza.clock.advance(600 + MerchantPlatform.lapseSeconds)
        #expect(try await plaza.platform.lapseOrders() == 0)
        plaza.clock.advance(1)
        #expect(try await plaza.platform.lapseOrders() == 1)
        #expect(try await plaza.platform.lapseOrders() == 0)
        #expect(try await plaza.platform.order(id, of: ada.id).state == .lapsed)
        #expect(try await plaza.platform.object(object.id).stock == 5)
        _ = try await plaza.platform.takeResult(plaza.result(of: id, amount: 2_500))
        #expect(try await plaza.platform.order(id, of: ada.id).state == .paid)
        #expect(try await plaza.platform.object(object.id).stock == 3)
    }

    @Test("a result by somebody else, for somebody else, expired, or of something else changes nothing")
    func unbelieved() async throws {
        let (plaza, _, ada, id) = try await ordered()
        func take(_ result: String) async -> MerchantsError? {
            await failure { try await plaza.platform.takeResult(result) }
        }
        #expect(await take(try plaza.result(of: id, by: plaza.till)) == .statement(.signature(.unknownKey)))
        #expect(await take(try plaza.result(of: id) { $0.iss = "bank" }) == .statement(.signer))
        #expect(await take(try plaza.result(of: id) { $0.aud = "other" }) == .statement(.audience))
        #expect(await take(try plaza.result(of: id) { $0.exp = Plaza.noon }) == .statement(.expired))
        #expect(await take("a.b.c") == .statement(.signature(.malformed)))
        #expect(await take(try plaza.result(of: id, amount: 2_499)) != nil)
        #expect(await take(try plaza.result(of: id, amount: nil)) != nil)
        let yen = try plaza.result(of: id, amount: 2_500) { result in
            if let yen = Currency("JPY") { result.currency = yen }
        }
        #expect(await take(yen) == .invalid(field: "currency", reason: "the instruction is in EUR"))
        let unknown = try plaza.result(of: id) { $0.instruction = "ins_" + String(repeating: "0", count: 32) }
        #expect(await take(unknown) == .notFound(field: "instruction", reason: "no instruction of this name"))
        #expect(try await plaza.platform.order(id, of: ada.id).state == .open)
    }
}
