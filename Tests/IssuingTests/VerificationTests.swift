import EMV
import Issuing
import Testing

@Suite("Real-name verification (PHOTO-05)")
struct VerificationTests {
    @Test("a cardholder who names everything right is recognized at once where the card allows it: green")
    func green() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card(.direct, type: .credit)
        guard case .verified(let recognized) = try await harbour.verify(harbour.request(card)) else {
            Issue.record("not recognized")
            return
        }
        #expect(recognized.reference == card.card.reference)
        #expect(recognized.type == .credit)
        #expect(recognized.label == "HARBOUR")
    }

    enum WrongField: String, CaseIterable { case number, expiry, name, identityNumber, telephoneNumber, nothingLike }

    @Test("each wrong field alone refuses, and the answer is the same for each", arguments: WrongField.allCases)
    func wrongField(_ field: WrongField) async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        var request = try harbour.request(card)
        switch field {
        case .number: request.number = try PrimaryAccountNumber("4761739001010010")
        case .expiry: request.expiry = try #require(CardExpiry(year: 31, month: 1))
        case .name: request.cardholderName = "Ada Byrom"
        case .identityNumber: request.identityNumber = "110101-1816"
        case .telephoneNumber: request.telephoneNumber = "+44 20 7946 0019"
        case .nothingLike: request.telephoneNumber = "no number at all\u{0}"
        }
        #expect(try await harbour.verify(request) == .refused)
        #expect(harbour.messages.outbox.isEmpty)
        // What follows is not changed by it.
        #expect(try await harbour.verify(harbour.request(card)) != .refused)
    }

    @Test("spaces, hyphens and case do not matter, a country's 00 is its plus")
    func spelling() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        var request = try harbour.request(card)
        request.cardholderName = "  ada   BYRON "
        request.identityNumber = "1101011815"
        request.telephoneNumber = "0044 (20) 7946-0018"
        #expect(try await harbour.verify(request) != .refused)
    }

    @Test("an ordinary card asks for a one-time password: yellow; one on referral, for its issuer: orange")
    func otherPaths() async throws {
        let harbour = try await Harbour()
        guard case .oneTimePasswordSent = try await harbour.verify(harbour.request(harbour.card(.oneTimePassword)))
        else {
            Issue.record("no one-time password")
            return
        }
        #expect(harbour.messages.outbox.map(\.telephoneNumber) == ["+442079460018"])
        #expect(try await harbour.verify(harbour.request(harbour.card(.referral))) == .referred)
    }

    @Test("a card that is blocked, closed or expired is refused, whoever asks", arguments: [0, 1, 2])
    func notGood(_ reason: Int) async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card(expiry: CardExpiry(year: 26, month: 11))
        switch reason {
        case 0: _ = try await harbour.desk.setState(.blocked, of: card.card.reference, Harbour.operator("b"))
        case 1: _ = try await harbour.desk.setState(.closed, of: card.card.reference, Harbour.operator("c"))
        default: harbour.clock.advance(4 * 86_400)
        }
        #expect(try await harbour.verify(harbour.request(card)) == .refused)
    }

    @Test("on the last day of its last month a card is good")
    func lastDay() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card(expiry: CardExpiry(year: 26, month: 11))
        harbour.clock.advance(3 * 86_400)
        #expect(try await harbour.verify(harbour.request(card)) != .refused)
    }

    @Test("after the fifth refusal a card is locked out, even for its holder; after a day it is not")
    func cardLockOut() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        for attempt in 1...5 {
            var wrong = try harbour.request(card, user: "usr_\(attempt)")
            wrong.identityNumber = "999999999"
            #expect(try await harbour.verify(wrong) == .refused)
            if attempt == 4 { #expect(try await harbour.verify(harbour.request(card)) != .refused) }
        }
        #expect(try await harbour.verify(harbour.request(card)) == .refused)
        harbour.clock.advance(86_399)
        #expect(try await harbour.verify(harbour.request(card)) == .refused)
        harbour.clock.advance(1)
        #expect(try await harbour.verify(harbour.request(card)) != .refused)
    }

    @Test("after five refusals a user is locked out, whatever the card; another user is not")
    func userLockOut() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        for _ in 1...5 {
            var wrong = try harbour.request(card)
            wrong.number = try PrimaryAccountNumber("4761739001010010")
            #expect(try await harbour.verify(wrong) == .refused)
        }
        #expect(try await harbour.verify(harbour.request(card)) == .refused)
        #expect(try await harbour.verify(harbour.request(card, user: "usr_other")) != .refused)
    }

    @Test("the same key gets the same answer, and counts once; with another request it is a conflict")
    func once() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card(.oneTimePassword)
        let request = try harbour.request(card)
        let first = try await harbour.issuer.verify(request, Harbour.wallet("k"))
        #expect(try await harbour.issuer.verify(request, Harbour.wallet("k")) == first)
        #expect(harbour.messages.outbox.count == 1)
        var other = request
        other.telephoneNumber = "+44 20 7946 0019"
        #expect(await failure { try await harbour.issuer.verify(other, Harbour.wallet("k")) } == .idempotencyConflict)
        let none = IssuerRequester(.wallet(name: "lantern"), idempotencyKey: nil)
        #expect(await failure { try await harbour.issuer.verify(request, none) } == .idempotencyKeyMissing)
    }

    @Test("a card in somebody else's wallet is a matter for its issuer")
    func anotherUser() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        #expect(try await harbour.verify(harbour.request(card, user: "usr_other")) == .referred)
        #expect(try await harbour.verify(harbour.request(card)) != .referred)
    }
}
