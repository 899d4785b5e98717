/// Numbers as decimal digits of a fixed count.
enum Digits {
    /// The number with zeros in front; it has at most `count` digits.
    static func text(_ number: UInt64, count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// The number that so many digits say; `nil` for another count or other characters.
    static func number(_ text: some StringProtocol, count: Int) -> Int? {
        guard text.utf8.count == count, text.utf8.allSatisfy(isDigit) else { return nil }
        return Int(text)
    }
}
