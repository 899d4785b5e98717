import CardCryptography
import Foundation
import Issuing
import JOSE
import Testing

@Suite("Binding card, user and secure element (BIND)")
struct BindingTests {
    @Test("the triple is stored and confirmed with the issuer's signature (BIND-03, BIND-05)")
    func bind() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        let answer = try await harbour.issuer.bind(harbour.bindingRequest(card), Harbour.wallet())
        let key = try ECPublicKey(pem: harbour.issuer.publicKey())
        let payload = try JSONWebSignature.verify(answer.confirmation, type: "binding-confirmation+jwt") {
            $0 == "harbour-bank" ? key : nil
        }
        let claims = try JSONDecoder().decode(BindingConfirmationClaims.self, from: Data(payload))
        #expect(claims.iss == "harbour-bank" && claims.aud == "lantern" && claims.sub == Harbour.user)
        #expect(claims.card == card.card.reference.rawValue && claims.secureElement == Harbour.secureElement)
        #expect(claims.binding == answer.id.rawValue && claims.iat == Harbour.noon)
        #expect(claims.exp == Harbour.noon + 300)
        let stored = try await harbour.desk.bindings(of: card.card.reference)
        #expect(stored.map(\.id) == [answer.id])
    }

    @Test("a device may ask with nothing but the wallet's assertion")
    func device() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        let device = IssuerRequester(.device, idempotencyKey: "d")
        let answer = try await harbour.issuer.bind(harbour.bindingRequest(card), device)
        #expect(try await harbour.desk.bindings(of: card.card.reference).map(\.id) == [answer.id])
    }

    @Test("the same three again are the same binding, confirmed anew when the first confirmation has expired (BIND-06)")
    func idempotent() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        let first = try await harbour.issuer.bind(harbour.bindingRequest(card), Harbour.wallet())
        harbour.clock.advance(1_000)
        let again = try await harbour.issuer.bind(harbour.bindingRequest(card), Harbour.wallet())
        #expect(again.id == first.id)
        let key = try ECPublicKey(pem: harbour.issuer.publicKey())
        let payload = try JSONWebSignature.verify(again.confirmation, type: "binding-confirmation+jwt") { _ in key }
        let claims = try JSONDecoder().decode(BindingConfirmationClaims.self, from: Data(payload))
        #expect(claims.iat == Harbour.noon + 1_000 && claims.exp == Harbour.noon + 1_300)
    }

    @Test("a second secure element keeps the first; an eighth is taken, a ninth is not (BIND-06)")
    func secondSecureElement() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        for number in 1...9 {
            let name = "45434E000000000\(number)"
            let request = BindingRequest(
                card: card.card.reference, user: Harbour.user, secureElement: name,
                assertion: try harbour.binding(card) { $0.secureElement = name })
            let error = await failure { try await harbour.issuer.bind(request, Harbour.wallet()) }
            #expect((error == nil) == (number <= 8), "\(number)")
        }
        #expect(try await harbour.desk.bindings(of: card.card.reference).count == 8)
    }

    @Test("a user whom the issuer has not recognized binds nothing, and does not learn whether there is such a card")
    func notVerified() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        let request = try harbour.bindingRequest(card)
        #expect(await failure { try await harbour.issuer.bind(request, Harbour.wallet()) } == .notVerified)
        let reference = CardAccountReference(unchecked: "acc_" + String(repeating: "0", count: 32))
        let unknown = BindingRequest(
            card: reference, user: Harbour.user, secureElement: Harbour.secureElement,
            assertion: try harbour.binding(card) { $0.card = reference.rawValue })
        #expect(await failure { try await harbour.issuer.bind(unknown, Harbour.wallet()) } == .notVerified)
    }

    @Test("a card that is blocked is not bound")
    func blocked() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        _ = try await harbour.desk.setState(.blocked, of: card.card.reference, Harbour.operator("b"))
        let request = try harbour.bindingRequest(card)
        #expect(
            await failure { try await harbour.issuer.bind(request, Harbour.wallet()) }
                == .wrongState(reason: "the card is blocked, closed or expired"))
    }

    // MARK: - Assertions

    static let refusals: [(String, StatementRefusal, @Sendable (inout BindingAssertionClaims) -> Void)] = [
        ("audience", .audience, { $0.aud = "tide-bank" }),
        ("issuer", .signer, { $0.iss = "beacon" }),
        ("user", .differs(field: "user"), { $0.sub = "usr_other" }),
        (
            "card", .differs(field: "card"),
            { $0.card = "acc_" + String(repeating: "0", count: 32) }
        ),
        ("secure element", .differs(field: "secureElement"), { $0.secureElement = "45434E0000000002" }),
        ("expired", .expired, { $0.exp = Harbour.noon }),
        ("future", .times, { $0.iat = Harbour.noon + 31 }),
        ("too long", .times, { $0.exp = Harbour.noon + 301 }),
        (
            "overflow", .times,
            {
                $0.iat = .min; $0.exp = .max
            }
        ),
        ("no name", .claims, { $0.jti = "" }),
    ]

    @Test("an assertion that differs in one claim is not believed", arguments: 0..<refusals.count)
    func refusedAssertion(_ index: Int) async throws {
        let (name, refusal, change) = Self.refusals[index]
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        let request = try harbour.bindingRequest(card, change)
        let error = await failure { try await harbour.issuer.bind(request, Harbour.wallet()) }
        #expect(error == .statement(refusal), "\(name)")
        #expect(try await harbour.desk.bindings(of: card.card.reference).isEmpty)
    }

    @Test("at the edge of its times an assertion is believed")
    func edges() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        for change: (inout BindingAssertionClaims) -> Void in [
            {
                $0.iat = Harbour.noon + 30; $0.exp = Harbour.noon + 330
            },
            {
                $0.iat = Harbour.noon - 299; $0.exp = Harbour.noon + 1
            },
        ] { _ = try await harbour.issuer.bind(harbour.bindingRequest(card, change), Harbour.wallet()) }
    }

    @Test("a stranger's signature, an altered statement and a statement of another type are not believed")
    func signatures() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        var request = try harbour.bindingRequest(card)
        let good = request.assertion
        let claims = BindingAssertionClaims(
            iss: "lantern", aud: "harbour-bank", sub: Harbour.user, card: card.card.reference.rawValue,
            secureElement: Harbour.secureElement, iat: Harbour.noon, exp: Harbour.noon + 300, jti: "j")
        let stranger = ECPrivateKey.generate(.p256)
        let wrong: [(String, JSONWebSignatureError)] = [
            (
                try harbour.sign(
                    claims, type: BindingAssertionClaims.type, by: NamedPrivateKey(name: "?", privateKey: stranger)),
                .unknownKey
            ),
            (
                try harbour.sign(
                    claims, type: BindingAssertionClaims.type,
                    by: NamedPrivateKey(name: "lantern-key", privateKey: stranger)), .signature
            ),
            (try harbour.sign(claims, type: AuthorizationAssertionClaims.type), .type),
            (good.replacing(".", with: "", maxReplacements: 1), .malformed),
            (String(good.dropLast(4)) + (good.hasSuffix("AAAA") ? "BBBB" : "AAAA"), .signature),
        ]
        for (assertion, reason) in wrong {
            request.assertion = assertion
            #expect(
                await failure { try await harbour.issuer.bind(request, Harbour.wallet()) }
                    == .statement(.signature(reason)))
        }
    }

    @Test("an assertion is good for one purpose: neither for another triple nor for the opposite")
    func replay() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        let bound = try harbour.bindingRequest(card) { $0.jti = "one" }
        let first = try await harbour.issuer.bind(bound, Harbour.wallet())
        #expect(try await harbour.issuer.bind(bound, Harbour.wallet()).id == first.id)
        #expect(
            await failure { try await harbour.issuer.unbind(bound, Harbour.wallet()) } == .statement(.replayed))
        let elsewhere = BindingRequest(
            card: card.card.reference, user: Harbour.user, secureElement: "45434E0000000002",
            assertion: try harbour.binding(card) {
                $0.jti = "one"; $0.secureElement = "45434E0000000002"
            })
        #expect(
            await failure { try await harbour.issuer.bind(elsewhere, Harbour.wallet()) } == .statement(.replayed))
    }

    @Test("unbinding removes the triple; once more is no error; a device may not")
    func unbind() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let device = IssuerRequester(.device, idempotencyKey: "d")
        let request = try harbour.bindingRequest(card)
        #expect(await failure { try await harbour.issuer.unbind(request, device) } != nil)
        try await harbour.issuer.unbind(request, Harbour.wallet())
        #expect(try await harbour.desk.bindings(of: card.card.reference).isEmpty)
        try await harbour.issuer.unbind(harbour.bindingRequest(card), Harbour.wallet())
    }

    @Test("an assertion that has bound does not bind again after the unbinding; a fresh one does")
    func replayAfterUnbinding() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        let kept = try harbour.bindingRequest(card)
        let device = { IssuerRequester(.device, idempotencyKey: $0) }
        let first = try await harbour.issuer.bind(kept, device("1"))
        try await harbour.issuer.unbind(harbour.bindingRequest(card), Harbour.wallet())
        #expect(await failure { try await harbour.issuer.bind(kept, device("2")) } == .statement(.replayed))
        #expect(try await harbour.desk.bindings(of: card.card.reference).isEmpty)
        let second = try await harbour.issuer.bind(harbour.bindingRequest(card), Harbour.wallet())
        #expect(second.id != first.id)
    }

    @Test("a further key of the wallet's is believed once it is registered")
    func keyRotation() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        _ = try await harbour.verify(harbour.request(card))
        let next = NamedPrivateKey(name: "lantern-key-2", privateKey: .generate(.p256))
        let claims = BindingAssertionClaims(
            iss: "lantern", aud: "harbour-bank", sub: Harbour.user, card: card.card.reference.rawValue,
            secureElement: Harbour.secureElement, iat: Harbour.noon, exp: Harbour.noon + 300, jti: "j")
        var request = try harbour.bindingRequest(card)
        request.assertion = try harbour.sign(claims, type: BindingAssertionClaims.type, by: next)
        #expect(
            await failure { try await harbour.issuer.bind(request, Harbour.wallet()) }
                == .statement(.signature(.unknownKey)))
        let key = try WalletKey(name: next.name, publicKey: next.privateKey.publicKey.pem)
        _ = try await harbour.desk.addKey(key, ofWallet: "lantern", Harbour.operator("k"))
        _ = try await harbour.issuer.bind(request, Harbour.wallet())
    }
}
