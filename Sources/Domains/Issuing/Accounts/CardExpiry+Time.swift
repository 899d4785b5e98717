import EMV

extension CardExpiry {
    /// The month that a time lies in, in UTC; months after 2099 count as its last.
    init(at seconds: Int64) {
        // Days since 0000-03-01 in years that begin in March: the leap day is the last one.
        let days = seconds / 86_400 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        self = Self.within(year: Int(year) - 2000, month: Int(month))
    }

    /// So many months later.
    func adding(months: Int) -> CardExpiry {
        let count = year * 12 + month - 1 + months
        return Self.within(year: count / 12, month: count % 12 + 1)
    }

    private static func within(year: Int, month: Int) -> CardExpiry {
        guard let expiry = CardExpiry(year: min(max(year, 0), 99), month: month) else {
            preconditionFailure("a year from 0 to 99 and a month of the calendar make an expiry")
        }
        return expiry
    }
}
