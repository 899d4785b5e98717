import CardCryptography
import Foundation
import HummingbirdTesting
import Issuing
import SeneschalAPI
import Storage
import Testing
import Wallet

@testable import HTTPServer

@Suite("Cards are stopped at the wallet's doors")
struct CardStoppingDoorTests {
    @Test("a user stops a card, a function of a device or a whole device; letting go takes the password")
    func user() async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            let session = try await wallet.user(at: client)
            let secret = session["secret"]?.string
            let (token, _) = try await wallet.token(for: session)
            let device = session["device"]?["deviceId"] ?? .null
            let bodies: [JSONValue] = [
                ["card": .init("\(token.card)"), "reason": "lost"],
                ["deviceId": device, "function": "nfc", "reason": "lost"],
                ["card": .init("\(token.card)"), "deviceId": device, "reason": ""],
                ["deviceId": device, "reason": "lost"],
            ]
            for body in bodies {
                let stopped = try await client.post("/wallet/v1/suspensions", body, as: secret)
                try API.PaymentTokens.schema.check(stopped.json)
                #expect(stopped.json["tokens"]?.elements?.map { $0["suspendedBy"] } == [["user"]])
                let resumed = try await client.post("/wallet/v1/resumptions", body, as: secret)
                #expect(resumed.json["tokens"]?.elements?.map { $0["state"] } == ["active"])
            }
            try await client.post("/wallet/v1/suspensions", ["reason": ""], as: secret)
                .expect(.invalidField, field: "card")
            try await client.post("/wallet/v1/suspensions", ["deviceId": "dev_1", "reason": ""], as: secret)
                .expect(.invalidField, field: "deviceId")
            let foreign: JSONValue = ["deviceId": "dev_00112233445566778899aabbccddeeff", "reason": ""]
            try await client.post("/wallet/v1/suspensions", foreign, as: secret).expect(.notFound, field: "deviceId")
            try await client.post("/wallet/v1/resumptions", bodies[0], as: secret).expect(.wrongState)
            wallet.clock.advance(301)
            try await client.post("/wallet/v1/resumptions", bodies[0], as: secret)
                .expect(.freshAuthenticationRequired)
        }
    }

    @Test("an operator stops a card against fraud, and its user does not let it pay; users do not open that door")
    func fraud() async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            let session = try await wallet.user(at: client)
            let secret = session["secret"]?.string
            let (token, credential) = try await wallet.token(for: session)
            let stop: JSONValue = ["card": .init("\(token.card)"), "change": "suspend", "reason": "seen elsewhere"]
            for stranger in [secret, wallet.acquirer] {
                try await client.post("/wallet/v1/card-changes", stop, as: stranger).expect(.forbidden)
            }
            let stopped = try await client.post("/wallet/v1/card-changes", stop, as: wallet.operator, key: "k-1")
            try API.CardChangeReport.schema.check(stopped.json)
            #expect(stopped.json["cards"]?.elements?.map { $0["suspendedBy"] } == [["fraud"]])
            let path = "/wallet/v1/tokens/\(token.reference)"
            try await client.post(path + "/resumption", ["reason": ""], as: secret).expect(.wrongState)
            let refused = try await client.post(
                "/acquirer/v1/authorizations", try await wallet.payment(token, credential), as: wallet.acquirer,
                key: nil)
            #expect(refused.json["outcome"] == "declined")
            #expect(
                try await client.post("/wallet/v1/card-changes", stop, as: wallet.operator, key: "k-1").json
                    == stopped.json)
            let user: JSONValue = ["userId": session["userId"] ?? .null, "change": "resume", "reason": "false alarm"]
            let resumed = try await client.post("/wallet/v1/card-changes", user, as: wallet.operator)
            #expect(resumed.json["cards"]?.elements?.map { $0["suspendedBy"] } == [[]])
            #expect(try await client.get(path, as: secret).json["state"] == "active")
            for body in [stop.with("userId", session["userId"]), stop.with("card", nil)] {
                try await client.post("/wallet/v1/card-changes", body, as: wallet.operator)
                    .expect(.invalidField, field: "card")
            }
            try await client.get("/wallet/v1/sessions", as: wallet.operator).expect(.forbidden)
        }
    }

    @Test("what a bank's operator orders is signed by the bank, and carried out by the wallet, once")
    func issuer() async throws {
        let issuer = try await TestIssuer()
        let wallet = try TestWallet(issuerKeys: ["harbour-bank": try ECPublicKey(pem: issuer.desk.issuer.publicKey())])
        wallet.clock.advance(Int64(Date().timeIntervalSince1970) - wallet.clock.now())
        try await issuer.test { bank in
            let card = try await issuer.card(at: bank)["account"]?["card"]?.string ?? ""
            func order(_ change: String, key: String) async throws -> JSONValue {
                let body: JSONValue = ["wallet": "lantern", "change": .init(change), "reason": "reported lost"]
                let answer = try await bank.post(
                    "/issuer/v1/cards/\(card)/token-orders", body, as: issuer.operator, key: key)
                #expect(answer.status == 200, "\(answer.json.text)")
                try API.TokenOrder.schema.check(answer.json)
                return answer.json
            }
            let (suspend, resume) = (try await order("suspend", key: "1"), try await order("resume", key: "2"))
            #expect(try await order("suspend", key: "1") == suspend)
            try await bank.post(
                "/issuer/v1/cards/\(card)/token-orders", ["wallet": "other", "change": "suspend", "reason": ""],
                as: issuer.operator
            ).expect(.notFound, field: "wallet")
            try await bank.post(
                "/issuer/v1/cards/\(card)/token-orders", ["wallet": "lantern", "change": "suspend", "reason": ""],
                as: issuer.wallet
            ).expect(.forbidden)
            try await wallet.test { client in
                let (token, _) = try await wallet.token(
                    for: try await wallet.user(at: client), issuerCardReference: card)
                // The bank's clock has gone on meanwhile.
                wallet.clock.advance(Int64(Date().timeIntervalSince1970) - wallet.clock.now())
                let stopped = try await client.post("/wallet/v1/token-orders", suspend, as: nil, key: nil)
                try API.CardChangeReport.schema.check(stopped.json)
                #expect(stopped.json["cards"]?.elements?.map { $0["suspendedBy"] } == [["issuer"]])
                #expect(try await wallet.store.token(token.reference)?.state == .suspended)
                _ = try await client.post("/wallet/v1/token-orders", resume, as: nil, key: nil)
                #expect(try await wallet.store.token(token.reference)?.state == .active)
                // The first one again is answered as before, and does not stop the card again.
                let again = try await client.post("/wallet/v1/token-orders", suspend, as: nil, key: nil)
                #expect(again.json == stopped.json)
                #expect(try await wallet.store.token(token.reference)?.state == .active)
                let forged = suspend.with("order", .init((suspend["order"]?.string ?? "") + "A"))
                try await client.post("/wallet/v1/token-orders", forged, as: nil, key: nil)
                    .expect(.invalidField, field: "order")
            }
        }
    }

    @Test("an acquirer takes a payment back, once however often it asks; another's is not seen")
    func reversal() async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            let session = try await wallet.user(at: client)
            let (token, credential) = try await wallet.token(for: session)
            let payment = try await wallet.payment(token, credential)
            _ = try await client.post("/acquirer/v1/authorizations", payment, as: wallet.acquirer, key: nil)
            for (transaction, outcome) in [("t-1", "reversed"), ("t-1", "reversed"), ("t-2", "notSeen")] {
                let body: JSONValue = ["transaction": .init(transaction)]
                let answer = try await client.post("/acquirer/v1/reversals", body, as: wallet.acquirer, key: nil)
                #expect(answer.json == ["outcome": .init(outcome)])
            }
            let body: JSONValue = ["transaction": "t-1"]
            try await client.post("/acquirer/v1/reversals", body, as: session["secret"]?.string, key: nil)
                .expect(.forbidden)
        }
    }
}
