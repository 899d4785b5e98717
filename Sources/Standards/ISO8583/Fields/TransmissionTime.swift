/// Field 7: when a message was sent, in universal time, without a year: MMDDhhmmss.
public struct TransmissionTime: Hashable, Sendable, CustomStringConvertible {
    /// Ten digits.
    public let text: String

    /// - Returns: `nil` for what says no time.
    public init?(_ text: some StringProtocol) {
        guard (try? DataElement.transmissionTime.check(Array(text.utf8))) != nil else { return nil }
        self.text = String(text)
    }

    /// - Parameter time: seconds since 1970.
    public init(secondsSince1970 time: Int64) {
        let (_, month, day) = Self.date(ofDay: time.quotientFlooring(86_400))
        let second = time - time.quotientFlooring(86_400) * 86_400
        text = [Int64(month), Int64(day), second / 3_600, second / 60 % 60, second % 60]
            .map { Digits.text(UInt64($0), count: 2) }.joined()
    }

    public var description: String { text }

    /// `MMDD`, as in field 13.
    public var date: String { String(text.prefix(4)) }
    /// `hhmmss`, as in field 12.
    public var time: String { String(text.suffix(6)) }

    /// The year in which the time is nearest to `now`, in seconds since 1970: a message of New Year's Eve may come in
    /// January.
    public func year(near now: Int64) -> Int {
        let year = Self.date(ofDay: now.quotientFlooring(86_400)).year
        return (year - 1...year + 1).min { left, right in
            abs(secondsSince1970(inYear: left) - now) < abs(secondsSince1970(inYear: right) - now)
        } ?? year
    }

    private func secondsSince1970(inYear year: Int) -> Int64 {
        let pairs = stride(from: 0, to: 10, by: 2).map { Int(text.dropFirst($0).prefix(2)) ?? 0 }
        let day = Self.dayNumber(year, pairs[0], pairs[1])
        return day * 86_400 + Int64(pairs[2] * 3_600 + pairs[3] * 60 + pairs[4])
    }

    /// Days of a month; February is given its leap day, for a time without a year may be one of a leap year.
    static func dayCount(_ month: Int) -> Int { [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] }

    /// Days since 1970 of a date in the proleptic Gregorian calendar; years begin in March.
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let years = Int64(month <= 2 ? year - 1 : year)
        let era = years.quotientFlooring(400)
        let yearOfEra = years - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(ofDay number: Int64) -> (year: Int, month: Int, day: Int) {
        let days = number + 719_468
        let era = days.quotientFlooring(146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfYear - (153 * shifted + 2) / 5 + 1))
    }
}

extension Int64 {
    fileprivate func quotientFlooring(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
