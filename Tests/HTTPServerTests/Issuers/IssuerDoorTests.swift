import CardCryptography
import HummingbirdTesting
import Issuing
import SeneschalAPI
import Testing

@testable import HTTPServer

@Suite("The doors of an issuer, /issuer/v1")
struct IssuerDoorTests {
    @Test("every route of the contract has a handler, and no handler is without a route")
    func complete() async throws {
        let issuer = try await TestIssuer()
        #expect(Set(issuer.server.doors().routes.map(\.operationID)) == Set(Contract.issuer.routes.map(\.operationID)))
    }

    @Test("a cardholder is registered, a card issued, recognized, bound, paid with and reversed")
    func wholeWay() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card(at: client)
            let recognized = try await client.post(
                "/issuer/v1/verifications", issuer.verification(card), as: issuer.wallet)
            #expect(recognized.status == 200)
            #expect(recognized.json["outcome"] == "verified")
            #expect(recognized.json["card"]?["card"] == card["account"]?["card"])
            let bound = try await client.post(
                "/issuer/v1/bindings", issuer.bindingBody(card), as: issuer.wallet)
            #expect(bound.status == 200, "\(bound.json.text)")
            let paid = try await client.post(
                "/issuer/v1/authorizations", issuer.paymentBody(card, "t-1"), as: issuer.wallet)
            #expect(paid.json["outcome"] == "approved", "\(paid.json.text)")
            let again = try await client.post(
                "/issuer/v1/authorizations", issuer.paymentBody(card, "t-1"), as: issuer.wallet)
            #expect(again.json == paid.json)
            let other = try issuer.paymentBody(card, "t-1", amount: 1)
            try await client.post("/issuer/v1/authorizations", other, as: issuer.wallet).expect(.duplicate)
            let reversed = try await client.post("/issuer/v1/reversals", ["transaction": "t-1"], as: issuer.wallet)
            #expect(reversed.json == ["outcome": "reversed"])
            let accounts = try await client.get("/issuer/v1/cards", as: issuer.operator)
            #expect(accounts.json["items"]?.elements?.first?["balance"] == 10_000)
            let transactions = try await client.get("/issuer/v1/transactions", as: issuer.operator)
            #expect(transactions.json["items"]?.elements?.count == 1)
            try API.Page<API.CardTransaction>.schema.check(transactions.json)
        }
    }

    @Test("a one-time password is in the simulated network, for the operator alone, and recognizes the cardholder")
    func oneTimePassword() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card("oneTimePassword", at: client)
            let asked = try await client.post(
                "/issuer/v1/verifications", issuer.verification(card), as: issuer.wallet)
            #expect(asked.json["outcome"] == "oneTimePasswordSent")
            let id = try #require(asked.json["verificationId"]?.string)
            try await client.get("/issuer/v1/one-time-passwords", as: issuer.wallet).expect(.forbidden)
            let outbox = try await client.get("/issuer/v1/one-time-passwords", as: issuer.operator)
            let message = try #require(outbox.json["items"]?.elements?.first)
            #expect(message["verificationId"]?.string == id)
            let path = "/issuer/v1/verifications/\(id)/one-time-password"
            let wrong = try await client.post(path, ["oneTimePassword": "x"], as: issuer.wallet)
            #expect(wrong.json == ["outcome": "refused"])
            let right = try await client.post(
                path, ["oneTimePassword": message["oneTimePassword"] ?? .null], as: issuer.wallet)
            #expect(right.json["outcome"] == "verified")
        }
    }

    @Test("each wrong field is answered with the same bytes and the same status")
    func constantShape() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card(at: client)
            let right = TestIssuer.cardholder(card)
            // Five of them: no more than one user may try.
            for (field, value) in [
                ("number", "4761739001010010"), ("expiry", "01/31"), ("cardholderName", "Ada"),
                ("identityNumber", "0000"), ("telephoneNumber", "none"),
            ] {
                let body = try issuer.verification(of: right.with(field, .string(value)))
                let answer = try await client.post("/issuer/v1/verifications", body, as: issuer.wallet)
                #expect(answer.status == 200)
                #expect(answer.json == ["outcome": "refused"], "\(field)")
            }
        }
    }

    @Test("a device binds with the wallet's assertion and no credential; a wrong assertion is refused with its field")
    func deviceBinding() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card(at: client)
            let path = "/issuer/v1/device-bindings"
            try await client.post(path, issuer.bindingBody(card), as: nil).expect(.notRecognized)
            _ = try await client.post("/issuer/v1/verifications", issuer.verification(card), as: issuer.wallet)
            try await client.post(path, issuer.bindingBody(card) { $0.aud = "tide-bank" }, as: nil)
                .expect(.assertionRefused, field: "assertion")
            let bound = try await client.post(path, issuer.bindingBody(card), as: nil)
            #expect(bound.status == 200)
            let reference = try #require(card["account"]?["card"]?.string)
            let list = try await client.get("/issuer/v1/cards/\(reference)/bindings", as: issuer.operator)
            #expect(list.json["items"]?.elements?.first?["bindingId"] == bound.json["bindingId"])
        }
    }

    @Test("each door opens for its own audience only")
    func audiences() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let body: JSONValue = ["transaction": "t"]
            try await client.post("/issuer/v1/reversals", body, as: nil).expect(.unauthenticated)
            try await client.post("/issuer/v1/reversals", body, as: String(repeating: "0", count: 64))
                .expect(.unauthenticated)
            try await client.post("/issuer/v1/reversals", body, as: issuer.operator).expect(.forbidden)
            try await client.post("/issuer/v1/cardholders", TestIssuer.ada, as: issuer.wallet).expect(.forbidden)
            try await client.get("/issuer/v1/audit", as: issuer.wallet).expect(.forbidden)
            #expect(try await client.get("/issuer/v1/key", as: nil).status == 200)
            // Another kind of server's doors are not here.
            try await client.get("/operator/v1/networks", as: issuer.operator).expect(.noSuchRoute)
        }
    }

    @Test("a wallet's renewed credential opens its door, the one before no more")
    func renewed() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let renewed = try await client.post(
                "/issuer/v1/wallets/lantern/credential", [:], as: issuer.operator)
            #expect(renewed.status == 201)
            let secret = try #require(renewed.json["secret"]?.string)
            let body: JSONValue = ["transaction": "t"]
            try await client.post("/issuer/v1/reversals", body, as: issuer.wallet).expect(.credentialRevoked)
            #expect(try await client.post("/issuer/v1/reversals", body, as: secret).status == 200)
            try await client.post("/issuer/v1/wallets/beacon/credential", [:], as: issuer.operator)
                .expect(.notFound, field: "wallet")
        }
    }

    @Test("fields that cannot be are refused with their names")
    func fields() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card(at: client)
            func changed(_ body: JSONValue, _ field: String, _ value: JSONValue) -> JSONValue {
                .object((body.members ?? []).map { JSONMember($0.name, $0.name == field ? value : $0.value) })
            }
            let cardholder = TestIssuer.cardholder(card)
            for (field, value): (String, JSONValue) in [
                ("number", "4761739001010011"), ("number", "4761 7390"), ("expiry", "13/30"), ("expiry", "1130"),
                ("user", "two words"),
            ] {
                try await client.post(
                    "/issuer/v1/verifications", issuer.verification(of: changed(cardholder, field, value)),
                    as: issuer.wallet
                ).expect(.invalidField, field: "verification.\(field)")
            }
            let payment = try issuer.paymentBody(card, "t-1")
            for (field, value): (String, JSONValue) in [
                ("amount", 0), ("amount", 1_000_000_000_001), ("currency", 0), ("transactionCounter", 65_536),
                ("function", "magnetic"), ("card", "acc_0000000000000000000000000000000G"), ("secureElement", "4"),
            ] {
                try await client.post("/issuer/v1/authorizations", changed(payment, field, value), as: issuer.wallet)
                    .expect(.invalidField, field: field)
            }
            try await client.post(
                "/issuer/v1/cards/acc_00000000000000000000000000000000/state", ["state": "blocked"],
                as: issuer.operator
            ).expect(.notFound, field: "card")
        }
    }

    @Test("lists are paged, and masked")
    func lists() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            var numbers: [String] = []
            for _ in 0..<3 { numbers.append(try #require(try await issuer.card(at: client)["number"]?.string)) }
            let first = try await client.get("/issuer/v1/cards?limit=2", as: issuer.operator)
            #expect(first.json["items"]?.elements?.count == 2)
            let next = try #require(first.json["next"]?.string)
            let second = try await client.get("/issuer/v1/cards?limit=2&after=\(next)", as: issuer.operator)
            #expect(second.json["items"]?.elements?.count == 1)
            #expect(second.json["next"] == nil)
            for number in numbers { #expect(!(first.json.text + second.json.text).contains(number)) }
            try await client.get("/issuer/v1/cards?after=none", as: issuer.operator)
                .expect(.malformedQuery, field: "after")
        }
    }

    @Test("the log and the audit trail name no number, no cardholder and no password")
    func discreet() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card("oneTimePassword", at: client)
            _ = try await client.post("/issuer/v1/verifications", issuer.verification(card), as: issuer.wallet)
            let password = try #require(issuer.messages.outbox.first).oneTimePassword
            let audit = try await client.get("/issuer/v1/audit", as: issuer.operator)
            let text = issuer.log.all.joined() + audit.json.text
            for secret in [try #require(card["number"]?.string), "ADA BYRON", "Ada Byron", "7946", password] {
                #expect(!text.contains(secret), "\(secret)")
            }
        }
    }
}
