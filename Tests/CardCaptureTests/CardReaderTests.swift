import EMV
import MobileDevice
import Testing

@Suite("What was read is judged")
struct CardReaderTests {
    static let number = "4761 7390 0101 0010"

    @Test("a number with certain digits, a fitting check digit and a known issuer is taken (PHOTO-02)")
    func certain() throws {
        let line = Reading.line(Self.number, doubts: [6: (0.93, "6", 0.04)])
        guard case .card(let card) = Reading.judged([line]) else {
            Issue.record("no card was read")
            return
        }
        #expect(card.number == (try PrimaryAccountNumber("4761739001010010")))
        #expect(card.confidence == 0.93)
        #expect(card.expiry == nil)
        #expect(card.cardholderName == nil)
    }

    @Test(
        "numbers of every usual length and grouping are taken (PHOTO-02)",
        arguments: [
            "4761739001010010", "3700 000000 00002", "3600 000000 0008", "621700 0000000000004",
            "6217 0000 0000 0000 004", "6217000000000000004", "2223 0000 4841 0010", "47617390 01010010",
        ])
    func groupings(_ text: String) throws {
        let expected = try PrimaryAccountNumber(text)
        guard case .card(let card) = Reading.judged([Reading.line(text)]) else {
            Issue.record("\(Reading.judged([Reading.line(text)]))")
            return
        }
        #expect(card.number == expected)
    }

    @Test(
        "one digit that is not certain, or hardly ahead of another, asks for another photograph (PHOTO-02)",
        arguments: [(0.79, 0.01), (0.85, 0.16), (0.81, 0.12)], [0, 7, 15])
    func doubt(_ confidences: (Double, Double), _ place: Int) {
        let line = Reading.line(Self.number, doubts: [place: (confidences.0, "8", confidences.1)])
        #expect(Reading.judged([line]) == .anotherPhotograph(.uncertainDigits))
    }

    @Test("digits just at the thresholds are taken")
    func thresholds() {
        let line = Reading.line(Self.number, doubts: [3: (0.95, "7", 0.1)])
        guard
            case .card = CardReader(thresholds: .init(confidence: 0.95, margin: 0.85)).judge(
                CardReading(digitLines: [line], textLines: []), in: Reading.november2026)
        else {
            Issue.record("refused at the threshold")
            return
        }
    }

    @Test("no digit is ever corrected: any other digit in any place is refused (PHOTO-02)")
    func everySubstitution() {
        let digits = Array("4761739001010010")
        for place in digits.indices {
            for digit in "0123456789" where digit != digits[place] {
                var changed = digits
                changed[place] = digit
                let text = SpacedNumber.inFours(String(changed))
                guard case .anotherPhotograph = Reading.judged([Reading.line(text)]) else {
                    Issue.record("\(place) \(digit) was taken")
                    continue
                }
            }
        }
    }

    @Test(
        "what is no card number is refused with its reason (PHOTO-02)",
        arguments: [
            ("4761 7390 0101 0011", UnreadableReason.checkDigit), ("9999 9999 9999 9995", .unknownIssuer),
            // Numbers of payment tokens, which no card is printed with.
            ("6299 0000 0000 0007", .unknownIssuer),
            // An issuer whose numbers have sixteen digits, and one whose numbers have nineteen.
            ("4761739001010", .checkDigit), ("4222 2222 2222 2", .unknownIssuer),
            ("6217 0000 0000 0006", .unknownIssuer),
            // Twenty digits, of which sixteen would be a number.
            ("4761 7390 0101 0010 1234", .noCardNumber), ("00004761739001010010", .noCardNumber),
            ("+86 21 9558 8123", .noCardNumber), ("400 669 5588", .noCardNumber), ("11/23 12/30", .noCardNumber),
            // Groups that no card has: a digit was lost and another read twice.
            ("476 17390 0101 0010", .noCardNumber), ("47 61 73 90 01 01 00 10", .noCardNumber), ("", .noCardNumber),
        ])
    func refused(_ text: String, _ reason: UnreadableReason) {
        #expect(Reading.judged([Reading.line(text)]) == .anotherPhotograph(reason))
    }

    @Test("a digit read twice at one place, or lost from a group, is noticed by the distances")
    func uneven() {
        var line = Reading.line("4761739001010010")
        line.symbols[9].x = line.symbols[8].x + 8
        #expect(Reading.judged([line]) == .anotherPhotograph(.uncertainDigits))
        var hole = Reading.line("47617390010100010")
        hole.symbols.remove(at: 12)
        guard case .anotherPhotograph = Reading.judged([hole]) else {
            Issue.record("a hole was passed over")
            return
        }
    }

    @Test("two numbers, or a second one that was misread, ask for a picture of one card (PHOTO-02)")
    func several() {
        let other = Reading.line("5413 3300 8901 0434", y: 500)
        #expect(Reading.judged([Reading.line(Self.number), other]) == .anotherPhotograph(.severalNumbers))
        let misread = Reading.line("5413 3300 8901 0435", y: 500)
        #expect(Reading.judged([Reading.line(Self.number), misread]) == .anotherPhotograph(.severalNumbers))
        guard case .card = Reading.judged([Reading.line(Self.number), Reading.line(Self.number, y: 500)]) else {
            Issue.record("the same number twice is one number")
            return
        }
    }

    @Test("a second engine that reads another number with certainty takes the first one's away")
    func contradiction() {
        let text = Reading.line("4761 7390 0101 0036", y: 300)
        #expect(
            Reading.judged([Reading.line(Self.number)], text: [text]) == .anotherPhotograph(.uncertainDigits))
        guard case .card = Reading.judged([Reading.line(Self.number)], text: [Reading.line("4761 7390 0I0I OO1O")])
        else {
            Issue.record("what is not read as a number contradicts nothing")
            return
        }
    }

    @Test("a verification value and a magnetic stripe are never returned (PHOTO-08)")
    func neverReturned() throws {
        let track = Reading.line("476173900101001030122010000000000000", y: 100)
        let value = Reading.line("737", y: 420)
        guard case .card(let card) = Reading.judged([track, Reading.line(Self.number), value], text: [value, track])
        else {
            Issue.record("no card was read")
            return
        }
        let members = Mirror(reflecting: card).children
        #expect(members.compactMap(\.label) == ["number", "expiry", "cardholderName", "confidence"])
        #expect(!"\(card)".contains("737") && !"\(card)".contains("4761739001010010"))
        #expect("\(card)".contains("476173••••••0010"))
        #expect(Reading.judged([track, value]) == .anotherPhotograph(.noCardNumber))
    }
}

enum SpacedNumber {
    static func inFours(_ digits: String) -> String {
        stride(from: 0, to: digits.count, by: 4).map { start in
            String(digits.dropFirst(start).prefix(4))
        }.joined(separator: " ")
    }
}
