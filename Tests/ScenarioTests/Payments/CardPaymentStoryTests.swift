import Assembly
import CardLink
import EMV
import Foundation
import ISO7816
import SecureElement
import SeneschalClient
import Terminal
import Testing

@Suite("A bank's card at a shop: chip, terminal, payment server and issuer, over HTTP and ISO 8583 on TCP", .serialized)
struct CardPaymentStoryTests {
    @Test(
        "approved by the issuer, the shop has what the card no longer has; a refusal moves nothing; no log has the number"
    )
    func approvedAndDeclined() async throws {
        try await CardTown.tell(balance: 2_000) { town in
            let sale = try await town.tap(1_250)
            for _ in 0..<2 {
                guard case .approved(let code) = try await town.authorize(sale, "sale-1") else {
                    Issue.record("not approved")
                    return
                }
                #expect(code.count == 6)
            }
            try await town.expect(shop: 1_250, pending: 0, card: 750)
            let second = try await town.tap(1_250)
            #expect(try await town.authorize(second, "sale-2") == .declined(actionCode: "51"))
            try await town.expect(shop: 1_250, pending: 0, card: 750)
            // What was approved once is not approved again under another name: the chip's counter says so.
            guard case .declined = try await town.authorize(sale, "sale-3") else {
                Issue.record("a replay was approved")
                return
            }
            try await town.expect(shop: 1_250, pending: 0, card: 750)
            #expect(town.log.contains("sent: 0200") && !town.log.contains(town.number))
            // Field 35 is what the chip's track 2 says; no log shows it.
            #expect(sale.track2 != nil && town.log.contains(" 35=‹"))
            #expect(try await town.found("sale-2")?.answer == .declined(actionCode: "51"))
            #expect(try await town.found("sale-9") == nil)
        }
    }

    @Test(
        "the line breaks behind the issuer's approval: the money stays reserved, and the reversal frees it at both ends"
    )
    func broken() async throws {
        try await CardTown.tell(balance: 2_000) { town in
            await town.neighbourhood.issuerEnd.breakAfterNextPurchase()
            let sale = try await town.tap(1_250)
            let cancelled = AuthorizationAnswer.declined(actionCode: HTTPCardAcquirer.responseTooLate)
            #expect(try await town.authorize(sale, "sale-1") == cancelled)
            try await town.expect(shop: 0, pending: 1_250, card: 750)
            // The line is down: nothing leaves, and nothing stays reserved for it.
            let meanwhile = try await town.tap(100)
            #expect(try await town.authorize(meanwhile, "sale-2") == .declined(actionCode: "91"))
            try await town.expect(shop: 0, pending: 1_250, card: 750)
            try await town.neighbourhood.issuerEnd.mend()
            try await town.settled()
            try await town.expect(shop: 0, pending: 0, card: 2_000)
            #expect(try await town.authorize(sale, "sale-1") == cancelled)
            #expect(town.log.contains("sent: 0401"))
            let next = try await town.tap(500)
            guard case .approved = try await town.authorize(next, "sale-3") else {
                Issue.record("not approved after the line was mended")
                return
            }
            try await town.expect(shop: 500, pending: 0, card: 1_500)
        }
    }
}
