import ISO4217
import Instructions
import JOSE
import Merchants
import Storage
import Synchronization
import Testing

@Suite("What the payment server says of an instruction")
struct ResultTests {
    private func ordered(
        _ quantity: Int64 = 2, inquiry: (any InstructionInquiry)? = nil
    ) async throws -> (Plaza, TargetObject, PlatformUser, InstructionID) {
        let plaza = try await Plaza(store: .inMemory(), inquiry: inquiry)
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

    @Test("before an order lapses the payment server is asked: what it says goes, and nothing is sold twice")
    func asked() async throws {
        let inquiry = ScriptedInquiry()
        let (plaza, object, ada, id) = try await ordered(inquiry: inquiry)
        func state() async throws -> IssuedInstruction.State { try await plaza.platform.order(id, of: ada.id).state }
        plaza.clock.advance(600 + MerchantPlatform.lapseSeconds)
        #expect(try await plaza.platform.lapseOrders() == 0 && inquiry.asked.isEmpty)
        plaza.clock.advance(1)
        // Not reached: it is asked again. Open: its payer may pay it yet.
        for standing in [nil, InstructionStanding.open] {
            inquiry.answer(standing)
            #expect(try await plaza.platform.lapseOrders() == 0)
            #expect(try await state() == .open)
        }
        inquiry.answer(.settled(result: try plaza.result(of: id, by: plaza.till)))
        #expect(try await plaza.platform.lapseOrders() == 0)
        #expect(try await state() == .open)
        inquiry.answer(.settled(result: try plaza.result(of: id, amount: 2_500)))
        #expect(try await plaza.platform.lapseOrders() == 0)
        let paid = try await plaza.platform.order(id, of: ada.id)
        #expect(paid.state == .paid && paid.order?.isShort == false)
        #expect(try await plaza.platform.object(object.id).stock == 3)
        #expect(inquiry.asked == [InstructionID](repeating: id, count: 4))
        #expect(try await plaza.platform.lapseOrders() == 0 && inquiry.asked.count == 4)
    }

    @Test("what the payment server knows nothing of lapses at once; one that is silent for a day is done without")
    func unasked() async throws {
        let inquiry = ScriptedInquiry()
        let (plaza, object, ada, id) = try await ordered(inquiry: inquiry)
        let second = try await plaza.platform.order(1, of: object.id, Plaza.by(ada)).instruction
        plaza.clock.advance(601 + MerchantPlatform.lapseSeconds)
        // The first that is not reached is the last that is asked after in a round.
        inquiry.answer(nil)
        #expect(try await plaza.platform.lapseOrders() == 0 && inquiry.asked.count == 1)
        inquiry.answer(.unknown)
        #expect(try await plaza.platform.lapseOrders() == 2)
        #expect(try await plaza.platform.order(id, of: ada.id).state == .lapsed)
        #expect(try await plaza.platform.object(object.id).stock == 5)
        let third = try await plaza.platform.order(2, of: object.id, Plaza.by(ada)).instruction
        inquiry.answer(nil)
        plaza.clock.advance(600 + MerchantPlatform.inquirySecondsMax)
        #expect(try await plaza.platform.lapseOrders() == 0)
        plaza.clock.advance(1)
        #expect(try await plaza.platform.lapseOrders() == 1)
        for id in [second, third] {
            #expect(try await plaza.platform.order(id, of: ada.id).state == .lapsed)
        }
        #expect(try await plaza.platform.object(object.id).stock == 5)
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

/// A payment server that says of every instruction what it is told to.
final class ScriptedInquiry: InstructionInquiry {
    private let state = Mutex<(standing: InstructionStanding?, asked: [InstructionID])>((nil, []))

    var asked: [InstructionID] { state.withLock { $0.asked } }

    /// - Parameter standing: `nil` for a payment server that is not reached.
    func answer(_ standing: InstructionStanding?) { state.withLock { $0.standing = standing } }

    func standing(of instruction: InstructionID) async throws(MerchantsError) -> InstructionStanding {
        let standing = state.withLock { state in
            state.asked.append(instruction)
            return state.standing
        }
        guard let standing else { throw .unfinished(reason: "it is silent") }
        return standing
    }
}
