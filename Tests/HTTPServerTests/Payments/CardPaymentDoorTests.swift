import CardCryptography
import EMV
import HTTPTypes
import HummingbirdTesting
import ISO7816
import Payments
import SeneschalAPI
import Storage
import Synchronization
import Testing

@testable import HTTPServer

@Suite("The door of card payments, /pay/v1/card-payments")
struct CardPaymentDoorTests {
    private static let number = "4761739001010010"
    private static let path = "/pay/v1/card-payments"

    /// What a terminal has of a card; the cryptogram is nobody's.
    private static func body(
        amount: Int = 1_250, currency: String = "EUR", number: String = number, sequenceNumber: Int = 1,
        chip: String = "9F02060000000012505F2A0209789F26080102030405060708", track2: String? = nil
    ) -> JSONValue {
        var members: [JSONMember] = [
            JSONMember("amount", .integer(amount)), JSONMember("currency", .string(currency)),
            JSONMember("number", .string(number)), JSONMember("sequenceNumber", .integer(sequenceNumber)),
            JSONMember("chipData", .string(chip)),
        ]
        if let track2 { members.append(JSONMember("track2", .string(track2))) }
        return .object(members)
    }

    @Test(
        "an approval is answered with code and proof, once whatever is asked; the shop has the money of the issuer's debt"
    )
    func approved() async throws {
        let leg = ScriptedLeg(.approved(code: "A10001", proof: Array(1...8)))
        let payments = try await TestPayments(leg: leg)
        try await payments.test { client in
            let shop = try await payments.account("merchant", at: client)
            let till = try await payments.terminal(payee: shop, at: client)
            let track = "4761739001010010D30122010F"
            var first: JSONValue?
            for _ in 0..<3 {
                let paid = try await client.post(Self.path, Self.body(track2: track), as: till, key: "sale-1")
                #expect(paid.status == 200, "\(paid.json.text)")
                try API.CardPayment.schema.check(paid.json)
                #expect(paid.json["outcome"] == "approved" && paid.json["code"] == "A10001")
                #expect(paid.json["proof"] == "0102030405060708" && paid.json["lastFour"] == "0010")
                #expect(first == nil || first == paid.json)
                first = paid.json
            }
            #expect(leg.asked.count == 1)
            #expect(leg.asked.first?.number.revealed() == Self.number && leg.asked.first?.sequenceNumber == 1)
            #expect(leg.asked.first?.track2?.serviceCode == "201")
            let found = try await client.get("\(Self.path)/\(try #require(first?["payment"]?.string))", as: till)
            #expect(found.json == first)
            #expect(try await payments.balance(of: shop, at: client) == 1_250)
            #expect(try await payments.balance(of: payments.settlement, at: client) == 1_250)
            let other = try await client.post(Self.path, Self.body(sequenceNumber: 2), as: till, key: "sale-1")
            other.expect(.idempotencyConflict)
            #expect(leg.asked.count == 1)
        }
    }

    @Test("a refusal is answered with field 39 and the proof, and nothing moves")
    func declined() async throws {
        let payments = try await TestPayments(leg: ScriptedLeg(.declined(code: "51", proof: Array(1...8))))
        try await payments.test { client in
            let shop = try await payments.account("merchant", at: client)
            let till = try await payments.terminal(payee: shop, at: client)
            for _ in 0..<2 {
                let paid = try await client.post(Self.path, Self.body(), as: till, key: "sale-1")
                #expect(paid.json["outcome"] == "declined" && paid.json["code"] == "51", "\(paid.json.text)")
                #expect(paid.json["proof"] == "0102030405060708")
            }
            #expect(try await payments.balance(of: shop, at: client) == 0)
        }
    }

