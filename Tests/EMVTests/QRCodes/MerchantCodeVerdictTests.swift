import CardTesting
import EMV
import Testing

/// `Vectors/EMV/merchant-codes.json`, with the verdicts of cemacqr.
struct MerchantCodeVerdicts: Decodable, Sendable {
    var cases: [Case]

    struct Case: Decodable, Sendable {
        var name, payload: String
        var violations: [String]
    }
}

@Suite("Merchant-presented codes beside cemacqr")
struct MerchantCodeVerdictTests {
    /// Where two readings of the standard differ, ours is stricter inside templates and knows the point of initiation.
    static let refusedByUsAlone: Set<String> = [
        "01 is 13", "01 is 1", "26 is A", "26 is 0501A", "26 is 0002ab0002cd", "58 is cn", "62 is A",
        "62 is 0101a0101b", "80 is 0101x", "80 is A", "26 is 0033" + String(repeating: "x", count: 33),
        "64 is 0002ZH0126" + String(repeating: "x", count: 26),
        "64 is 0002ZH0101x0216" + String(repeating: "x", count: 16),
    ]

    /// Reserved data objects are for later versions, and 5 % need no leading zero.
    static let refusedByOthersAlone: Set<String> = ["70 is reserved", "tip 55 03 57 5"]

    @Test("are refused and taken alike, but for what is named here")
    func verdicts() throws {
        let verdicts: MerchantCodeVerdicts = try Vectors.load("EMV/merchant-codes.json")
        #expect(verdicts.cases.count > 100)
        var (ours, others): (Set<String>, Set<String>) = ([], [])
        for code in verdicts.cases {
            let isTaken = (try? MerchantPresentedCode(text: code.payload)) != nil
            if isTaken, !code.violations.isEmpty { others.insert(code.name) }
            if !isTaken, code.violations.isEmpty { ours.insert(code.name) }
            if isTaken { #expect(try MerchantPresentedCode(text: code.payload).text == code.payload) }
        }
        #expect(ours == Self.refusedByUsAlone)
        #expect(others == Self.refusedByOthersAlone)
    }
}
