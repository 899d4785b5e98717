import Issuing
import Testing

@Suite("Acquirers at the issuer")
struct AcquirerTests {
    private static let acquirer = IssuerRequester(.acquirer(institution: "12345678"), idempotencyKey: nil)

    @Test("an acquirer's transactions are its own: a wallet's or another acquirer's of the same name is another one")
    func ownNames() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        let chip = try await ChipAuthorizationTests.Chip(card, at: harbour)
        let request = try chip.request("t-1", chipData: chip.data(counter: 1))
        guard case .approved = try await harbour.issuer.authorize(request, Self.acquirer).answer else {
            Issue.record("declined")
            return
        }
        let other = IssuerRequester(.acquirer(institution: "12345679"), idempotencyKey: nil)
        #expect(try await harbour.issuer.reverse("t-1", Harbour.wallet()) == .notSeen)
        #expect(try await harbour.issuer.reverse("t-1", other) == .notSeen)
        #expect(try await harbour.balance(card) == 8_750)
        #expect(try await harbour.issuer.reverse("t-1", Self.acquirer) == .reversed)
        #expect(try await harbour.balance(card) == 10_000)
        let names = try await harbour.desk.transactions(of: card.card.reference, limit: 10).map(\.name.description)
        #expect(names == ["acquirer:12345678/t-1"])
    }

    @Test("neither an operator nor a device asks for money; an acquirer asks nothing that only a wallet asks")
    func strangers() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let chip = try await ChipAuthorizationTests.Chip(card, at: harbour)
        let request = try chip.request("t-1", chipData: chip.data(counter: 1))
        let strangers = [Harbour.operator("k"), IssuerRequester(.device, idempotencyKey: nil)]
        for stranger in strangers {
            let refused = await failure { try await harbour.issuer.authorize(request, stranger) }
            guard case .notFound(field: "wallet", _) = refused else {
                Issue.record("\(refused as Any)")
                continue
            }
        }
        let token = try harbour.payment(card)
        guard
            case .notFound(field: "wallet", _) = await failure({
                try await harbour.issuer.authorize(token, Self.acquirer)
            })
        else {
            Issue.record("an acquirer has no tokens")
            return
        }
        #expect(try await harbour.balance(card) == 10_000)
    }
}
