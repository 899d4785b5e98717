import CardCryptography
import HTTPTypes
import HummingbirdTesting
import ISO7816
import SeneschalAPI
import Testing

@testable import HTTPServer

@Suite("The doors of purses and gates, /pay/v1")
struct PurseDoorTests {
    private static let path = "/pay/v1/gate-purchases"

    /// A report that is as it should be, but for its TAC; `changes` replace members, or take them away.
    private static func report(
        card: String, _ changes: [String: JSONValue?] = [:]
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("card", .string(card)), ("amount", 200), ("type", 6), ("terminal", "A10000000001"),
            ("terminalSerial", 17), ("moment", "20261127120000"), ("offlineNumber", 0), ("balanceBefore", 2_000),
            ("at", "2026-11-27T12:00:00Z"), ("tac", "01020304"), ("paid", "answer"),
        ]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }
        return .object(members.map { JSONMember($0.0, $0.1) })
    }

    /// A gate of a line's, and a purse.
    private func gate(
        _ payments: TestPayments, at client: any TestClientProtocol
    ) async throws -> (secret: String, card: String, line: String) {
        let line = try await payments.account("transit", at: client)
        let secret = try await payments.terminal(named: "gate-1", payee: line, at: client)
        let key = TransportKeyPair.generate(bitCount: 2_048).publicKey.pem
        let equipped = try await client.post(
            "/pay/v1/terminals/gate-1/security-modules",
            ["number": "A10000000001", "transportKey": .string(key)], as: payments.operator, key: nil)
        try #require(equipped.status == 200, "\(equipped.json.text)")
        let issued = try await client.post("/pay/v1/purses", ["currency": "EUR"], as: payments.operator)
        return (secret, try #require(issued.json["card"]?.string, "\(issued.json.text)"), line)
    }

    @Test("a report whose card nobody can vouch for is taken once and held; nothing is paid")
    func held() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            let (gate, card, line) = try await gate(payments, at: client)
            for _ in 0..<2 {
                let taken = try await client.post(Self.path, Self.report(card: card), as: gate, key: nil)
                #expect(taken.json["state"] == "held" && taken.json["doubt"] == "notProved", "\(taken.json.text)")
                try API.GatePurchase.schema.check(taken.json)
            }
            try await client.post(Self.path, Self.report(card: card, ["amount": 300]), as: gate, key: nil)
                .expect(.duplicate)
            let held = try await client.get("/pay/v1/held-gate-purchases", as: payments.operator)
            #expect(held.json["items"]?.elements?.count == 1)
            #expect(try await client.get(Self.path + "/A10000000001/17", as: gate).json["state"] == "held")
            let settled = try await client.post(
                Self.path + "/A10000000001/17/settlement", ["wasDebited": true], as: payments.operator)
            #expect(settled.json["state"] == "paid", "\(settled.json.text)")
            #expect(try await payments.balance(of: line, at: client) == 200)
            try await client.get(Self.path + "/A10000000001/18", as: gate).expect(.notFound)
            try await client.get(Self.path + "/A1/17", as: gate).expect(.notFound, field: "number")
        }
    }

    @Test("a report that cannot be is refused by the field that is wrong, and another gate's altogether")
    func refused() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            let (gate, card, line) = try await gate(payments, at: client)
            let wrong: [(field: String, change: [String: JSONValue?])] = [
                ("amount", ["amount": -1]), ("amount", ["amount": 0x8000_0000]), ("type", ["type": 2]),
                ("balanceBefore", ["balanceBefore": 199]), ("moment", ["moment": "20261327120000"]),
                ("terminal", ["terminal": "A1"]), ("terminal", ["terminal": "A10000000002"]),
                ("terminalSerial", ["terminalSerial": 4_294_967_296]), ("offlineNumber", ["offlineNumber": 65_536]),
                ("tac", ["tac": "0102"]), ("paid", ["paid": nil]), ("paid", ["paid": "hope"]),
                ("card", ["card": "104000012345678Z"]),
                (
                    "paid",
                    [
                        "grey": [
                            "reason": "windowOver", "since": "2026-11-27T12:00:00Z", "losses": 1, "random": "01020304",
                            "mac1": "01020304",
                        ]
                    ]
                ),
            ]
            for (field, change) in wrong {
                try await client.post(Self.path, Self.report(card: card, change), as: gate, key: nil)
                    .expect(.invalidField, field: field)
            }
            let ada = try await payments.payer(with: 100, at: client)
            try await client.post(Self.path, Self.report(card: card), as: ada.secret, key: nil).expect(.forbidden)
            #expect(try await payments.balance(of: line, at: client) == 0)
        }
    }

    @Test("a load needs an amount, a purse that is issued and the card's own words; another payer does not see it")
    func loads() async throws {
        let payments = try await TestPayments()
        try await payments.test { client in
            let (_, card, _) = try await gate(payments, at: client)
            let ada = try await payments.payer(with: 1_000, at: client)
            let ben = try await payments.payer(with: 0, at: client)
            func load(_ card: String, _ amount: Int) async throws -> Answer {
                try await client.post(
                    "/pay/v1/purse-loads", ["card": .string(card), "amount": .integer(amount)], as: ada.secret)
            }
            for amount in [0, -1, 0x8000_0000] {
                try await load(card, amount).expect(.invalidField, field: "amount")
            }
            try await load("1040000123456789", 100).expect(.notFound)
            let made = try await load(card, 500)
            #expect(made.status == 201 && made.json["state"] == "open", "\(made.json.text)")
            let path = "/pay/v1/purse-loads/\(try #require(made.json["load"]?.string))"
            let begun: JSONValue = ["begun": .string(String(repeating: "00", count: 16))]
            try await client.post(path + "/credit", begun, as: ada.secret, key: nil)
                .expect(.credentialsRefused, field: "pin")
            try await client.post(path + "/credit", ["begun": "00"], as: ada.secret, key: nil)
                .expect(.invalidField, field: "begun")
            try await client.post(path + "/proof", ["tac": "01020304"], as: ada.secret, key: nil).expect(.wrongState)
            try await client.get(path, as: ben.secret).expect(.notFound)
            let cancelled = try await client.post(path + "/cancellation", [:], as: ada.secret, key: nil)
            #expect(cancelled.json["state"] == "cancelled", "\(cancelled.json.text)")
            #expect(try await payments.balance(of: ada.account, at: client) == 1_000)
        }
    }
}
