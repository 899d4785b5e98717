import Foundation
import ISO4217
import Instructions
import Merchants
import Testing

/// The power goes at every change of every request, and between the commit and its answer.
@Suite("A platform that is interrupted")
struct InterruptionTests {
    /// Something that changes what the platform knows, done with one key however often.
    struct Deed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var perform: @Sendable (Stage) async throws -> String
    }

    /// A platform on which something can be done of every kind.
    struct Stage: Sendable {
        var plaza: Plaza
        var shared: Plaza.SharedOffer
        var object: TargetObject
        var tag: MadeTag
        var order: InstructionID
        var report: String
    }

    static let deeds = [
        Deed(testDescription: "registration of a merchant") { stage in
            try await stage.plaza.platform.registerMerchant(
                MerchantApplication(name: "Corner", payee: "acc_corner", currency: "EUR", category: "5812"),
                Plaza.operator("deed")
            ).secret
        },
        Deed(testDescription: "making of a tag") { stage in
            let order = try stage.plaza.order(amount: 7)
            return "\(try await stage.plaza.platform.makeTag(order, stage.plaza.asMerchant("deed")))"
        },
        Deed(testDescription: "parsing of a tag") { stage in
            try await stage.plaza.parse(stage.tag.tag.content).statement
        },
        Deed(testDescription: "order of an object") { stage in
            try await stage.plaza.platform.order(1, of: stage.object.id, Plaza.by(stage.shared.bob, "deed")).statement
        },
        Deed(testDescription: "result of an order") { stage in
            let result = try stage.plaza.result(of: stage.order, .declined, amount: 1_250)
            return "\(try await stage.plaza.platform.takeResult(result).state)"
        },
        Deed(testDescription: "sharing") { stage in
            let answer = try await stage.plaza.platform.recommend(
                stage.shared.offer.id, Plaza.by(stage.shared.ada, "deed"))
            return "\(answer.recipients)"
        },
        Deed(testDescription: "report of a use") { stage in "\(try await stage.plaza.take(stage.report))" },
    ]

    private func stage() async throws -> Stage {
        let plaza = try await Plaza()
        let shared = try await plaza.shared(plaza.offer())
        try await plaza.associate(shared.ada, plaza.user("cid"))
        let object = try await plaza.platform.publish(
            TargetObjectDraft(
                title: "Harbour Tales", price: 1_250, stock: 5,
                period: Period(start: Plaza.noon, end: Plaza.noon + 86_400)), plaza.asMerchant())
        let order = try await plaza.platform.order(1, of: object.id, Plaza.by(shared.ada)).instruction
        let report = try await plaza.report(plaza.present(shared))
        return Stage(
            plaza: plaza, shared: shared, object: object, tag: try await plaza.tag(), order: order, report: report)
    }

    /// What an operator could see.
    private func state(_ stage: Stage) async throws -> String {
        let platform = stage.plaza.platform
        let merchants = try await platform.merchants(after: nil, limit: 10).count
        let tags = try await platform.tags(of: stage.plaza.merchant.id, after: nil, limit: 10).map(\.version)
        let instructions = try await platform.instructions(of: stage.plaza.merchant.id, limit: 10).map(\.state)
        let stock = try await platform.object(stage.object.id).stock
        let rewarded = try await platform.offer(stage.shared.offer.id).rewarded
        let rewards = try await platform.rewards(of: stage.shared.ada.id, limit: 10).map(\.amount.decimal)
        let coupons = try await platform.coupons(of: stage.shared.bob.id, limit: 10).map(\.isUsed)
        let audit = try await platform.auditEntries(limit: 100).map(\.action)
        return "\(merchants) \(tags) \(instructions) \(stock ?? -1) \(rewarded) \(rewards) \(coupons) \(audit)"
    }

    @Test("has done nothing before its commit, and does it once when it is asked again", arguments: deeds)
    func cut(deed: Deed) async throws {
        let stage = try await stage()
        let before = try await state(stage)
        var cuts = 0
        while true {
            stage.plaza.power.cut(afterChanges: cuts)
            let error = await failure { try await deed.perform(stage) }
            stage.plaza.power.cut(afterChanges: nil)
            guard error != nil else { break }
            #expect(error == CutStore.cut)
            #expect(try await state(stage) == before)
            cuts += 1
        }
        #expect(cuts >= 1)
        let after = try await state(stage)
        #expect(after != before)
        _ = try await deed.perform(stage)
        #expect(try await state(stage) == after)
    }

    @Test("answers the same when its answer was lost", arguments: deeds)
    func lostAnswer(deed: Deed) async throws {
        let stage = try await stage()
        stage.plaza.power.loseAnswer()
        #expect(await failure { try await deed.perform(stage) } == CutStore.cut)
        let after = try await state(stage)
        let first = try await deed.perform(stage)
        #expect(try await deed.perform(stage) == first)
        #expect(try await state(stage) == after)
    }
}
