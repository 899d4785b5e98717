import CardCryptography
import ISO4217
import Instructions
import JOSE
import KeyVault
import SmartCardVerification
import Testing

@testable import Payments

@Suite("Smart cards are verified in two stages")
struct TwoStageVerificationTests {
    @Test("SCV-01 a valid card pays: the ledger changes once, and the same transaction is answered alike")
    func valid() async throws {
        let bench = try await SmartCardBench(.make())
        let challenge = try await bench.challenge("t-1")
        let statement = try bench.statement(bench.card, to: challenge, "t-1")
        let paid = try CardPaymentOutcome.paid("t-1")
        #expect(try await bench.desk.process(statement) == paid)
        #expect(try await bench.balances() == [8_750, 1_250])
        #expect(try await bench.desk.process(statement) == paid)
        // The terminal has lost the answer and signs anew; the challenge is used, the transaction is known.
        bench.bench.clock.advance(20)
        #expect(try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-1")) == paid)
        // Even when nothing of it is good any more.
        bench.bench.clock.advance(600)
        #expect(try await bench.desk.process(statement) == paid)
        #expect(try await bench.balances() == [8_750, 1_250])
        #expect(
            bench.trace.take()
                == [.first(bench.card.identification, passed: true), .second(bench.card.identification, passed: true)])
    }

    @Test("SCV-02 an unknown card gets a challenge like any other, and is refused without a verification")
    func unknown() async throws {
        let bench = try await SmartCardBench(.make())
        var stranger = bench.card
        stranger.identification = try SmartCardIdentification(text: "00000000DEADBEEF")
        let known = try await bench.challenge("t-1")
        let challenge = try await bench.challenge("t-2", card: stranger.identification)
        #expect(challenge.nonce.count == known.nonce.count && challenge.nonce != known.nonce)
        #expect(challenge.expiresAt == known.expiresAt)
        #expect(try await bench.desk.process(bench.statement(stranger, to: challenge, "t-2")) == .refused)
        #expect(bench.trace.take().isEmpty)
        #expect(try await bench.reasons(1) == ["the card is unknown"])
        #expect(try await bench.balances() == [10_000, 0])
    }

    @Test(
        "SCV-02 a card that is not asked costs as many computations with its key as a clone: unknown, blocked, locked")
    func constantWork() async throws {
        let bench = try await SmartCardBench(.make())
        var stranger = bench.card
        stranger.identification = try SmartCardIdentification(text: "00000000DEADBEEF")
        var transactions = 0
        func work(of card: PresentedCard, _ reason: String) async throws -> [CountedKeys.Use] {
            transactions += 1
            _ = bench.keys.take()
            #expect(try await bench.pay("t-\(transactions)", with: card) == .refused)
            #expect(try await bench.reasons(1) == [reason])
            return bench.keys.take()
        }
        let clone = try bench.card.clone
        let missing = "first verification: the card does not have its key"
        let ofClone = try await work(of: clone, missing)
        #expect(ofClone == [.response(bench.card.identification, keyVersion: 1)])
        let ofStranger = try await work(of: stranger, "the card is unknown")
        #expect(ofStranger == [.response(stranger.identification, keyVersion: 1)])
        for _ in 2...CardFailures.failuresMax { #expect(try await work(of: clone, missing) == ofClone) }
        for card in [clone, bench.card] {
            #expect(try await work(of: card, "the terminal is locked out of the card") == ofClone)
        }
        _ = try await bench.desk.setBlocked(true, bench.card.identification, .bench("block"))
        for card in [clone, bench.card] {
            #expect(try await work(of: card, "the card is blocked") == ofClone)
        }
        #expect(try await bench.balances() == [10_000, 0])
    }

    @Test("SCV-03 a clone with identification and data, but no key, fails the first verification; there is no second")
    func clone() async throws {
        let bench = try await SmartCardBench(.make())
        #expect(try await bench.pay("t-1", with: bench.card.clone) == .refused)
        #expect(bench.trace.take() == [.first(bench.card.identification, passed: false)])
        #expect(bench.keys.count == 1)
        #expect(try await bench.balances() == [10_000, 0])
        // The key of another card is no key of this one.
        let ben = try await bench.bench.payer("Ben")
        let other = try await SmartCardBench.enrolled(for: ben, bench.desk, data: "member 4712")
        var mixed = bench.card
        mixed.key = other.key
        #expect(try await bench.pay("t-2", with: mixed) == .refused)
        #expect(bench.trace.take() == [.first(bench.card.identification, passed: false)])
    }

    @Test("SCV-04 a card with the right key and other data fails the second verification")
    func wrongData() async throws {
        let bench = try await SmartCardBench(.make())
        let identification = bench.card.identification
        var altered = bench.card.file.bytes
        altered[20] ^= 1
        var files = [
            try bench.card.key.encrypt(SecretBytes(Array("member 4712".utf8)), for: identification),
            try bench.card.key.encrypt(SecretBytes(Array("member 471".utf8)), for: identification),
            try EncryptedCardData(bytes: altered),
            try SmartCardKey(.random(count: 32)).encrypt(
                SecretBytes(Array("member 4711".utf8)), for: identification),
        ]
        for (number, file) in files.enumerated() {
            var card = bench.card
            card.file = file
            #expect(try await bench.pay("t-\(number)", with: card) == .refused)
            #expect(
                bench.trace.take()
                    == [.first(identification, passed: true), .second(identification, passed: false)])
        }
        #expect(try await bench.balances() == [10_000, 0])
        // The same data enciphered anew is the same data.
        files = [try bench.card.key.encrypt(SecretBytes(Array("member 4711".utf8)), for: identification)]
        var card = bench.card
        card.file = files[0]
        #expect(try await bench.pay("t-9", with: card) == .paid("t-9"))
    }

    @Test("SCV-05 the second verification never runs unless the first has passed")
    func order() async throws {
        let bench = try await SmartCardBench(.make())
        let identification = bench.card.identification
        var cards = [bench.card, try bench.card.clone]
        cards += try cards.map { card in
            var card = card
            card.file = try card.key.encrypt(SecretBytes([1]), for: identification)
            return card
        }
        for (number, card) in cards.enumerated() {
            try await bench.pay("t-\(number)", with: card)
            let steps = bench.trace.take()
            let hasKey = card.key == bench.card.key
            #expect(steps.first == .first(identification, passed: hasKey))
            #expect(steps.count == (hasKey ? 2 : 1))
        }
    }

    @Test("SCV-06 an amount, currency, terminal or card that differs anywhere on the way is refused, and nothing moves")
    func tampered() async throws {
        let bench = try await SmartCardBench(.make())
        // The terminal asks for a little and demands a lot.
        var challenge = try await bench.challenge("t-1", 1_250)
        #expect(try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-1", 9_999)) == .refused)
        #expect(bench.trace.take().isEmpty)
        // The card was shown another amount than the one that is demanded.
        #expect(
            try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-1", answering: 100))
                == .refused)
        #expect(bench.trace.take() == [.first(bench.card.identification, passed: false)])
        let yen = try present(Currency("JPY"))
        challenge = try await bench.challenge("t-2")
        for alter: @Sendable (inout CardTransaction) -> Void in [
            { $0.currency = yen }, { $0.card = "00000000DEADBEEF" }, { $0.challenge = "chl_none" },
            { $0.response = "" }, { $0.response = "AAAA" }, { $0.encryptedData = "" }, { $0.encryptedData = "?" },
            { $0.card = "" },
        ] {
            let statement = try bench.statement(bench.card, to: challenge, "t-2", 1_250, alter)
            #expect(try await bench.desk.process(statement) == .refused)
        }
        // Another terminal's challenge, and another transaction's.
        #expect(
            try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-2", at: "shop-2")) == .refused)
        #expect(try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-3")) == .refused)
        #expect(bench.trace.take().isEmpty)
        #expect(try await bench.balances() == [10_000, 0])
        // None of it has used the challenge up.
        #expect(try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-2")) == .paid("t-2"))
    }

    @Test("SCV-06 what no registered terminal has signed is not looked at")
    func signature() async throws {
        let bench = try await SmartCardBench(.make())
        let challenge = try await bench.challenge("t-1")
        let sound = try bench.statement(bench.card, to: challenge, "t-1")
        let parts = sound.split(separator: ".").map(String.init)
        let other = try bench.statement(bench.card, to: challenge, "t-1", 9_999).split(separator: ".").map(String.init)
        for statement in [parts[0] + "." + other[1] + "." + parts[2], parts[0] + "." + parts[1], "", "a.b.c"] {
            await #expect(throws: PaymentsError.self) { try await bench.desk.process(statement) }
        }
        let forged = try bench.statement(bench.card, to: challenge, "t-1") { $0.iss = "shop-2" }
        await #expect(throws: PaymentsError.statementRefused(.signer)) { try await bench.desk.process(forged) }
        let elsewhere = try bench.statement(bench.card, to: challenge, "t-1") { $0.aud = "other-pay" }
        await #expect(throws: PaymentsError.statementRefused(.audience)) { try await bench.desk.process(elsewhere) }
        let late = try bench.statement(bench.card, to: challenge, "t-1", age: 60)
        await #expect(throws: PaymentsError.statementRefused(.expired)) { try await bench.desk.process(late) }
        let terminal = try present(PartyName("shop-1"))
        _ = try await bench.bench.operators.suspendTerminal(terminal, true, .bench("suspend"))
        await #expect(throws: PaymentsError.self) { try await bench.desk.process(sound) }
        await #expect(throws: PaymentsError.self) { try await bench.challenge("t-2") }
        #expect(bench.keys.count == 0)
        #expect(try await bench.balances() == [10_000, 0])
    }

    @Test("SCV-07 an answer that was used is refused for every other transaction")
    func replayed() async throws {
        let bench = try await SmartCardBench(.make())
        let challenge = try await bench.challenge("t-1")
        #expect(try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-1")) == .paid("t-1"))
        _ = bench.trace.take()
        #expect(try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-2")) == .refused)
        let again = try bench.statement(bench.card, to: challenge, "t-1", 1_250) { $0.jti = "t-2" }
        #expect(try await bench.desk.process(again) == .refused)
        // The old answer to a fresh challenge.
        let fresh = try await bench.challenge("t-3")
        let old = try bench.statement(bench.card, to: challenge, "t-3") { $0.challenge = fresh.id.rawValue }
        #expect(try await bench.desk.process(old) == .refused)
        #expect(bench.trace.take() == [.first(bench.card.identification, passed: false)])
        await #expect(
            throws: PaymentsError.duplicate(reason: "the terminal has used the transaction's name for another one")
        ) { try await bench.desk.process(bench.statement(bench.card, to: fresh, "t-1", 5)) }
        #expect(try await bench.balances() == [8_750, 1_250])
    }

    @Test("SCV-07 a challenge is good for 29 seconds and not for 30", arguments: [29, 30, 31] as [Int64])
    func expiry(seconds: Int64) async throws {
        let bench = try await SmartCardBench(.make())
        let challenge = try await bench.challenge("t-1")
        bench.bench.clock.advance(seconds)
        let outcome = try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-1"))
        #expect(try outcome == (seconds < 30 ? .paid("t-1") : .refused))
        #expect(bench.trace.take().isEmpty == (seconds >= 30))
    }

    @Test("SCV-08 what the card's data is compared with is the account's, not the card's alone")
    func byAccount() async throws {
        let bench = try await SmartCardBench(.make())
        let store = bench.bench.store
        let identification = bench.card.identification
        let ben = try await bench.bench.payer("Ben", holding: 5_000)
        // The card is linked to Ben's account, where nothing is stored for it.
        var card = try present(await store.smartCard(identification))
        card = SmartCard(
            identification: identification, account: ben.id, enrolledAt: card.enrolledAt, revision: card.revision)
        try await store.commit([.smartCard(card)])
        #expect(try await bench.pay("t-1") == .refused)
        #expect(bench.trace.take().isEmpty)
        // With other data there, the second verification fails; with the card's own, Ben's account pays.
        for (data, number, outcome) in [
            ("member 4712", 2, CardPaymentOutcome.refused), ("member 4711", 3, try .paid("t-3")),
        ] {
            let known = try await store.cardData(of: ben.id, card: identification)
            let sealed = try bench.bench.vault.seal(
                answer: Array(data.utf8), name: "card data \(ben.id) \(identification)")
            try await store.commit([
                .accountCardData(
                    AccountCardData(
                        account: ben.id, card: identification, keyVersion: 1, sealedData: sealed,
                        revision: known?.revision ?? 0))
            ])
            #expect(try await bench.pay("t-\(number)") == outcome)
        }
        #expect(try await bench.bench.balance(ben.id) == 3_750)
        #expect(try await bench.balances() == [10_000, 1_250])
    }

    @Test("SCV-02 to SCV-08 outside, every failure is one and the same word; the reasons are in the audit trail alone")
    func oneRefusal() async throws {
        let bench = try await SmartCardBench(.make())
        var wrongData = bench.card
        wrongData.file = try bench.card.key.encrypt(SecretBytes([1]), for: bench.card.identification)
        var stranger = bench.card
        stranger.identification = try SmartCardIdentification(text: "00000000DEADBEEF")
        var outcomes: [CardPaymentOutcome] = []
        for (number, card) in [try bench.card.clone, wrongData, stranger].enumerated() {
            outcomes.append(try await bench.pay("t-\(number)", with: card))
        }
        let blocked = try await bench.desk.setBlocked(true, bench.card.identification, .bench("block"))
        #expect(blocked.blockedAt != nil)
        outcomes.append(try await bench.pay("t-3"))
        #expect(outcomes == [.refused, .refused, .refused, .refused])
        #expect(CardPaymentOutcome.refusal == "the card is not accepted")
        #expect(
            try await bench.reasons(4) == [
                "the card is blocked", "the card is unknown",
                "second verification: the card's data is not the account's",
                "first verification: the card does not have its key",
            ])
        _ = try await bench.desk.setBlocked(false, bench.card.identification, .bench("unblock"))
        #expect(try await bench.pay("t-4") == .paid("t-4"))
    }

    @Test("SCV-01 an account that does not hold as much declines after both verifications, for good")
    func declined() async throws {
        let bench = try await SmartCardBench(.make(), holding: 1_000)
        let challenge = try await bench.challenge("t-1")
        let statement = try bench.statement(bench.card, to: challenge, "t-1")
        #expect(try await bench.desk.process(statement) == .declined)
        #expect(try await bench.balances() == [1_000, 0])
        #expect(try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-1", age: 1)) == .declined)
        #expect(try await bench.pay("t-2", 1_000) == .paid("t-2"))
        #expect(try await bench.desk.process(statement) == .declined)
        #expect(try await bench.balances() == [0, 1_000])
    }
}
