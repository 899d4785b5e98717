/// The last month in which a card or token is good: tag 5F24 as cards print it, month and year.
public struct CardExpiry: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// Of the years 2000 to 2099, 0 to 99.
    public let year: Int
    /// 1 to 12.
    public let month: Int

    /// - Returns: `nil` for a month or a year that is none.
    public init?(year: Int, month: Int) {
        guard (0...99).contains(year), (1...12).contains(month) else { return nil }
        self.year = year
        self.month = month
    }

    /// Reads `MM/YY`, as on the front of a card, or `MMYY`.
    public init?(printed text: some StringProtocol) {
        let digits = String(text.filter { $0 != "/" })
        guard digits.count == 4, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let month = Int(digits.prefix(2)), let year = Int(digits.suffix(2))
        else { return nil }
        self.init(year: year, month: month)
    }

    /// Reads tag 5F24, YYMMDD in BCD, of which the day only has to be one.
    public init?(packed bytes: [UInt8]) {
        guard bytes.count == 3, let number = BinaryCodedDecimal.number(bytes), (1...31).contains(number % 100) else {
            return nil
        }
        self.init(year: Int(number / 10_000), month: Int(number / 100 % 100))
    }

    /// `MM/YY`.
    public var description: String { Self.twoDigits(month) + "/" + Self.twoDigits(year) }

    /// `YYMM`, the order of track 2.
    public var trackText: String { Self.twoDigits(year) + Self.twoDigits(month) }

    /// Tag 5F24, YYMMDD in BCD: the last day of the month.
    public var packed: [UInt8] { [year, month, lastDay].map { UInt8(($0 / 10) << 4 | $0 % 10) } }

    private var lastDay: Int {
        switch month {
        case 2: year % 4 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    public static func < (left: CardExpiry, right: CardExpiry) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}
