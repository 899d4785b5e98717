/// Date and time of a transaction: YYYYMMDD (4) | hhmmss (3), binary coded decimal, the terminal's local time.
public struct PurseMoment: PurseField {
    public static let length = 7
    public let bytes: [UInt8]

    /// - Throws: ``PurseFieldError`` for what no calendar and no clock shows.
    public init(_ bytes: some Collection<UInt8>) throws(PurseFieldError) {
        self.bytes = try Self.check(bytes)
        guard self.bytes.allSatisfy({ $0 >> 4 <= 9 && $0 & 0x0F <= 9 }) else { throw .notDecimal }
        let values = self.bytes.map { Int($0 >> 4) * 10 + Int($0 & 0x0F) }
        let year = values[0] * 100 + values[1]
        guard (1...12).contains(values[2]), (1...Self.days(ofMonth: values[2], year)).contains(values[3]),
            values[4] < 24, values[5] < 60, values[6] < 60
        else { throw .noSuchMoment }
    }

    /// - Parameter seconds: since 1970, UTC; the years 1970 to 9999, others are taken for the nearest of them.
    public init(_ seconds: Int64) {
        let (days, rest) = min(max(seconds, 0), 253_402_300_799).quotientAndRemainder(dividingBy: 86_400)
        var (year, day) = (1970, Int(days))
        // Whole Gregorian cycles first: 400 years have 146 097 days.
        year += day / 146_097 * 400
        day %= 146_097
        while day >= Self.days(ofYear: year) {
            day -= Self.days(ofYear: year)
            year += 1
        }
        var month = 1
        while day >= Self.days(ofMonth: month, year) {
            day -= Self.days(ofMonth: month, year)
            month += 1
        }
        let seconds = Int(rest)
        bytes = [year / 100, year % 100, month, day + 1, seconds / 3_600, seconds / 60 % 60, seconds % 60].map {
            UInt8(($0 / 10) << 4 | $0 % 10)
        }
    }

    public var date: [UInt8] { Array(bytes.prefix(4)) }
    public var time: [UInt8] { Array(bytes.suffix(3)) }

    private static func days(ofYear year: Int) -> Int { isLeap(year) ? 366 : 365 }

    private static func days(ofMonth month: Int, _ year: Int) -> Int {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
}
