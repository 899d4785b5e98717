/// Date and time of a transaction as terminals write them: tags 9A (YYMMDD) and 9F21 (HHMMSS), digits, two a byte.
enum TransactionTime {
    /// Seconds since 1970, both taken as UTC and the year as one of the years 2000 to 2099.
    ///
    /// - Returns: `nil` for what is no date or no time.
    static func seconds(date: [UInt8], time: [UInt8]) -> Int64? {
        let dateParts = date.compactMap(pair)
        let timeParts = time.compactMap(pair)
        guard date.count == 3, time.count == 3, dateParts.count == 3, timeParts.count == 3 else { return nil }
        let (year, month, day) = (2_000 + dateParts[0], dateParts[1], dateParts[2])
        guard (1...12).contains(month), (1...days(in: month, of: year)).contains(day), timeParts[0] < 24,
            timeParts[1] < 60, timeParts[2] < 60
        else { return nil }
        return daysSince1970(year, month, day) * 86_400 + timeParts[0] * 3_600 + timeParts[1] * 60 + timeParts[2]
    }

    private static func pair(_ byte: UInt8) -> Int64? {
        byte >> 4 <= 9 && byte & 0x0F <= 9 ? Int64(byte >> 4) * 10 + Int64(byte & 0x0F) : nil
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Of the years 2000 to 2099, in which every fourth is a leap year.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let years = year - 2_000
        let before = (1..<month).reduce(Int64(0)) { $0 + days(in: $1, of: year) }
        return 10_957 + years * 365 + (years + 3) / 4 + before + day - 1
    }
}
