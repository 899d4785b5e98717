import EMV
import MobileDevice
import Testing

@Suite("Dates and names on a card")
struct PrintedTextTests {
    private func card(_ lines: [ReadLine], text: [ReadLine] = [], in month: CardExpiry = Reading.november2026)
        -> CapturedCard?
    {
        let all = [Reading.line(CardReaderTests.number)] + lines
        guard case .card(let card) = Reading.judged(all, text: text, in: month) else { return nil }
        return card
    }

    @Test(
        "the expiry is the last of the dates, not before this month and at most twenty years ahead (PHOTO-02)",
        arguments: [
            ("12/30", "12/30"), ("11/26", "11/26"), ("10/26", nil), ("11/23 11/28", "11/28"), ("11/46", "11/46"),
            ("12/46", nil), ("13/30", nil), ("00/30", nil), ("112/30", nil), ("12/301", nil), ("1230", nil),
            ("12/3", nil), ("2/30", nil),
        ] as [(String, String?)])
    func expiry(_ text: String, _ expected: String?) throws {
        let read = try #require(card([Reading.line(text, y: 380)]))
        #expect(read.expiry?.description == expected)
    }

    @Test("a date with an uncertain digit is left to the person")
    func uncertainDate() throws {
        let line = Reading.line("12/30", y: 380, doubts: [3: (0.7, "8", 0.2)])
        #expect(try #require(card([line])).expiry == nil)
    }

    @Test(
        "the name is words in capital letters below the number, and none that every card has",
        arguments: [
            ("ADA LOVELACE", "ADA LOVELACE"), ("ANNA O'NEILL", "ANNA O'NEILL"),
            ("J. M. GARCIA-LOPEZ", "J. M. GARCIA-LOPEZ"),
            ("K VAN. DER BERG", nil), ("A- COP", nil), ("ADA 'LOVELACE", nil), ("SPECIMEN BANK", nil),
            ("VALID THRU", nil), ("LOVELACE", nil), ("ADA L0VELACE", nil), ("A B", nil),
            ("ONE TWO THREE FOUR FIVE", nil), ("MAXIMILIANUS ALEXANDROPOULOS", nil),
        ] as [(String, String?)])
    func name(_ text: String, _ expected: String?) throws {
        #expect(try #require(card([], text: [Reading.line(text, y: 480)])).cardholderName == expected)
    }

    @Test("what stands above the number, or has an uncertain letter, is no name")
    func noName() throws {
        #expect(try #require(card([], text: [Reading.line("ADA LOVELACE", y: 100)])).cardholderName == nil)
        let doubtful = Reading.line("ADA LOVELACE", y: 480, doubts: [4: (0.5, "O", 0.4)])
        #expect(try #require(card([], text: [doubtful])).cardholderName == nil)
    }
}
