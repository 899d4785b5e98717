import HTTPTypes
import HummingbirdTesting
import SeneschalAPI
import Testing
import Wallet

@testable import HTTPServer

@Suite("Accounts, sessions and tokens at the wallet's doors")
struct WalletAccountDoorTests {
    @Test("every route of the contract has a handler, and no handler is without a route")
    func complete() throws {
        let wallet = try TestWallet()
        #expect(Set(wallet.server.doors().routes.map(\.operationID)) == Set(Contract.wallet.routes.map(\.operationID)))
    }

    @Test("an account is opened, logged in to, listed and logged out of")
    func wholeWay() async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            let session = try await wallet.user(at: client)
            try API.OpenedSession.schema.check(session)
            let secret = session["secret"]?.string
            let sessions = try await client.get("/wallet/v1/sessions", as: secret).json
            try API.Page<API.WalletSession>.schema.check(sessions)
            #expect(sessions["items"]?.elements?.first?["isThisOne"] == true)
            let devices = try await client.get("/wallet/v1/devices", as: secret).json
            #expect(devices["items"]?.elements?.first == session["device"])
            let again = try await client.post(
                "/wallet/v1/reauthentications", ["password": .init(TestWallet.password)], as: secret, key: nil)
            #expect(again.json == ["freshUntil": "2026-11-27T12:05:00Z"])
            let ended = try await client.post("/wallet/v1/sessions/end", [:], as: secret, key: nil)
            #expect(ended.json == ["count": 1])
            try await client.get("/wallet/v1/sessions", as: secret).expect(.unauthenticated)
        }
    }

    @Test("wrong passwords, unknown names and locks are answered alike, with the seconds to wait")
    func lockOut() async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            _ = try await wallet.user(at: client)
            var bodies: [Set<String>] = []
            for name in ["ada", "nobody"] {
                let login = TestWallet.login.with("loginName", .init(name)).with("password", "wrong password")
                var answers: Set<String> = []
                for attempt in 1...6 {
                    let answer = try await client.post("/wallet/v1/sessions", login, as: nil, key: nil)
                    #expect(answer.code == (attempt < 6 ? "credentialsRefused" : "tooManyTries"))
                    if attempt == 6 { #expect(answer.headers[.retryAfter] == "900") }
                    answers.insert(answer.json.with("instance", nil).text)
                }
                bodies.append(answers)
            }
            #expect(bodies[0] == bodies[1])
        }
    }

    @Test(
        "a field that cannot be is named",
        arguments: [
            ("loginName", "a b c d"), ("loginName", "ab"), ("password", "short"), ("secureElement", "45434"),
            ("subscriber", ""), ("publicKey", "04"),
        ])
    func fields(_ field: String, _ value: String) async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            let login = TestWallet.login.with(field, .init(value))
            try await client.post("/wallet/v1/sessions", login, as: nil, key: nil).expect(.invalidField, field: field)
        }
    }

    @Test("sessions open the users' door, acquirers' secrets theirs, and neither the other")
    func doors() async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            let secret = try await wallet.user(at: client)["secret"]?.string
            let payment = try #require(Endpoints.authorizePayment.route.request?.example)
            try await client.post("/acquirer/v1/authorizations", payment, as: secret).expect(.forbidden)
            try await client.get("/wallet/v1/sessions", as: wallet.acquirer).expect(.forbidden)
            try await client.get("/wallet/v1/sessions", as: nil).expect(.unauthenticated)
            try await client.get("/wallet/v1/sessions", as: String(repeating: "0", count: 64)).expect(.unauthenticated)
        }
    }

    @Test("sessions are ended one by one or all at once, a device goes with its own")
    func ends() async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            let first = try await wallet.user(at: client)
            let other = TestWallet.login.with("secureElement", "45434E0000000002").with("subscriber", "491700000002")
            let second = try await client.post("/wallet/v1/sessions", other, as: nil, key: nil).json
            let (one, two) = (first["secret"]?.string, second["secret"]?.string)
            let foreign = "ses_00112233445566778899aabbccddeeff"
            try await client.post("/wallet/v1/sessions/revocations", ["sessionId": .init(foreign)], as: one, key: nil)
                .expect(.notFound, field: "session")
            let path = "/wallet/v1/devices/\(second["device"]?["deviceId"]?.string ?? "")/removal"
            wallet.clock.advance(301)
            try await client.post(path, [:], as: one).expect(.freshAuthenticationRequired)
            _ = try await client.post(
                "/wallet/v1/reauthentications", ["password": .init(TestWallet.password)], as: one, key: nil)
            #expect(try await client.post(path, [:], as: one, key: "k-1").json == ["count": 1])
            #expect(try await client.post(path, [:], as: one, key: "k-1").json == ["count": 1])
            try await client.get("/wallet/v1/sessions", as: two).expect(.unauthenticated)
            let all = try await client.post("/wallet/v1/sessions/revocations", [:], as: one, key: nil)
            #expect(all.json == ["count": 0])
        }
    }

    @Test("a user suspends and resumes a token, once per key, and sees its history; another user does not find it")
    func tokens() async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            let session = try await wallet.user(at: client)
            let secret = session["secret"]?.string
            let (token, _) = try await wallet.token(for: session)
            let path = "/wallet/v1/tokens/\(token.reference)"
            let suspended = try await client.post(
                path + "/suspension", ["reason": "lost"], as: secret, key: "k-1")
            try API.PaymentToken.schema.check(suspended.json)
            #expect(suspended.json["state"] == "suspended")
            #expect(suspended.json["suspendedBy"] == ["user"])
            #expect(!suspended.json.text.contains(token.number.digits))
            let resumed = try await client.post(path + "/resumption", ["reason": "found"], as: secret, key: "k-2")
            #expect(resumed.json["state"] == "active")
            let again = try await client.post(path + "/resumption", ["reason": "found"], as: secret, key: "k-2")
            #expect(again.json == resumed.json)
            try await client.post(path + "/resumption", ["reason": "other"], as: secret, key: "k-2")
                .expect(.idempotencyConflict)
            try await client.post(path + "/resumption", ["reason": "found"], as: secret).expect(.wrongState)
            #expect(try await client.get(path, as: secret).json == resumed.json)
            let stranger = TestWallet.account.with("loginName", "bob")
            _ = try await client.post("/wallet/v1/accounts", stranger, as: nil, key: nil)
            let login = TestWallet.login.with("loginName", "bob")
            let bob = try await client.post("/wallet/v1/sessions", login, as: nil, key: nil).json
            try await client.get(path, as: bob["secret"]?.string).expect(.notFound, field: "token")
        }
    }

    @Test("an acquirer's payment is approved once, and refused in one way whatever is wrong with it")
    func payments() async throws {
        let wallet = try TestWallet()
        try await wallet.test { client in
            let (token, credential) = try await wallet.token(for: try await wallet.user(at: client))
            let path = "/acquirer/v1/authorizations"
            let body = try await wallet.payment(token, credential)
            let approved = try await client.post(path, body, as: wallet.acquirer, key: nil)
            #expect(approved.json == ["authorizationCode": "A10001", "outcome": "approved"])
            #expect(try await client.post(path, body, as: wallet.acquirer, key: nil).json == approved.json)
            try await client.post(path, body.with("amount", 1), as: wallet.acquirer, key: nil)
                .expect(.idempotencyConflict)
            let wrong = try await wallet.payment(token, credential, transaction: "t-2", counter: 2)
            for (index, (field, value)) in [
                ("function", "online"), ("cryptogram", "0000000000000000"), ("expiry", "01/30"),
                ("number", TokenNumbers.standard.number(at: 5).digits),
            ].enumerated() {
                let body = wrong.with(field, .init(value)).with("transaction", .init("w-\(index)"))
                let answer = try await client.post(path, body, as: wallet.acquirer, key: nil)
                #expect(answer.json == ["actionCode": "05", "outcome": "declined"], "\(field): \(answer.json.text)")
            }
            for (field, value) in [
                ("number", "6299000000000009"), ("expiry", "13/30"), ("dataObjects", "9F02"),
                ("dataObjects", "9F0206000000001250"),
            ] {
                try await client.post(path, wrong.with(field, .init(value)), as: wallet.acquirer, key: nil)
                    .expect(.invalidField, field: field)
            }
        }
        let log = wallet.log.all.joined()
        #expect(!log.isEmpty && !log.contains("62990") && !log.contains(TestWallet.password))
    }
}
