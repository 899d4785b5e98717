import CardCryptography
import HummingbirdTesting
import Issuing
import SeneschalAPI
import Testing

@testable import HTTPServer

@Suite("A verification is encrypted to the issuer")
struct EncryptedVerificationTests {
    private static let path = "/issuer/v1/verifications"

    @Test("a number in plain is refused, beside the encrypted message and instead of it")
    func plain() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card(at: client)
            let plain = TestIssuer.cardholder(card)
            try await client.post(Self.path, plain, as: issuer.wallet).expect(.unknownMember, field: "number")
            let both = try issuer.verification(card).with("number", card["number"])
            try await client.post(Self.path, both, as: issuer.wallet).expect(.unknownMember, field: "number")
            try await client.post(Self.path, [:], as: issuer.wallet).expect(.missingMember, field: "verification")
        }
    }

    @Test("the same contents under the same key are the same request, however often they are encrypted")
    func repetition() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card("oneTimePassword", at: client)
            let (first, second) = (try issuer.verification(card), try issuer.verification(card))
            #expect(first != second)
            let answer = try await client.post(Self.path, first, as: issuer.wallet, key: "once")
            #expect(answer.json["outcome"] == "oneTimePasswordSent")
            for body in [first, second] {
                #expect(try await client.post(Self.path, body, as: issuer.wallet, key: "once").json == answer.json)
            }
            #expect(issuer.messages.outbox.count == 1)
        }
    }

    @Test(
        "other contents under the same key are another request, whichever member differs",
        arguments: ["number", "expiry", "cardholderName", "identityNumber", "telephoneNumber", "user"])
    func conflict(member: String) async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card(at: client)
            let other: JSONValue = ["number": "4761739001010010", "expiry": "01/31"][member] ?? "other"
            let changed = TestIssuer.cardholder(card).with(member, other)
            #expect(
                try await client.post(Self.path, issuer.verification(card), as: issuer.wallet, key: "k").status == 200)
            try await client.post(Self.path, issuer.verification(of: changed), as: issuer.wallet, key: "k")
                .expect(.idempotencyConflict)
        }
    }

    @Test(
        "what is encrypted to another key, of another type, altered or no JSON is refused with its field, and uses no key up"
    )
    func unreadable() async throws {
        let issuer = try await TestIssuer()
        try await issuer.test { client in
            let card = try await issuer.card(at: client)
            let contents = Array(TestIssuer.cardholder(card).text.utf8)
            let right = try #require(try issuer.verification(of: contents)["verification"]?.string)
            let bodies: [JSONValue] = [
                try issuer.verification(of: contents, key: ECPrivateKey.generate(.p256).publicKey),
                try issuer.verification(of: contents, type: "card-verification+jwe"),
                ["verification": .string(String(right.dropLast()))],
                ["verification": .string("." + right)],
                try issuer.verification(of: Array("no JSON".utf8)), try issuer.verification(of: []),
            ]
            for body in bodies {
                try await client.post(Self.path, body, as: issuer.wallet, key: "k")
                    .expect(.invalidField, field: "verification")
            }
            let lacking = TestIssuer.cardholder(card).with("expiry", nil)
            try await client.post(Self.path, issuer.verification(of: lacking), as: issuer.wallet, key: "k")
                .expect(.invalidField, field: "verification.expiry")
            let more = TestIssuer.cardholder(card).with("verificationValue", "123")
            try await client.post(Self.path, issuer.verification(of: more), as: issuer.wallet, key: "k")
                .expect(.invalidField, field: "verification.verificationValue")
            let good = try await client.post(Self.path, issuer.verification(card), as: issuer.wallet, key: "k")
            #expect(good.json["outcome"] == "verified")
        }
    }
}
