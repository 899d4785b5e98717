import CardCryptography
import HTTPTypes
import HummingbirdTesting
import ISO4217
import ISO7816
import Instructions
import JOSE
import MobileDevice
import SeneschalAPI
import SmartCardVerification
import Testing

@testable import HTTPServer

@Suite("The doors of a payment server, /pay/v1")
struct PaymentDoorTests {
    @Test("every route of the contract has a handler, and no handler is without a route")
    func complete() async throws {
        let payments = try await TestPayments()
        #expect(
            Set(payments.server.doors().routes.map(\.operationID)) == Set(Contract.payments.routes.map(\.operationID)))
    }

    @Test("TAG-06 XFER-07 an instruction becomes an order, is paid once, and both sides of the ledger are equal")
    func wholeWay() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            _ = try await payments.platform(at: client)
            let shop = try await payments.account("merchant", at: client)
            let ada = try await payments.payer(with: 1_000, at: client)
            let instruction = try payments.instruction(to: shop, amount: 450)
            let ordered = try await client.post("/pay/v1/orders", ["instruction": .string(instruction)], as: ada.secret)
            #expect(ordered.status == 201, "\(ordered.json.text)")
            #expect(ordered.json["merchantName"] == "Corner Shop" && ordered.json["amount"] == 450)
            let path = "/pay/v1/orders/\(try #require(ordered.json["order"]?.string))"
            let body = try ada.payment(of: ordered.json, instruction, amount: 450)
            for _ in 0..<2 {
                let paid = try await client.post(path + "/payment", body, as: ada.secret, key: nil)
                #expect(paid.json["state"] == "paid", "\(paid.json.text)")
            }
            #expect(try await client.get(path, as: ada.secret).json["state"] == "paid")
            #expect(try await payments.balance(of: shop, at: client) == 450)
            #expect(try await payments.balance(of: ada.account, at: client) == 550)
            let trial = try await client.get("/pay/v1/trial-balance", as: payments.operator)
            let total = try #require(trial.json["currencies"]?.elements?.first)
            #expect(total["debits"] == total["credits"] && total["debits"] == "1450")
            let other = try await payments.payer(with: 0, at: client)
            try await client.get(path, as: other.secret).expect(.notFound)
            try await client.get(path, as: payments.operator).expect(.forbidden)
            let transfers = try await client.get("/pay/v1/transfers", as: ada.secret)
            try API.Page<API.LedgerTransfer>.schema.check(transfers.json)
            #expect(transfers.json["items"]?.elements?.count == 2)
        }
    }

    @Test("TAG-05 the payer says the amount where it is open, and only there")
    func amounts() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            _ = try await payments.platform(at: client)
            let shop = try await payments.account("merchant", at: client)
            let ada = try await payments.payer(with: 1_000, at: client)
            let fixed = try payments.instruction(to: shop, amount: 450)
            let open = try payments.instruction(to: shop, amount: nil)
            func order(_ instruction: String, _ amount: Int?) async throws -> Answer {
                var body: [JSONMember] = [JSONMember("instruction", .string(instruction))]
                if let amount { body.append(JSONMember("amount", .integer(amount))) }
                return try await client.post("/pay/v1/orders", .object(body), as: ada.secret)
            }
            try await order(fixed, 1).expect(.invalidField, field: "amount")
            try await order(open, nil).expect(.invalidField, field: "amount")
            for amount in [0, -1, 1_000_000_000_001] {
                try await order(open, amount).expect(.invalidField, field: "amount")
            }
            #expect(try await order(open, 300).json["amount"] == 300)
        }
    }

    @Test("a platform asks after what it has signed: unknown, open, settled with the payment server's word")
    func standing() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            let platform = try await payments.platform(at: client)
            let shop = try await payments.account("merchant", at: client)
            let ada = try await payments.payer(with: 1_000, at: client)
            let instruction = try payments.instruction(to: shop, amount: 450)
            let claims = try JSONWebSignature.verify(instruction, type: PaymentInstruction.type) { _ in
                payments.platformKey.privateKey.publicKey
            }
            let jti = try JSONValue(parsing: claims)["jti"]?.string
            let path = "/pay/v1/instructions/\(try #require(jti))"
            #expect(try await client.get(path, as: platform).json == ["state": "unknown"])
            let ordered = try await client.post("/pay/v1/orders", ["instruction": .string(instruction)], as: ada.secret)
            #expect(try await client.get(path, as: platform).json == ["state": "open"])
            let order = try #require(ordered.json["order"]?.string)
            let body = try ada.payment(of: ordered.json, instruction, amount: 450)
            _ = try await client.post("/pay/v1/orders/\(order)/payment", body, as: ada.secret, key: nil)
            let settled = try await client.get(path, as: platform)
            try API.InstructionStanding.schema.check(settled.json)
            #expect(settled.json["state"] == "settled" && settled.json["result"]?.string?.isEmpty == false)
            try await client.get(path, as: ada.secret).expect(.forbidden)
        }
    }

    @Test("a wrong PIN is counted and then none is looked at; insufficient funds move nothing")
    func refusals() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            _ = try await payments.platform(at: client)
            let shop = try await payments.account("merchant", at: client)
            let ada = try await payments.payer(with: 100, at: client)
            let instruction = try payments.instruction(to: shop, amount: 450)
            let ordered = try await client.post("/pay/v1/orders", ["instruction": .string(instruction)], as: ada.secret)
            let path = "/pay/v1/orders/\(try #require(ordered.json["order"]?.string))/payment"
            let right = try ada.payment(of: ordered.json, instruction, amount: 450)
            try await client.post(path, right, as: ada.secret, key: nil).expect(.insufficientFunds)
            let wrong = try ada.payment(of: ordered.json, instruction, amount: 450, pin: "000000")
            for _ in 0..<4 {
                try await client.post(path, wrong, as: ada.secret, key: nil).expect(.credentialsRefused, field: "pin")
            }
            _ = try await client.post(path, wrong, as: ada.secret, key: nil)
            let locked = try await client.post(path, right, as: ada.secret, key: nil)
            let seconds = locked.headers[.retryAfter].flatMap { Int($0) } ?? 0
            #expect(locked.status == 429 && (1...900).contains(seconds), "\(locked.json.text)")
            #expect(!payments.log.all.joined().contains(TestPayments.pin))
        }
    }

    @Test("VBILL-04 an item that a seller's terminal signed is paid with one confirmation, once")
    func bill() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            let shop = try await payments.account("merchant", at: client)
            _ = try await payments.terminal(payee: shop, at: client)
            let ada = try await payments.payer(with: 1_000, at: client)
            let opened = try await client.post("/pay/v1/bills", ["periodSeconds": 600], as: ada.secret)
            let bill = try #require(opened.json["bill"]?.string, "\(opened.json.text)")
            let now = MachineClock().now()
            let item = try BillItem(
                iss: "corner-till", aud: TestPayments.name, jti: "corner-till-1", iat: now, exp: now + 600, bill: bill,
                sequence: 1, seller: shop, description: "Tea", amount: 250, currency: try #require(Currency("EUR"))
            ).signed(with: payments.terminalKey)
            for _ in 0..<2 {
                let added = try await client.post(
                    "/pay/v1/bills/\(bill)/items", ["statement": .string(item)], as: ada.secret, key: nil)
                #expect(added.json["sequence"] == 1, "\(added.json.text)")
            }
            let asked = try await client.post("/pay/v1/bills/\(bill)/closing", [:], as: ada.secret, key: nil)
            #expect(asked.json["total"] == 250 && asked.json["items"]?.elements?.count == 1, "\(asked.json.text)")
            #expect(try await payments.balance(of: shop, at: client) == 0)
            let word = try payments.confirmation(of: asked.json, bill, 250, by: ada)
            let body: JSONValue = ["confirmation": .string(word), "pin": .string(TestPayments.pin)]
            for _ in 0..<2 {
                let settled = try await client.post(
                    "/pay/v1/bills/\(bill)/confirmation", body, as: ada.secret, key: nil)
                #expect(settled.json["outcome"] == "settled", "\(settled.json.text)")
            }
            #expect(try await payments.balance(of: shop, at: client) == 250)
            #expect(try await client.get("/pay/v1/bills/\(bill)", as: ada.secret).json["state"] == "settled")
        }
    }

    @Test("SCV-01 a card that is enrolled proves its key and pays once; what fails is told in one way only")
    func smartCard() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            let shop = try await payments.account("merchant", at: client)
            let till = try await payments.terminal(payee: shop, at: client)
            let ada = try await payments.payer(with: 1_000, at: client)
            let enrolled = try await client.post(
                "/pay/v1/smart-cards", ["account": .string(ada.account), "data": "4C6F79616C"], as: payments.operator)
            let name = try #require(enrolled.json["identification"]?.string, "\(enrolled.json.text)")
            let receiver = TransportKeyPair.generate(bitCount: 2_048)
            let made = try await client.post(
                "/pay/v1/smart-cards/\(name)/personalization",
                ["transportKey": .string(receiver.publicKey.pem)], as: payments.operator, key: nil)
            let wrapped = try [UInt8](hex: try #require(made.json["wrappedKey"]?.string, "\(made.json.text)"))
            let key = try SmartCardKey(try receiver.decrypt(wrapped))
            let data = try [UInt8](hex: try #require(made.json["encryptedData"]?.string))
            func pay(_ transaction: String, with key: SmartCardKey) async throws -> Answer {
                let request = try payments.challengeRequest(transaction, card: name, amount: 300)
                let challenge = try await client.post(
                    "/pay/v1/smart-card-challenges", ["statement": .string(request)], as: till, key: nil)
                let statement = try payments.transaction(
                    transaction, card: name, amount: 300, data: data, key: key, challenge.json)
                return try await client.post(
                    "/pay/v1/smart-card-transactions", ["statement": .string(statement)], as: till, key: nil)
            }
            #expect(try await pay("t-1", with: key).json["outcome"] == "approved")
            let clone = try SmartCardKey(SecretBytes.random(count: SmartCardKey.length))
            let refused = try await pay("t-2", with: clone)
            #expect(refused.status == 200 && refused.json == ["outcome": "refused"], "\(refused.json.text)")
            #expect(try await payments.balance(of: shop, at: client) == 300)
        }
    }
}