    @Test("while the issuer is being asked the same key is unfinished; what it never says is cancelled")
    func pending() async throws {
        let leg = ScriptedLeg(.unknown(reason: "it is silent"), isHeld: true)
        let payments = try await TestPayments(leg: leg)
        try await payments.test { client in
            let shop = try await payments.account("merchant", at: client)
            let till = try await payments.terminal(payee: shop, at: client)
            async let first = client.post(Self.path, Self.body(), as: till, key: "sale-1")
            while leg.asked.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            let meanwhile = try await client.post(Self.path, Self.body(), as: till, key: "sale-1")
            meanwhile.expect(.unfinished)
            #expect(meanwhile.headers[.retryAfter] == "1")
            let stored = try #require(try await payments.store.requestedIssuerPayments(after: nil, limit: 2).first)
            let seen = try await client.get("\(Self.path)/\(stored.id)", as: till)
            #expect(seen.json["outcome"] == "pending" && seen.json["code"] == nil, "\(seen.json.text)")
            leg.release()
            #expect(try await first.json["outcome"] == "cancelled")
            let again = try await client.post(Self.path, Self.body(), as: till, key: "sale-1")
            #expect(again.json["outcome"] == "cancelled" && leg.asked.count == 1)
            #expect(try await payments.balance(of: shop, at: client) == 0)
        }
    }

    @Test("what cannot be is refused by name before the issuer is asked, and the number is in no answer and in no log")
    func refused() async throws {
        let leg = ScriptedLeg(.approved(code: "A10001", proof: nil))
        let payments = try await TestPayments(leg: leg)
        try await payments.test { client in
            let shop = try await payments.account("merchant", at: client)
            let till = try await payments.terminal(payee: shop, at: client)
            let wrong: [(JSONValue, String)] = [
                (Self.body(amount: 0), "amount"), (Self.body(amount: 1_251), "amount"),
                (Self.body(amount: 1_000_000_000_000), "amount"), (Self.body(currency: "EUX"), "currency"),
                (Self.body(currency: "USD"), "currency"), (Self.body(number: "4761739001010011"), "number"),
                (Self.body(number: "47617390010"), "number"), (Self.body(sequenceNumber: 100), "sequenceNumber"),
                (Self.body(chip: "9F0206"), "chipData"), (Self.body(chip: ""), "chipData"),
                (Self.body(chip: String(repeating: "00", count: 256)), "chipData"),
                (Self.body(track2: "4761739001010010"), "track2"),
                (Self.body(track2: "5413330089010434D30122010F"), "track2"),
            ]
            for (body, field) in wrong {
                let answer = try await client.post(Self.path, body, as: till)
                answer.expect(.invalidField, field: field)
                #expect(!answer.json.text.contains("47617390010"))
            }
            try await client.post(Self.path, Self.body(), as: till, key: nil).expect(.idempotencyKeyMissing)
            let long = String(repeating: "k", count: 65)
            try await client.post(Self.path, Self.body(), as: till, key: long).expect(.idempotencyKeyInvalid)
            #expect(leg.asked.isEmpty)
            let edge = try await client.post(Self.path, Self.body(), as: till, key: String(long.dropFirst()))
            #expect(edge.json["outcome"] == "approved", "\(edge.json.text)")
            #expect(!edge.json.text.contains(Self.number))
            #expect(!payments.log.all.joined().contains(Self.number))
        }
    }

    @Test("only a terminal pays, and sees what it has asked for itself")
    func terminals() async throws {
        let payments = try await TestPayments(leg: ScriptedLeg(.approved(code: "A10001", proof: nil)))
        try await payments.test { client in
            let shop = try await payments.account("merchant", at: client)
            let till = try await payments.terminal(payee: shop, at: client)
            let other = try await payments.terminal(named: "other-till", payee: shop, at: client)
            try await client.post(Self.path, Self.body(), as: payments.operator).expect(.forbidden)
            try await client.post(Self.path, Self.body(), as: nil).expect(.unauthenticated)
            let paid = try await client.post(Self.path, Self.body(), as: till, key: "sale-1")
            let path = "\(Self.path)/\(try #require(paid.json["payment"]?.string))"
            try await client.get(path, as: other).expect(.notFound)
            try await client.get(Self.path + "/ipy_" + String(repeating: "0", count: 32), as: till).expect(.notFound)
            // Another terminal's key is another payment.
            let second = try await client.post(Self.path, Self.body(), as: other, key: "sale-1")
            #expect(second.json["outcome"] == "approved" && second.json["payment"] != paid.json["payment"])
        }
    }

