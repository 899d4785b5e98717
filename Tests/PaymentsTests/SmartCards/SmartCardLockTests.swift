import CardCryptography
import Foundation
import ISO4217
import Instructions
import SmartCardVerification
import Storage
import Synchronization
import Testing

@testable import Payments

@Suite("A smart card's owner is not locked out by strangers")
struct SmartCardLockTests {
    @Test("SCV-03 five failures lock one terminal out of the card for 900 seconds; elsewhere the card pays")
    func lock() async throws {
        let bench = try await SmartCardBench(.make())
        let clone = try bench.card.clone
        for number in 1...4 { #expect(try await bench.pay("f-\(number)", with: clone) == .refused) }
        #expect(try await bench.pay("t-1", 100) == .paid("t-1"), "four are not enough, and are forgotten now")
        for number in 5...9 { #expect(try await bench.pay("f-\(number)", with: clone) == .refused) }
        _ = bench.trace.take()
        #expect(try await bench.pay("t-2", 100) == .refused)
        #expect(bench.trace.take().isEmpty, "nothing is verified while it is locked")
        #expect(try await bench.reasons(1) == ["the terminal is locked out of the card"])
        #expect(try await bench.pay("t-3", 100, at: "shop-2") == .paid("t-3", at: "shop-2"))
        bench.bench.clock.advance(899)
        #expect(try await bench.pay("t-4", 100) == .refused)
        bench.bench.clock.advance(1)
        #expect(try await bench.pay("t-5", 100) == .paid("t-5"))
    }

    @Test("SCV-07 what comes without a terminal's signature and a fresh challenge of its own is not counted")
    func notCounted() async throws {
        let bench = try await SmartCardBench(.make())
        let clone = try bench.card.clone
        let old = try await bench.challenge("old")
        bench.bench.clock.advance(30)
        for number in 1...8 {
            #expect(
                try await bench.desk.process(bench.statement(clone, to: old, "old", age: Int64(number))) == .refused)
            var stranger = clone
            stranger.identification = try SmartCardIdentification(text: "00000000DEADBEEF")
            #expect(try await bench.pay("s-\(number)", with: stranger) == .refused)
            await #expect(throws: PaymentsError.self) {
                try await bench.desk.process(bench.statement(clone, to: old, "old") { $0.iss = "shop-2" })
            }
        }
        #expect(try await bench.pay("t-1") == .paid("t-1"))
    }

    @Test("failures that are older than the lock are forgotten")
    func decay() async throws {
        let bench = try await SmartCardBench(.make())
        let clone = try bench.card.clone
        for number in 1...12 {
            #expect(try await bench.pay("f-\(number)", with: clone) == .refused)
            bench.bench.clock.advance(number % 4 == 0 ? 900 : 1)
        }
        #expect(try await bench.pay("t-1") == .paid("t-1"))
    }

    @Test("a terminal has four live challenges of a card and 64 in all; what has expired makes room")
    func bounds() async throws {
        let bench = try await SmartCardBench(.make())
        for number in 1...4 { _ = try await bench.challenge("t-\(number)") }
        await #expect(throws: PaymentsError.tooMany(kind: "challenges of a card", max: 4)) {
            try await bench.challenge("t-5")
        }
        _ = try await bench.challenge("t-5", at: "shop-2")
        for number in 5...64 {
            let card = try SmartCardIdentification([0, 0, 0, 0, 0, 0, 0, UInt8(number)])
            _ = try await bench.challenge("t-\(number)", card: card)
        }
        await #expect(throws: PaymentsError.tooMany(kind: "challenges of a terminal", max: 64)) {
            try await bench.challenge("t-65", card: SmartCardIdentification(text: "00000000DEADBEEF"))
        }
        bench.bench.clock.advance(30)
        #expect(try await bench.pay("t-66") == .paid("t-66"))
        #expect(try await bench.bench.store.cardChallenges(of: present(PartyName("shop-1"))).count == 64)
    }

    @Test(
        "the same request for a challenge gets the same one; a card that cannot be and an amount that cannot are refused"
    )
    func requests() async throws {
        let bench = try await SmartCardBench(.make())
        let first = try await bench.challenge("t-1")
        let request = CardChallengeRequest(
            iss: "shop-1", aud: "harbour-pay", jti: "t-2", iat: bench.bench.clock.now(),
            exp: bench.bench.clock.now() + 60, card: bench.card.identification.text, amount: 5,
            currency: PaymentBench.euro)
        let signed = try request.signed(with: bench.key("shop-1"))
        let second = try await bench.desk.challenge(signed)
        #expect(try await bench.desk.challenge(signed) == second && second != first)
        for alter: (inout CardChallengeRequest) -> Void in [
            { $0.amount = 0 }, { $0.amount = -1 }, { $0.card = "12" }, { $0.jti = "" }, { $0.jti = "a b" },
        ] {
            var wrong = request
            alter(&wrong)
            let signed = try wrong.signed(with: bench.key("shop-1"))
            await #expect(throws: PaymentsError.self) { try await bench.desk.challenge(signed) }
        }
    }
}

