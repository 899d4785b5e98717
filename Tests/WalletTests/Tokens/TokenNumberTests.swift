import CardTesting
import EMV
import Testing

@testable import Wallet

@Suite("Token numbers")
struct TokenNumberTests {
    @Test("a million tokens lie in the token ranges, differ from each other and have valid check digits")
    func aMillion() {
        let numbers = TokenNumbers.standard
        let random = SeededRandomSource(seed: 20_261_127)
        var seen: Set<UInt64> = []
        var (outside, invalid, drawn) = (0, 0, 0)
        while seen.count < 1_000_000 {
            let number = numbers.number(at: numbers.drawn(from: random))
            drawn += 1
            // A place drawn twice is what the store's look-up is for.
            guard seen.insert(number.value).inserted else { continue }
            if !(6_299_000_000_000_000...6_299_009_999_999_999).contains(number.value) { outside += 1 }
            if !Self.isLuhnValid(number.value) { invalid += 1 }
        }
        #expect(outside == 0)
        #expect(invalid == 0)
        // Of a thousand million places, about five hundred are met twice in a million draws.
        #expect(drawn - seen.count < 700)
    }

    /// The check as ISO/IEC 7812-1 words it, in numbers: independent of what makes the digits.
    private static func isLuhnValid(_ number: UInt64) -> Bool {
        var (rest, sum, isSecond) = (number, UInt64(0), false)
        while rest > 0 {
            var digit = rest % 10
            if isSecond {
                digit *= 2
                if digit > 9 { digit -= 9 }
            }
            sum += digit
            rest /= 10
            isSecond.toggle()
        }
        return sum % 10 == 0
    }

    @Test("every place of a range has a number of its own, from the first to the last")
    func everyPlace() throws {
        let numbers = TokenNumbers.standard
        #expect(numbers.number(at: 0).digits.hasPrefix("629900000000000"))
        #expect(numbers.number(at: numbers.count - 1).digits.hasPrefix("629900999999999"))
        #expect(numbers.count == 1_000_000_000)
        let first = (0..<20_000).map { numbers.number(at: UInt64($0)).value }
        #expect(Set(first).count == 20_000)
        #expect(first.allSatisfy(Self.isLuhnValid))
    }

    @Test(
        "a card's number in the token ranges is known as one",
        arguments: [
            ("6299000000000007", true), ("6299009999999992", true), ("6298999999999998", false),
            ("6299010000000007", false), ("4761739001010010", false),
        ])
    func ranges(_ digits: String, _ isToken: Bool) throws {
        let number = try PrimaryAccountNumber(completing: digits.dropLast())
        #expect(TokenNumbers.standard.contains(number) == isToken)
    }

    @Test("a token number is sixteen digits with their check digit, and nothing else")
    func parsing() throws {
        let number = TokenNumbers.standard.number(at: 123_456_789)
        #expect(TokenNumber(number.digits) == number)
        #expect(TokenNumber(packed: number.accountNumber.packed) == number)
        #expect(number.accountNumber.revealed() == number.digits)
        let wrong = String(number.digits.dropLast()) + (number.digits.last == "0" ? "1" : "0")
        for text in [wrong, String(number.digits.dropLast()), number.digits + "0", "", "629900000000000A"] {
            #expect(TokenNumber(text) == nil, "\(text.count) characters")
        }
        #expect(TokenNumber(packed: [0x62, 0x99]) == nil)
        #expect(TokenNumber(packed: [0x62, 0x99, 0x00, 0x00, 0x00, 0x00, 0x0A, 0x08]) == nil)
    }

    @Test("a token number prints without its middle digits")
    func printing() {
        let number = TokenNumbers.standard.number(at: 123_456_789)
        #expect("\(number)" == "629900••••••" + number.lastFour)
        #expect(String(reflecting: number) == "\(number)")
        var dumped = ""
        dump(number, to: &dumped)
        #expect(!dumped.contains(number.digits))
    }

    @Test("prefixes have eight digits")
    func prefixes() {
        #expect(TokenNumbers(prefixes: 9_999_999...62_990_000) == nil)
        #expect(TokenNumbers(prefixes: 62_990_000...100_000_000) == nil)
        #expect(TokenNumbers(prefixes: 62_990_000...62_990_000)?.count == 10_000_000)
    }
}