    @Test("what became of a payment is found by the terminal's own name of it, without the card")
    func found() async throws {
        let payments = try await TestPayments(leg: ScriptedLeg(.declined(code: "51", proof: nil)))
        try await payments.test { client in
            let shop = try await payments.account("merchant", at: client)
            let till = try await payments.terminal(payee: shop, at: client)
            let other = try await payments.terminal(named: "other-till", payee: shop, at: client)
            try await client.get(Self.path + "?transaction=sale-1", as: till).expect(.notFound)
            let paid = try await client.post(Self.path, Self.body(), as: till, key: "sale-1")
            let found = try await client.get(Self.path + "?transaction=sale-1", as: till)
            #expect(found.status == 200 && found.json == paid.json, "\(found.json.text)")
            try await client.get(Self.path + "?transaction=sale-1", as: other).expect(.notFound)
            try await client.get(Self.path + "?transaction=sale-2", as: till).expect(.notFound)
            try await client.get(Self.path, as: till).expect(.malformedQuery, field: "transaction")
            let long = String(repeating: "k", count: 65)
            try await client.get(Self.path + "?transaction=\(long)", as: till).expect(
                .malformedQuery, field: "transaction")
        }
    }

    @Test("health tells how the line is and how many reversals wait, to anybody, and depends on neither")
    func health() async throws {
        let payments = try await TestPayments(leg: ScriptedLeg(.approved(code: "A10001", proof: nil)))
        try await payments.test { client in
            let well = try await client.get("/health", as: nil)
            #expect(well.status == 200 && well.json["status"] == "ok")
            try API.Health.schema.check(well.json)
            let line = try #require(well.json["issuerLine"])
            #expect(line["state"] == "signedOn" && line["isEncrypted"] == true && line["waiting"] == 1)
            #expect(line["reversals"] == 0 && line["echoSecondsAgo"] == nil)
        }
        let without = try await TestPayments()
        try await without.test { client in
            let health = try await client.get("/health", as: nil)
            #expect(health.json["issuerLine"] == nil)
        }
    }

    @Test("a server without a line to an issuer says so, and takes no card")
    func noLine() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            let shop = try await payments.account("merchant", at: client)
            let till = try await payments.terminal(payee: shop, at: client)
            let refused = try await client.post(Self.path, Self.body(), as: till)
            refused.expect(.wrongState)
            #expect(refused.json["detail"] == "this payment server has no line to an issuer")
            let path = Self.path + "/ipy_" + String(repeating: "0", count: 32)
            try await client.get(path, as: till).expect(.wrongState)
        }
    }

    @Test("a request prints without number, track and cryptogram, however it is printed")
    func printing() {
        let request = API.CardPaymentRequest(
            amount: 1_250, currency: "EUR", number: Self.number, sequenceNumber: 1,
            track2: HexBytes([0x47, 0x61]), chipData: HexBytes([0x9F, 0x26]))
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), "\([request])", dumped] {
            #expect(!text.contains(Self.number) && !text.contains("9F26") && !text.contains("4761"))
        }
    }
}

/// An issuer that says what it is told to.
final class ScriptedLeg: IssuerLeg {
    private let answer: LegAnswer
    private let state: Mutex<(asked: [LegRequest], isHeld: Bool)>

    /// - Parameter isHeld: whether it waits until it is released.
    init(_ answer: LegAnswer, isHeld: Bool = false) {
        self.answer = answer
        state = Mutex(([], isHeld))
    }

    var asked: [LegRequest] { state.withLock { $0.asked } }

    func release() { state.withLock { $0.isHeld = false } }

    func authorize(_ request: LegRequest) async -> LegAnswer {
        state.withLock { $0.asked.append(request) }
        while state.withLock({ $0.isHeld }) { try? await Task.sleep(for: .milliseconds(2)) }
        return answer
    }

    func reverse(_ reversal: LegReversal) async -> Bool { true }

    func state() async -> LegState {
        LegState(upSince: 1_795_780_800, isEncrypted: true, lastHeardAt: 1_795_780_800, waiting: 1)
    }
}
