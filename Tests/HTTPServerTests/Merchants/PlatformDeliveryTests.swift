import CardCryptography
import ISO4217
import Instructions
import JOSE
import Merchants
import Payments
import SeneschalAPI
import SeneschalClient
import Storage
import Testing

@testable import HTTPServer

@Suite("Results over HTTP")
struct PlatformDeliveryTests {
    private let name: PartyName

    init() throws { name = try #require(PartyName("plaza")) }

    /// An object that Bob has ordered: what the payment server's result is about.
    private func ordered(_ plaza: TestPlaza) async throws -> String {
        let order = Order()
        try await plaza.test { client in
            let object = try await client.post("/merchant/v1/objects", TestPlaza.object, as: plaza.merchant.secret)
            let wanted: JSONValue = ["object": object.json["object"] ?? .null, "quantity": 2]
            let made = try await client.post("/merchant/v1/orders", wanted, as: plaza.bob.secret)
            await order.take(try #require(made.json["instruction"]?.string, "\(made.json.text)"))
        }
        return await order.instruction
    }

    private actor Order {
        var instruction = ""
        func take(_ instruction: String) { self.instruction = instruction }
    }

    private func statement(
        _ plaza: TestPlaza, _ instruction: String, amount: Int64 = 2_500, by key: NamedPrivateKey? = nil, age: Int64 = 0
    ) throws -> String {
        let now = MachineClock().now() - age
        return try PaymentResult(
            iss: "pay", aud: "plaza", jti: "r-1", iat: now, exp: now + 600, instruction: instruction, state: .paid,
            order: "order-1", amount: amount, currency: try #require(Currency("EUR")), at: now
        ).signed(with: key ?? plaza.paymentServer)
    }

    private func deliver(
        _ statement: String, at address: String, retries: RequestRetries = .none
    ) async throws {
        try await withClient(of: address, as: nil, retries: retries) { client in
            try await HTTPPlatformDelivery([name: client]).deliver(statement, to: name)
        }
    }

    private func isUnreachable(_ error: DeliveryError?) -> Bool {
        if case .unreachable = error { true } else { false }
    }

    /// How often the platform wrote down that the instruction was paid, and what its user sees.
    private func expectPaidOnce(_ plaza: TestPlaza, _ instruction: String) async throws {
        let entries = try await plaza.store.read { records throws(MerchantsError) in
            try records.auditEntries(limit: 100)
        }
        #expect(entries.count { $0.action == "instruction.paid" && $0.detail == instruction } == 1)
        try await plaza.test { client in
            let seen = try await client.get("/merchant/v1/orders/\(instruction)", as: plaza.bob.secret)
            #expect(seen.json["state"] == "paid")
        }
    }

    @Test(
        "XFER-07 a result arrives once, however often it is sent, and whatever answers are lost", arguments: [0, 1, 2])
    func once(losses: Int) async throws {
        let plaza = try await TestPlaza()
        let instruction = try await ordered(plaza)
        try await plaza.server.live { port in
            let proxy = try await LosingProxy(to: port, losing: losses)
            for _ in 0..<losses {
                let error = await #expect(throws: DeliveryError.self) {
                    try await deliver(statement(plaza, instruction), at: proxy.address)
                }
                #expect(isUnreachable(error))
                try await expectPaidOnce(plaza, instruction)
            }
            for _ in 0..<2 { try await deliver(statement(plaza, instruction), at: proxy.address) }
            try await expectPaidOnce(plaza, instruction)
            proxy.close()
        }
    }

    @Test("XFER-07 what a platform has read and will never take is given up; what it does not believe is signed anew")
    func refusals() async throws {
        let plaza = try await TestPlaza()
        let instruction = try await ordered(plaza)
        try await plaza.server.live { port in
            let address = "http://127.0.0.1:\(port)"
            let unknown = try statement(plaza, "ins_00000000000000000000000000000000")
            for refused in [unknown, try statement(plaza, instruction, amount: 1)] {
                let error = await #expect(throws: DeliveryError.self) { try await deliver(refused, at: address) }
                guard case .refused? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            // A key that the platform does not know yet, and a clock that is behind.
            let stranger = NamedPrivateKey(name: "pay-key-2", privateKey: .generate(.p256))
            for unbelieved in [
                try statement(plaza, instruction, by: stranger), try statement(plaza, instruction, age: 3_600),
            ] {
                let error = await #expect(throws: DeliveryError.self) { try await deliver(unbelieved, at: address) }
                #expect(isUnreachable(error))
            }
            try await deliver(statement(plaza, instruction), at: address)
            try await expectPaidOnce(plaza, instruction)
        }
    }

    @Test("XFER-07 a platform that is down, silent, stops in the middle, or speaks of something else is tried again")
    func odd() async throws {
        let plaza = try await TestPlaza()
        let statement = try statement(plaza, "ins_00000000000000000000000000000000")
        @Sendable func expectUnreachable(_ address: String, _ place: String) async {
            let error = await #expect(throws: DeliveryError.self, "\(place)") {
                try await deliver(statement, at: address, retries: .impatient)
            }
            #expect(isUnreachable(error), "\(place)")
        }
        for manner in OddServer.answersOfNothing {
            let server = try await OddServer(manner)
            await expectUnreachable(server.address, "\(manner)")
            try await server.close()
        }
        let down = try await OddServer(.silent)
        let address = down.address
        try await down.close()
        await expectUnreachable(address, "down")
        let payments = try await TestPayments()
        try await payments.server.live { port in
            await expectUnreachable("http://127.0.0.1:\(port)", "a payment server")
        }
        let nowhere = try #require(PartyName("nowhere"))
        await #expect(throws: DeliveryError.unreachable("nobody knows where nowhere is")) {
            try await HTTPPlatformDelivery([:]).deliver(statement, to: nowhere)
        }
    }
}
