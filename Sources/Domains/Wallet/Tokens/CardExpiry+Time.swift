public import EMV

extension CardExpiry {
    /// The month of a time, in seconds since 1970, UTC.
    public init(at time: Int64) {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days: years begin in March.
        let days = (time >= 0 ? time : time - 86_399) / 86_400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        guard let expiry = CardExpiry(year: Int(min(max(year - 2_000, 0), 99)), month: Int(month)) else {
            preconditionFailure("a date has a month of 1 to 12")
        }
        self = expiry
    }
}