@Suite("A smart card's transactions under races and restarts")
struct SmartCardRaceTests {
    @Test("SCV-01 one transaction handed in many times at once moves money once")
    func once() async throws {
        let bench = try await SmartCardBench(.make())
        let challenge = try await bench.challenge("t-1")
        let statements = try (0..<12).map { try bench.statement(bench.card, to: challenge, "t-1", age: Int64($0 % 4)) }
        let outcomes = try await withThrowingTaskGroup(of: CardPaymentOutcome?.self) { group in
            for statement in statements {
                group.addTask {
                    do { return try await bench.desk.process(statement) } catch PaymentsError.unsettled { return nil }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let paid = try CardPaymentOutcome.paid("t-1")
        #expect(outcomes.compactMap { $0 }.allSatisfy { $0 == paid } && outcomes.contains(paid))
        #expect(try await bench.balances() == [8_750, 1_250])
    }

    @Test(
        "SCV-01 a transaction that is handed in again while it is being done is answered alike, at every moment of it")
    func beside() async throws {
        let bench = try await SmartCardBench(.make { CuttingPaymentStore($0, StoreScissors()) })
        let store = try present(bench.bench.store as? CuttingPaymentStore)
        let challenge = try await bench.challenge("t-1")
        let statements = try (0..<2).map { try bench.statement(bench.card, to: challenge, "t-1", age: $0) }
        let paid = try CardPaymentOutcome.paid("t-1")
        store.meanwhile.withLock { meanwhile in
            meanwhile = {
                let outcome = try await bench.desk.process(statements[1])
                #expect(outcome == paid)
            }
        }
        #expect(try await bench.desk.process(statements[0]) == paid)
        #expect(try await bench.balances() == [8_750, 1_250])
    }

    @Test("SCV-07 a challenge that was used stays used when the server starts again")
    func restart() async throws {
        let first = try await PaymentBench.make(inFile: true)
        let bench = try await SmartCardBench(first)
        let challenge = try await bench.challenge("t-1")
        #expect(try await bench.desk.process(bench.statement(bench.card, to: challenge, "t-1")) == .paid("t-1"))
        let store = try SQLitePaymentStore(path: first.folder.file("payments.db"))
        let server = PaymentServer(name: first.server.name, store: store, keys: first.vault, clock: first.clock)
        let desk = SmartCardDesk(server, keys: first.vault)
        #expect(try await desk.process(bench.statement(bench.card, to: challenge, "t-2")) == .refused)
        #expect(try await desk.process(bench.statement(bench.card, to: challenge, "t-1", age: 2)) == .paid("t-1"))
        #expect(try await bench.balances() == [8_750, 1_250])
    }

    @Test("the data of a card is nowhere in the store in clear")
    func sealed() async throws {
        let first = try await PaymentBench.make(inFile: true)
        let bench = try await SmartCardBench(first)
        try await bench.pay("t-1")
        let files = ["payments.db", "payments.db-wal"].compactMap {
            FileManager.default.contents(atPath: first.folder.file($0))
        }
        func contains(_ bytes: [UInt8]) -> Bool { files.contains { $0.range(of: Data(bytes)) != nil } }
        #expect(contains(Array(bench.card.identification.text.utf8)))
        #expect(!contains(Array("member 4711".utf8)))
        #expect(!contains(bench.card.key.bytes.revealed()))
    }
}

@Suite("Smart cards are enrolled for an account")
struct SmartCardEnrolmentTests {
    @Test("a card is enrolled once, for a payer's account, with 1 to 160 bytes of data; an account has eight")
    func enrolment() async throws {
        let bench = try await SmartCardBench(.make())
        let (desk, ada) = (bench.desk, bench.ada)
        for count in [0, 161] {
            await #expect(throws: PaymentsError.invalid(field: "data", reason: "1 to 160 bytes")) {
                try await desk.enrol(nil, for: ada.id, data: .random(count: count), .bench("enrol \(count)"))
            }
        }
        await #expect(throws: PaymentsError.duplicate(reason: "the card is enrolled already")) {
            try await desk.enrol(bench.card.identification, for: ada.id, data: SecretBytes([1]), .bench("card again"))
        }
        await #expect(throws: PaymentsError.notFound(kind: "account")) {
            try await desk.enrol(nil, for: bench.bench.baker.id, data: SecretBytes([1]), .bench("card of the baker"))
        }
        for number in 2...8 {
            let key = RequestKey.bench("card \(number)")
            let card = try await desk.enrol(nil, for: ada.id, data: .random(count: 160), key)
            #expect(try await desk.enrol(nil, for: ada.id, data: .random(count: 160), key) == card)
        }
        await #expect(throws: PaymentsError.tooMany(kind: "smart cards of an account", max: 8)) {
            try await desk.enrol(nil, for: ada.id, data: SecretBytes([1]), .bench("ninth"))
        }
        #expect(try await desk.cards(of: ada.id).count == 8)
        await #expect(throws: PaymentsError.notFound(kind: "smart card")) {
            try await desk.personalization(of: SmartCardIdentification(text: "00000000DEADBEEF"))
        }
    }

    @Test("keys of cards differ, and the same card's is the same again")
    func keys() async throws {
        let bench = try await SmartCardBench(.make())
        let other = try await SmartCardBench.enrolled(for: bench.ada, bench.desk, data: "member 4712")
        #expect(other.key != bench.card.key)
        let again = try await bench.desk.personalization(of: bench.card.identification)
        #expect(again.key == bench.card.key && again.dataFile != bench.card.file)
    }
}
