/// Date and time of a transaction as data objects write them, in UTC: tags 9A (YYMMDD) and 9F21 (HHMMSS).
public struct TransactionMoment: Hashable, Sendable {
    /// Tag 9A, 3 bytes.
    public let date: [UInt8]
    /// Tag 9F21, 3 bytes.
    public let time: [UInt8]

    /// - Parameter seconds: since 1970; the years 2000 to 2099 can be written, others are taken for their nearest one.
    public init(_ seconds: Int64) {
        let seconds = min(max(seconds, Self.first), Self.last)
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = Self.date(daysSince2000: days - 10_957)
        date = [year, month, day].map(Self.packed)
        time = [rest / 3_600, rest / 60 % 60, rest % 60].map(Self.packed)
    }

    /// 2000-01-01 and 2099-12-31.
    private static let first: Int64 = 946_684_800
    private static let last: Int64 = 4_102_444_799

    private static func date(daysSince2000 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Every fourth year from 2000 to 2099 is a leap year, so four years have 1461 days.
        let (fours, rest) = days.quotientAndRemainder(dividingBy: 1_461)
        let year = rest < 366 ? 0 : (rest - 366) / 365 + 1
        var day = rest - (year == 0 ? 0 : 366 + (year - 1) * 365)
        for (index, count) in [31, year == 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
            if day < count { return (fours * 4 + year, Int64(index + 1), day + 1) }
            day -= Int64(count)
        }
        preconditionFailure("the days of a year are those of its months")
    }

    private static func packed(_ number: Int64) -> UInt8 { UInt8((number / 10) << 4 | number % 10) }
}
