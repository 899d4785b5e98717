import Foundation
import ISO4217
import Instructions
import JOSE
import Merchants
import Testing

@Suite("Objects that are published")
struct ObjectTests {
    private func draft(
        price: Int64 = 1_250, stock: Int64? = 5, quantityMax: Int64 = 3, seconds: Int64 = 86_400
    ) throws -> TargetObjectDraft {
        try TargetObjectDraft(
            title: "Harbour Tales", price: price, stock: stock, quantityMax: quantityMax,
            period: Period(start: Plaza.noon, end: Plaza.noon + seconds))
    }

    private func made(stock: Int64? = 5) async throws -> (Plaza, TargetObject, PlatformUser) {
        let plaza = try await Plaza()
        let object = try await plaza.platform.publish(draft(stock: stock), plaza.asMerchant())
        return (plaza, object, try await plaza.user("ada"))
    }

    @Test("XFER-06 a provider publishes with its credential alone, and anybody sees it")
    func publish() async throws {
        let (plaza, object, _) = try await made()
        #expect(
            try await plaza.platform.holder(ofSecret: plaza.merchantSecret) == .merchant(plaza.merchant.id))
        #expect(try await plaza.platform.objects(of: nil, after: nil, limit: 10) == [object])
        #expect(try await plaza.platform.objects(of: plaza.merchant.id, after: object.id, limit: 10).isEmpty)
        #expect(object.currency == (try Plaza.euro))
        let other = try await plaza.otherMerchant()
        let asOther = PlatformRequester(.merchant(other.merchant.id), idempotencyKey: "k")
        #expect(
            await failure { try await plaza.platform.setState(.withdrawn, of: object.id, asOther) }
                == .notFound(field: "object", reason: "no object of this name"))
    }

    @Test("XFER-03 the instruction says price times quantity, the merchant's account, and the order's number")
    func order() async throws {
        let (plaza, object, ada) = try await made()
        let answer = try await plaza.platform.order(3, of: object.id, Plaza.by(ada))
        #expect(answer.amount == (try Money(minorUnits: 3_750, currency: Plaza.euro)))
        let instruction = try plaza.instruction(answer.statement)
        #expect(instruction.amount == 3_750)
        #expect(instruction.payee == "acc_quay")
        #expect(instruction.jti == answer.instruction.rawValue)
        #expect(instruction.origin == .object)
        #expect(instruction.description == "3 × Harbour Tales")
        #expect(instruction.exp - instruction.iat == 600)
        #expect(try await plaza.platform.object(object.id).stock == 2)
    }

    @Test("XFER-02 an instruction is believed from the platform alone, unaltered")
    func signature() async throws {
        let (plaza, object, ada) = try await made()
        let answer = try await plaza.platform.order(1, of: object.id, Plaza.by(ada))
        var cheap = try plaza.instruction(answer.statement)
        cheap.amount = 1
        let parts = answer.statement.split(separator: ".")
        let forged = "\(parts[0]).\(Base64URL.encode(try cheap.payload())).\(parts[2])"
        #expect(throws: StatementRefusal.signature(.signature)) { try plaza.instruction(forged) }
        #expect(throws: StatementRefusal.signature(.unknownKey)) {
            try plaza.instruction(cheap.signed(with: plaza.till))
        }
    }

    @Test("XFER-05 the same request with the same key reserves and orders once")
    func once() async throws {
        let (plaza, object, ada) = try await made()
        let first = try await plaza.platform.order(2, of: object.id, Plaza.by(ada, "one"))
        #expect(try await plaza.platform.order(2, of: object.id, Plaza.by(ada, "one")) == first)
        #expect(try await plaza.platform.object(object.id).stock == 3)
        #expect(
            await failure { try await plaza.platform.order(1, of: object.id, Plaza.by(ada, "one")) }
                == .idempotencyConflict)
    }

    @Test(
        "a quantity that is none, too much, or overflows is refused and reserves nothing", arguments: [0, -1, 4, .max])
    func quantities(quantity: Int64) async throws {
        let (plaza, object, ada) = try await made()
        #expect(
            await failure { try await plaza.platform.order(quantity, of: object.id, Plaza.by(ada)) }
                == .invalid(field: "quantity", reason: "1 to 3"))
        let dear = try await plaza.platform.publish(
            draft(price: PayTag.amountMax, stock: nil, quantityMax: 10_000), plaza.asMerchant())
        #expect(
            await failure { try await plaza.platform.order(2, of: dear.id, Plaza.by(ada)) }
                == .invalid(field: "quantity", reason: "the amount is too large"))
        #expect(try await plaza.platform.object(object.id).stock == 5)
    }

    @Test("more than are left are refused; as many as are left are not")
    func stock() async throws {
        let (plaza, object, ada) = try await made(stock: 3)
        _ = try await plaza.platform.order(2, of: object.id, Plaza.by(ada))
        #expect(
            await failure { try await plaza.platform.order(2, of: object.id, Plaza.by(ada)) }
                == .wrongState(reason: "not so many of the object are left"))
        _ = try await plaza.platform.order(1, of: object.id, Plaza.by(ada))
        #expect(try await plaza.platform.object(object.id).stock == 0)
    }

    @Test("of many who order at once, as many get it as there are")
    func atOnce() async throws {
        let (plaza, object, _) = try await made(stock: 5)
        var users: [PlatformUser] = []
        for number in 0..<12 { users.append(try await plaza.user("user-\(number)")) }
        let winners = await withTaskGroup(of: Bool.self) { group in
            for user in users {
                group.addTask {
                    await failure { try await plaza.platform.order(1, of: object.id, Plaza.by(user)) } == nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 5)
        #expect(try await plaza.platform.object(object.id).stock == 0)
    }

    @Test("only what is published is ordered, in its period, of a merchant that works")
    func forSale() async throws {
        let (plaza, object, ada) = try await made()
        let notNow = MerchantsError.wrongState(reason: "the object is not for sale now")
        _ = try await plaza.platform.setState(.withdrawn, of: object.id, plaza.asMerchant())
        #expect(await failure { try await plaza.platform.order(1, of: object.id, Plaza.by(ada)) } == notNow)
        _ = try await plaza.platform.setState(.published, of: object.id, plaza.asMerchant())
        plaza.clock.advance(86_399)
        let last = try await plaza.platform.order(1, of: object.id, Plaza.by(ada))
        #expect(last.expiresAt == Plaza.noon + 86_400)
        plaza.clock.advance(1)
        #expect(await failure { try await plaza.platform.order(1, of: object.id, Plaza.by(ada)) } == notNow)
        _ = try await plaza.platform.setState(.suspended, of: plaza.merchant.id, Plaza.operator())
        #expect(
            await failure { try await plaza.platform.order(1, of: object.id, Plaza.by(ada)) }
                == .wrongState(reason: "the merchant is suspended"))
    }

    @Test("a merchant adds to the stock and takes from it, not below nothing")
    func restock() async throws {
        let (plaza, object, _) = try await made()
        #expect(try await plaza.platform.changeStock(by: 10, of: object.id, plaza.asMerchant()).stock == 15)
        #expect(
            await failure { try await plaza.platform.changeStock(by: -16, of: object.id, plaza.asMerchant()) } != nil)
        #expect(
            await failure { try await plaza.platform.changeStock(by: .max, of: object.id, plaza.asMerchant()) } != nil)
        #expect(try await plaza.platform.object(object.id).stock == 15)
    }
}
