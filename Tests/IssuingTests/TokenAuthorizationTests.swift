import CardCryptography
import Issuing
import JOSE
import Testing

@Suite("Authorization of token transactions")
struct TokenAuthorizationTests {
    private func authorize(_ harbour: Harbour, _ request: TokenAuthorizationRequest) async throws -> AuthorizationAnswer
    {
        try await harbour.issuer.authorize(request, Harbour.wallet())
    }

    private func isApproved(_ answer: AuthorizationAnswer) -> Bool {
        if case .approved = answer { true } else { false }
    }

    @Test("what is bound, new and covered is approved, and the account is debited")
    func approved() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        guard case .approved(let code) = try await authorize(harbour, harbour.payment(card)) else {
            Issue.record("declined")
            return
        }
        #expect(code.count == 6)
        #expect(try await harbour.balance(card) == 8_750)
    }

    @Test("the same transaction again gets the same answer and takes no money; with another amount it is refused")
    func replay() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let first = try await authorize(harbour, harbour.payment(card))
        harbour.clock.advance(60)
        #expect(try await authorize(harbour, harbour.payment(card)) == first)
        #expect(try await harbour.balance(card) == 8_750)
        let other = try harbour.payment(card, amount: 1_251)
        #expect(
            await failure { try await harbour.issuer.authorize(other, Harbour.wallet()) }
                == .duplicate(reason: "the transaction t-1 was another one"))
        #expect(try await harbour.balance(card) == 8_750)
    }

    @Test("from another secure element it is declined (BIND-05), and after unbinding")
    func notBound() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let elsewhere = try harbour.payment(card, secureElement: "45434E0000000002")
        #expect(try await authorize(harbour, elsewhere) == .declined(.notPermitted))
        try await harbour.issuer.unbind(harbour.bindingRequest(card), Harbour.wallet())
        #expect(try await authorize(harbour, harbour.payment(card, "t-2")) == .declined(.notPermitted))
        #expect(try await harbour.balance(card) == 10_000)
    }

    @Test("what one wallet has bound another wallet does not pay with (BIND-05)")
    func otherWallet() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let key = NamedPrivateKey(name: "torch-key", privateKey: .generate(.p256))
        _ = try await harbour.desk.registerWallet(
            name: "torch", key: try WalletKey(name: key.name, publicKey: key.privateKey.publicKey.pem),
            Harbour.operator("torch"))
        var request = try harbour.payment(card)
        let claims = AuthorizationAssertionClaims(
            iss: "torch", aud: "harbour-bank", transaction: request.transaction, card: request.card.rawValue,
            secureElement: request.secureElement, function: "nfc", token: request.token,
            transactionCounter: request.transactionCounter, amount: request.amount, currency: request.currency,
            merchant: request.merchant, iat: harbour.clock.now(), exp: harbour.clock.now() + 120)
        request.assertion = try harbour.sign(claims, type: AuthorizationAssertionClaims.type, by: key)
        let torch = IssuerRequester(.wallet(name: "torch"), idempotencyKey: "k")
        #expect(try await harbour.issuer.authorize(request, torch) == .declined(.notPermitted))
        #expect(try await harbour.balance(card) == 10_000)
    }

    @Test(
        "the longest name that a wallet makes of acquirer and transaction is taken, 32 and 64 characters; no longer one"
    )
    func longestName() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let name = String(repeating: "a", count: 32) + "/" + String(repeating: "t", count: 64)
        #expect(isApproved(try await authorize(harbour, harbour.payment(card, name))))
        #expect(throws: IssuingError.self) { _ = try harbour.payment(card, name + "t") }
    }

    @Test("a counter that does not rise is declined; each token has its own; gaps are allowed")
    func counter() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        #expect(isApproved(try await authorize(harbour, harbour.payment(card, "t-1", counter: 7, amount: 1))))
        for (transaction, counter) in [("t-2", 7), ("t-3", 6)] {
            let request = try harbour.payment(card, transaction, counter: counter, amount: 1)
            #expect(try await authorize(harbour, request) == .declined(.securityViolation))
        }
        #expect(isApproved(try await authorize(harbour, harbour.payment(card, "t-4", counter: 9, amount: 1))))
        let other = try harbour.payment(card, "t-5", counter: 1, amount: 1, token: "tok_2")
        #expect(isApproved(try await authorize(harbour, other)))
    }

    @Test("a declined transaction uses its counter up")
    func counterOfDeclined() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        #expect(
            try await authorize(harbour, harbour.payment(card, "t-1", counter: 5, amount: 10_001))
                == .declined(.insufficientFunds))
        #expect(
            try await authorize(harbour, harbour.payment(card, "t-2", counter: 5, amount: 1))
                == .declined(.securityViolation))
    }

    @Test("exactly what is there is covered, one minor unit more is not; credit is there down to its limit")
    func funds() async throws {
        let harbour = try await Harbour()
        let debit = try await harbour.boundCard()
        #expect(
            try await authorize(harbour, harbour.payment(debit, "t-1", counter: 1, amount: 10_001))
                == .declined(.insufficientFunds))
        #expect(isApproved(try await authorize(harbour, harbour.payment(debit, "t-2", counter: 2, amount: 10_000))))
        #expect(try await harbour.balance(debit) == 0)
        let credit = try await harbour.card(type: .credit, balance: 0, creditLimit: 500)
        _ = try await harbour.verify(harbour.request(credit))
        _ = try await harbour.issuer.bind(harbour.bindingRequest(credit), Harbour.wallet())
        #expect(isApproved(try await authorize(harbour, harbour.payment(credit, "t-3", counter: 1, amount: 500))))
        #expect(try await harbour.balance(credit) == -500)
        #expect(
            try await authorize(harbour, harbour.payment(credit, "t-4", counter: 2, amount: 1))
                == .declined(.insufficientFunds))
    }

    @Test("another currency, a blocked, a closed and an expired card are each declined with their code")
    func states() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let reference = card.card.reference
        #expect(
            try await authorize(harbour, harbour.payment(card, "t-1", currency: 840)) == .declined(.invalidTransaction))
        _ = try await harbour.desk.setState(.blocked, of: reference, Harbour.operator("1"))
        #expect(try await authorize(harbour, harbour.payment(card, "t-2", counter: 2)) == .declined(.restrictedCard))
        _ = try await harbour.desk.setState(.active, of: reference, Harbour.operator("2"))
        #expect(isApproved(try await authorize(harbour, harbour.payment(card, "t-3", counter: 3))))
        harbour.clock.advance(5 * 366 * 86_400)
        #expect(try await authorize(harbour, harbour.payment(card, "t-4", counter: 4)) == .declined(.expiredCard))
        _ = try await harbour.desk.setState(.closed, of: reference, Harbour.operator("3"))
        #expect(
            try await authorize(harbour, harbour.payment(card, "t-5", counter: 5)) == .declined(.invalidCardNumber))
        #expect(
            await failure { try await harbour.desk.setState(.active, of: reference, Harbour.operator("4")) }
                == .wrongState(reason: "the card is closed for good"))
    }

    static let differences: [(String, @Sendable (inout AuthorizationAssertionClaims) -> Void)] = [
        ("transaction", { $0.transaction = "t-2" }), ("card", { $0.card = "acc_" + String(repeating: "0", count: 32) }),
        ("secureElement", { $0.secureElement = "45434E0000000002" }), ("function", { $0.function = "qr" }),
        ("token", { $0.token = "tok_2" }), ("transactionCounter", { $0.transactionCounter += 1 }),
        ("amount", { $0.amount -= 1 }), ("currency", { $0.currency = 840 }),
        ("merchant", { $0.merchant = "Quay Book" }),
    ]

    @Test("an assertion that differs from the request in one field is no transaction", arguments: 0..<differences.count)
    func differing(_ index: Int) async throws {
        let (field, change) = Self.differences[index]
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let request = try harbour.payment(card, assertion: change)
        #expect(
            await failure { try await harbour.issuer.authorize(request, Harbour.wallet()) }
                == .statement(.differs(field: field)))
        #expect(try await harbour.balance(card) == 10_000)
        // Nothing was written down either: the honest request is the first.
        #expect(isApproved(try await authorize(harbour, harbour.payment(card))))
    }

    @Test("an assertion that has expired, is for another issuer, or is another wallet's is no transaction")
    func notBelieved() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        for (refusal, change): (StatementRefusal, (inout AuthorizationAssertionClaims) -> Void) in [
            (.expired, { $0.exp = Harbour.noon }), (.audience, { $0.aud = "tide-bank" }),
            (.times, { $0.exp = Harbour.noon + 121 }), (.signer, { $0.iss = "beacon" }),
        ] {
            let request = try harbour.payment(card, assertion: change)
            #expect(
                await failure { try await harbour.issuer.authorize(request, Harbour.wallet()) } == .statement(refusal))
        }
        let beacon = IssuerRequester(.wallet(name: "beacon"), idempotencyKey: "k")
        let request = try harbour.payment(card)
        #expect(await failure { try await harbour.issuer.authorize(request, beacon) } == .statement(.signer))
    }

    @Test("a request that cannot be is refused with its field", arguments: [0, -1, 1_000_000_000_001])
    func impossible(_ amount: Int64) async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        #expect(throws: IssuingError.invalid(field: "amount", reason: "1 to 1000000000000 minor units")) {
            try harbour.payment(card, amount: amount)
        }
        for counter in [0, 65_536] {
            #expect(throws: IssuingError.self) { try harbour.payment(card, counter: counter) }
        }
    }

    // MARK: - Reversal

    @Test("a reversal gives the money back once, however often it is asked for")
    func reversal() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let first = try await authorize(harbour, harbour.payment(card))
        for _ in 1...2 {
            #expect(try await harbour.issuer.reverse("t-1", Harbour.wallet()) == .reversed)
            #expect(try await harbour.balance(card) == 10_000)
        }
        // The answer to a transaction never changes.
        #expect(try await authorize(harbour, harbour.payment(card)) == first)
        #expect(try await harbour.balance(card) == 10_000)
    }

    @Test("a reversal that comes before its transaction declines it when it comes")
    func reversalFirst() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        #expect(try await harbour.issuer.reverse("t-1", Harbour.wallet()) == .notSeen)
        #expect(try await authorize(harbour, harbour.payment(card)) == .declined(.doNotHonour))
        #expect(try await harbour.issuer.reverse("t-1", Harbour.wallet()) == .notSeen)
        #expect(try await harbour.balance(card) == 10_000)
    }

    @Test("a declined transaction has nothing to give back; one wallet does not reverse another's")
    func reversalOfNothing() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        _ = try await authorize(harbour, harbour.payment(card, "t-1", amount: 10_001))
        #expect(try await harbour.issuer.reverse("t-1", Harbour.wallet()) == .declinedBefore)
        _ = try await authorize(harbour, harbour.payment(card, "t-2", counter: 2))
        let other = SecondWallet.beacon
        try await other.register(at: harbour)
        #expect(try await harbour.issuer.reverse("t-2", other.requester) == .notSeen)
        #expect(try await harbour.balance(card) == 8_750)
    }

    @Test("of a hundred requests for one transaction at the same time one takes money")
    func together() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.boundCard()
        let request = try harbour.payment(card)
        let answers = try await withThrowingTaskGroup(of: AuthorizationAnswer.self) { group in
            for _ in 0..<100 { group.addTask { try await harbour.issuer.authorize(request, Harbour.wallet()) } }
            return try await group.reduce(into: Set<AuthorizationAnswer>()) { $0.insert($1) }
        }
        #expect(answers.count == 1)
        #expect(try await harbour.balance(card) == 8_750)
    }
}

/// A second wallet.
enum SecondWallet {
    case beacon

    var requester: IssuerRequester { IssuerRequester(.wallet(name: "beacon"), idempotencyKey: "b") }

    func register(at harbour: Harbour) async throws {
        let key = try WalletKey(
            name: "beacon-key", publicKey: harbour.lantern.privateKey.publicKey.pem)
        _ = try await harbour.desk.registerWallet(name: "beacon", key: key, Harbour.operator("beacon"))
    }
}
