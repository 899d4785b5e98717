import CardCryptography
import Issuing
import JOSE
import Testing

@Suite("Token transactions that an acquirer brings")
struct ForwardedTokenTests {
    private static let acquirer = IssuerRequester(.acquirer(institution: "12345678"), idempotencyKey: nil)

    private func forwarded(
        _ payment: TokenAuthorizationRequest, _ name: String = "20261127120000-000001-till",
        function: TokenFunction = .nfc, amount: Int64? = nil, currency: Int? = nil
    ) throws -> ForwardedTokenRequest {
        try ForwardedTokenRequest(
            transaction: name, function: function, amount: amount ?? payment.amount,
            currency: currency ?? payment.currency, assertion: payment.assertion)
    }

    private func authorize(
        _ harbour: Harbour, _ request: ForwardedTokenRequest, by acquirer: IssuerRequester = Self.acquirer,
        merchant: String = "Quay Books"
    ) async throws -> AuthorizationAnswer {
        try await harbour.issuer.authorize(request, acquirer) { $0 == merchant }
    }

    @Test("are approved with the token service's word, once; asked again, also when the word has expired, alike")
    func approved() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let request = try forwarded(harbour.payment(card))
        let first = try await authorize(harbour, request)
        guard case .approved(let code) = first else {
            Issue.record("declined")
            return
        }
        #expect(code.count == 6)
        harbour.clock.advance(3_600)
        #expect(try await authorize(harbour, request) == first)
        // The wallet signs anew for a repetition.
        #expect(try await authorize(harbour, forwarded(harbour.payment(card))) == first)
        #expect(try await harbour.balance(card) == 8_750)
    }

    @Test("the same word under another name, or of another acquirer, is declined: its counter is used up")
    func replayed() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let payment = try harbour.payment(card)
        _ = try await authorize(harbour, forwarded(payment))
        let again = try forwarded(payment, "20261127120001-000002-till")
        #expect(try await authorize(harbour, again) == .declined(.securityViolation))
        let other = IssuerRequester(.acquirer(institution: "87654321"), idempotencyKey: nil)
        #expect(try await authorize(harbour, forwarded(payment), by: other) == .declined(.securityViolation))
        // Nor does the wallet have it paid once more over its own way, and the other way round.
        #expect(try await harbour.issuer.authorize(payment, Harbour.wallet()) == .declined(.securityViolation))
        let second = try harbour.payment(card, "t-2", counter: 2)
        _ = try await harbour.issuer.authorize(second, Harbour.wallet())
        let late = try forwarded(second, "20261127120002-000003-till")
        #expect(try await authorize(harbour, late) == .declined(.securityViolation))
        #expect(try await harbour.balance(card) == 7_500)
    }

    @Test("what the acquirer says otherwise than the word, or what the word cannot say, is refused and uses nothing up")
    func refused() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let payment = try harbour.payment(card)
        func refusal(_ request: ForwardedTokenRequest, merchant: String = "Quay Books") async -> IssuingError? {
            await failure { try await authorize(harbour, request, merchant: merchant) }
        }
        #expect(await refusal(try forwarded(payment, amount: 1_251)) == .statement(.differs(field: "amount")))
        #expect(await refusal(try forwarded(payment, currency: 840)) == .statement(.differs(field: "currency")))
        #expect(await refusal(try forwarded(payment, function: .qr)) == .statement(.differs(field: "function")))
        #expect(await refusal(try forwarded(payment), merchant: "Corner") == .statement(.differs(field: "merchant")))
        let elsewhere = try harbour.payment(card) { $0.aud = "tide-bank" }
        #expect(await refusal(try forwarded(elsewhere)) == .statement(.audience))
        let foreign = try harbour.payment(card) { $0.iss = "torch" }
        #expect(await refusal(try forwarded(foreign)) == .statement(.signer))
        let nobody = try harbour.payment(card) { $0.card = "acc_1" }
        #expect(await refusal(try forwarded(nobody)) == .statement(.claims))
        var forged = try forwarded(payment)
        forged.assertion = try harbour.sign(
            AuthorizationAssertionClaims(
                iss: "lantern", aud: "harbour-bank", transaction: "t-1", card: card.card.reference.rawValue,
                secureElement: Harbour.secureElement, function: "nfc", token: "tok_1", transactionCounter: 1,
                amount: 1_250, currency: 978, merchant: "Quay Books", iat: Harbour.noon, exp: Harbour.noon + 120),
            type: AuthorizationAssertionClaims.type,
            by: NamedPrivateKey(name: harbour.lantern.name, privateKey: .generate(.p256)))
        guard case .statement(.signature)? = await refusal(forged) else {
            Issue.record("a forged word was believed")
            return
        }
        #expect(try await harbour.balance(card) == 10_000)
        // Nothing of it used the counter up, and what has expired before it came is not believed.
        harbour.clock.advance(120)
        #expect(await refusal(try forwarded(payment)) == .statement(.expired))
        guard case .approved = try await authorize(harbour, forwarded(harbour.payment(card))) else {
            Issue.record("declined")
            return
        }
    }

    @Test("from another secure element than the card is bound to they are declined (BIND-05)")
    func notBound() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let elsewhere = try harbour.payment(card, secureElement: "45434E0000000002")
        #expect(try await authorize(harbour, forwarded(elsewhere)) == .declined(.notPermitted))
        #expect(try await harbour.balance(card) == 10_000)
    }

    @Test("that are reversed give the money back once; reversed before they come they are declined")
    func reversed() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let request = try forwarded(harbour.payment(card))
        _ = try await authorize(harbour, request)
        for _ in 0..<2 {
            #expect(try await harbour.issuer.reverse(request.transaction, Self.acquirer) == .reversed)
        }
        #expect(try await harbour.balance(card) == 10_000)
        let unseen = try forwarded(harbour.payment(card, "t-2", counter: 2), "20261127120001-000002-till")
        #expect(try await harbour.issuer.reverse(unseen.transaction, Self.acquirer) == .notSeen)
        #expect(try await authorize(harbour, unseen) == .declined(.doNotHonour))
        #expect(try await harbour.balance(card) == 10_000)
    }
}
