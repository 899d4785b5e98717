import Issuing
import Testing

/// The power goes at every change of every request, and between the commit and its answer.
@Suite("An issuer that is interrupted")
struct InterruptionTests {
    /// Something that changes an account, done with one key however often.
    struct Deed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Whether the account has a card recognized and bound before.
        var isBound = true
        var perform: @Sendable (Harbour, IssuedCard) async throws -> String
    }

    static let deeds = [
        Deed(testDescription: "verification", isBound: false) { harbour, card in
            "\(try await harbour.issuer.verify(harbour.request(card), Harbour.wallet("deed")))"
        },
        Deed(testDescription: "binding of a second secure element") { harbour, card in
            let name = "45434E0000000002"
            let request = BindingRequest(
                card: card.card.reference, user: Harbour.user, secureElement: name,
                assertion: try harbour.binding(card) { $0.secureElement = name })
            return "\(try await harbour.issuer.bind(request, Harbour.wallet("deed")))"
        },
        Deed(testDescription: "unbinding") { harbour, card in
            try await harbour.issuer.unbind(harbour.bindingRequest(card), Harbour.wallet("deed"))
            return "unbound"
        },
        Deed(testDescription: "authorization") { harbour, card in
            "\(try await harbour.issuer.authorize(harbour.payment(card), Harbour.wallet("deed")))"
        },
        Deed(testDescription: "reversal of what was not seen") { harbour, card in
            "\(try await harbour.issuer.reverse("unseen", Harbour.wallet("deed")))"
        },
        Deed(testDescription: "blocking") { harbour, card in
            "\(try await harbour.desk.setState(.blocked, of: card.card.reference, Harbour.operator("deed")).state)"
        },
        Deed(testDescription: "issuing of another card") { harbour, card in
            let order = try CardOrder(cardholder: harbour.ada, type: .debit, label: "SECOND")
            return try await harbour.desk.issueCard(order, Harbour.operator("deed")).number
        },
        Deed(testDescription: "renewal of the wallet's credential") { harbour, card in
            try await harbour.desk.renewCredential(ofWallet: "lantern", Harbour.operator("deed")).secret
        },
    ]

    /// What an operator could see.
    private func state(_ harbour: Harbour, _ card: IssuedCard) async throws -> String {
        let bindings = try await harbour.desk.bindings(of: card.card.reference).map(\.secureElement)
        let cards = try await harbour.desk.cards(after: nil, limit: 10).map { "\($0.state) \($0.funds.balance)" }
        let transactions = try await harbour.desk.transactions(of: nil, limit: 10).map { "\($0.name) \($0.answer)" }
        let audit = try await harbour.desk.auditEntries(limit: 100).map(\.action)
        return "\(bindings) \(cards) \(transactions) \(audit)"
    }

    private func harbour(_ deed: Deed) async throws -> (Harbour, IssuedCard) {
        let harbour = try await Harbour()
        return (harbour, deed.isBound ? try await harbour.boundCard() : try await harbour.card())
    }

    @Test("is as before when the power goes at any change, and does it once when asked again", arguments: deeds)
    func everyChange(_ deed: Deed) async throws {
        var changes = 0
        while true {
            let (harbour, card) = try await harbour(deed)
            let before = try await state(harbour, card)
            harbour.power.cut(afterChanges: changes)
            let error = await failure { try await deed.perform(harbour, card) }
            harbour.power.cut(afterChanges: nil)
            if error == nil { break }
            #expect(error == CutStore.cut)
            #expect(try await state(harbour, card) == before, "after \(changes) changes")
            let answer = try await deed.perform(harbour, card)
            let after = try await state(harbour, card)
            #expect(after != before)
            #expect(try await deed.perform(harbour, card) == answer)
            #expect(try await state(harbour, card) == after)
            changes += 1
            try #require(changes < 20, "a request has so many changes at most")
        }
        #expect(changes >= 2)
    }

    @Test("has done it when only its answer was lost, and gives the same answer when asked again", arguments: deeds)
    func lostAnswer(_ deed: Deed) async throws {
        let (harbour, card) = try await harbour(deed)
        let before = try await state(harbour, card)
        harbour.power.loseAnswer()
        #expect(await failure { try await deed.perform(harbour, card) } == CutStore.cut)
        let after = try await state(harbour, card)
        #expect(after != before)
        let answer = try await deed.perform(harbour, card)
        #expect(try await deed.perform(harbour, card) == answer)
        #expect(try await state(harbour, card) == after)
    }

    @Test("sends a one-time password twice rather than never when the power goes after the sending")
    func message() async throws {
        let harbour = try await Harbour()
        let request = try harbour.request(await harbour.card(.oneTimePassword))
        // Verification, message, two counters, the trail and the answer are six; the seventh is that it was sent.
        harbour.power.cut(afterChanges: 6)
        #expect(await failure { try await harbour.issuer.verify(request, Harbour.wallet("k")) } == CutStore.cut)
        harbour.power.cut(afterChanges: nil)
        guard case .oneTimePasswordSent = try await harbour.issuer.verify(request, Harbour.wallet("k")) else {
            Issue.record("no one-time password")
            return
        }
        #expect(Set(harbour.messages.outbox.map(\.oneTimePassword)).count == 1)
        #expect(harbour.messages.outbox.count == 2)
    }
}
