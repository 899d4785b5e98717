import EMV
import MobileDevice
import Testing

@Suite("Which issuers there are")
struct IssuerTableTests {
    @Test(
        "the longest prefix tells the length of an issuer's numbers",
        arguments: [
            ("4000", 16), ("5099", nil), ("5100", 16), ("5599", 16), ("5600", nil), ("2220", nil), ("2221", 16),
            ("2720", 16), ("2721", nil), ("3400", 15), ("3500", nil), ("3528", 16), ("3700", 15), ("6217", 19),
            ("6225", 16), ("62991", 16), ("62990000", nil), ("62990099", nil), ("62990100", 16), ("1", nil), ("", nil),
        ] as [(String, Int?)])
    func lengths(_ prefix: String, _ digits: Int?) {
        #expect(IssuerTable.paymentSystems.digitCount(of: prefix + (prefix.count < 4 ? "" : "000000")) == digits)
    }

    @Test("an issuer that is named exactly goes before its network")
    func naming() throws {
        let range = try #require(IssuerTable.Range("999900", through: "999909", digits: 16))
        let table = IssuerTable.paymentSystems.naming([range])
        #expect(table.digitCount(of: "9999050000000000") == 16)
        #expect(table.digitCount(of: "9999100000000000") == nil)
        #expect(table.knows(try PrimaryAccountNumber(completing: "999905000000000")))
    }

    @Test("bounds that are no range are refused")
    func bounds() {
        #expect(IssuerTable.Range("5", through: "51", digits: 16) == nil)
        #expect(IssuerTable.Range("55", through: "51", digits: 16) == nil)
        #expect(IssuerTable.Range("", through: "", digits: 16) == nil)
        #expect(IssuerTable.Range("4x", through: "4y", digits: 16) == nil)
        #expect(IssuerTable.Range("4", through: "4", digits: 12) == nil)
        #expect(IssuerTable.Range("4", through: "4", digits: 20) == nil)
        #expect(IssuerTable.Range("4", through: "4", digits: 13) != nil)
    }
}
