import CardCryptography
import Foundation
import ISO4217
import JOSE
import Testing

@testable import Instructions

@Suite("What platform, merchant and payment server tell each other")
struct PlatformStatementTests {
    private let key = NamedPrivateKey(name: "key-1", privateKey: .generate(.p256))
    private let day: Int64 = 86_400

    private func read<Claims: Statement>(
        _ compact: String, as: Claims.Type, by name: String, for audience: String, now: Int64 = 1_000
    ) throws(StatementRefusal) -> Claims {
        try StatementReader(audience: audience, now: now).read(compact) { _ in (name, key.privateKey.publicKey) }
    }

    private func result(exp: Int64 = 2_000) throws -> PaymentResult {
        PaymentResult(
            iss: "pay", aud: "plaza", jti: "r-1", iat: 1_000, exp: exp, instruction: "ord_1", state: .paid,
            order: "o-1", amount: 450, currency: try #require(Currency("EUR")), at: 999)
    }

    @Test("XFER-07 a result is read by the platform it is for, as the payment server signed it, for a week")
    func results() throws {
        let compact = try result().signed(with: key)
        #expect(try read(compact, as: PaymentResult.self, by: "pay", for: "plaza") == result())
        #expect(throws: StatementRefusal.audience) {
            try read(compact, as: PaymentResult.self, by: "pay", for: "other")
        }
        #expect(throws: StatementRefusal.signer) {
            try read(compact, as: PaymentResult.self, by: "bank", for: "plaza")
        }
        _ = try read(
            result(exp: 1_000 + 7 * day).signed(with: key), as: PaymentResult.self, by: "pay", for: "plaza")
        #expect(throws: StatementRefusal.times) {
            try read(
                result(exp: 1_001 + 7 * day).signed(with: key), as: PaymentResult.self, by: "pay", for: "plaza")
        }
    }

    @Test("XFER-07 a state that nobody knows is not the claims of a result")
    func states() throws {
        let text = try String(decoding: result().payload(), as: UTF8.self).replacing("\"paid\"", with: "\"perhaps\"")
        let compact = try JSONWebSignature.sign(Array(text.utf8), type: PaymentResult.type, key: key)
        #expect(throws: StatementRefusal.claims) {
            try read(compact, as: PaymentResult.self, by: "pay", for: "plaza")
        }
    }

    @Test(
        "RWD-03 a usage report without the first user or the function is read, so that it can be told what is missing")
    func reports() throws {
        let report = UsageReport(
            iss: "mrc_1", aud: "plaza", jti: "use-1", iat: 1_000, exp: 2_000, coupon: "cpn_1", presentation: "p",
            firstUser: nil, function: nil, amount: nil, currency: nil, at: 999)
        let compact = try report.signed(with: key)
        #expect(try read(compact, as: UsageReport.self, by: "mrc_1", for: "plaza") == report)
        #expect(throws: StatementRefusal.signature(.type)) {
            try read(compact, as: PaymentResult.self, by: "mrc_1", for: "plaza")
        }
    }

    @Test("RWD-05 a reward instruction names its transfer, and says the same however often it is signed")
    func rewards() throws {
        let instruction = RewardInstruction(
            iss: "plaza", aud: "pay", jti: String(repeating: "0a", count: 16), iat: 1_000, exp: 1_900, payer: "acc_1",
            payee: "acc_2", amount: 100, currency: try #require(Currency("EUR")), reference: "rwd_1")
        let compact = try instruction.signed(with: key)
        #expect(try read(compact, as: RewardInstruction.self, by: "plaza", for: "pay") == instruction)
        #expect(try instruction.payload() == instruction.payload())
        #expect(throws: StatementRefusal.expired) {
            try read(compact, as: RewardInstruction.self, by: "plaza", for: "pay", now: 1_900)
        }
    }
}