extension TestPayments {
    /// The payer's word for a bill that was asked for.
    fileprivate func confirmation(
        of asked: JSONValue, _ bill: String, _ total: Int64, by payer: TestPayer
    ) throws -> String {
        try payer.key.confirmation(
            of: .bill, bill, digest: try #require(asked["digest"]?.string),
            named: try #require(asked["challenge"]?.string),
            total: Money(minorUnits: total, currency: try #require(Currency("EUR"))), userVerified: false,
            at: MachineClock().now())
    }

    fileprivate func challengeRequest(_ transaction: String, card: String, amount: Int64) throws -> String {
        let now = MachineClock().now()
        return try CardChallengeRequest(
            iss: "corner-till", aud: Self.name, jti: transaction, iat: now, exp: now + 60, card: card, amount: amount,
            currency: try #require(Currency("EUR"))
        ).signed(with: terminalKey)
    }

    fileprivate func transaction(
        _ transaction: String, card: String, amount: Int64, data: [UInt8], key: SmartCardKey, _ challenge: JSONValue
    ) throws -> String {
        let now = MachineClock().now()
        let terms = try CardTransactionTerms(
            terminal: "corner-till", transaction: transaction, amount: amount, currency: "EUR")
        let nonce = try [UInt8](hex: try #require(challenge["nonce"]?.string, "\(challenge.text)"))
        let response = key.response(
            of: try SmartCardIdentification(text: card), to: try SmartCardChallenge(nonce: nonce, terms: terms))
        return try CardTransaction(
            iss: "corner-till", aud: Self.name, jti: transaction, iat: now, exp: now + 60, card: card,
            encryptedData: Base64URL.encode(data), challenge: try #require(challenge["challenge"]?.string),
            response: Base64URL.encode(response.bytes), amount: amount, currency: try #require(Currency("EUR"))
        ).signed(with: terminalKey)
    }
}
