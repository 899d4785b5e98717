import CardCryptography
import ISO4217
import JOSE
import Testing

@testable import Instructions

@Suite("Signed statements")
struct StatementTests {
    private let key = NamedPrivateKey(name: "till-1", privateKey: .generate(.p256))
    private let reader = StatementReader(audience: "pay", now: 1_000)

    private func item(iat: Int64 = 990, exp: Int64 = 1_100) throws -> BillItem {
        BillItem(
            iss: "terminal-7", aud: "pay", jti: "item-1", iat: iat, exp: exp, bill: "bill-1", sequence: 1,
            seller: "acc_1", description: "Käse/Brot", amount: 450, currency: try #require(Currency("EUR")))
    }

    private func read(_ compact: String, by reader: StatementReader? = nil) throws(StatementRefusal) -> BillItem {
        try (reader ?? self.reader).read(compact) { name in
            name == "till-1" ? (name: "terminal-7", publicKey: key.privateKey.publicKey) : nil
        }
    }

    @Test("are read as they were signed")
    func roundTrip() throws {
        let item = try item()
        #expect(try read(item.signed(with: key)) == item)
    }

    @Test("are refused when altered, unsigned, of another kind, or by somebody unknown")
    func signatures() throws {
        let compact = try item().signed(with: key)
        let parts = compact.split(separator: ".").map(String.init)
        var dear = try item()
        dear.amount = 1
        let other = Base64URL.encode(try dear.payload())
        #expect(throws: StatementRefusal.signature(.signature)) { try read("\(parts[0]).\(other).\(parts[2])") }
        let none = Base64URL.encode(Array(#"{"alg":"none","kid":"till-1","typ":"bill-item+jwt"}"#.utf8))
        #expect(throws: StatementRefusal.signature(.algorithm)) { try read("\(none).\(parts[1]).\(parts[2])") }
        #expect(throws: StatementRefusal.self) { try read("\(none).\(parts[1]).") }
        let stranger = NamedPrivateKey(name: "till-2", privateKey: key.privateKey)
        #expect(throws: StatementRefusal.signature(.unknownKey)) { try read(item().signed(with: stranger)) }
        let wrongType = try JSONWebSignature.sign(item().payload(), type: "x+jwt", key: key)
        #expect(throws: StatementRefusal.signature(.type)) { try read(wrongType) }
        let empty = try JSONWebSignature.sign(Array("{}".utf8), type: BillItem.type, key: key)
        #expect(throws: StatementRefusal.claims) { try read(empty) }
    }

    @Test("are for one audience, by the signer itself")
    func parties() throws {
        let elsewhere = StatementReader(audience: "other", now: 1_000)
        #expect(throws: StatementRefusal.audience) { try read(item().signed(with: key), by: elsewhere) }
        var forged = try item()
        forged.iss = "terminal-8"
        #expect(throws: StatementRefusal.signer) { try read(forged.signed(with: key)) }
    }

    @Test(
        "hold for a while: from half a minute before their signing, for as long as their kind allows",
        arguments: [
            (990, 1_000, StatementRefusal.expired), (1_031, 1_040, .times), (500, 1_401, .times),
            (1_020, 1_020, .times),
            (Int64.min, Int64.max, .times),
        ])
    func times(iat: Int64, exp: Int64, refusal: StatementRefusal) throws {
        #expect(throws: refusal) { try read(item(iat: iat, exp: exp).signed(with: key)) }
        _ = try read(item(iat: 1_030, exp: 1_040).signed(with: key))
        _ = try read(item(iat: 500, exp: 1_400).signed(with: key))
    }
}
