public import EMV
import Foundation

extension CardExpiry {
    /// The month that the machine's clock shows, in UTC.
    public static var presentMonth: CardExpiry {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month], from: Date())
        let year = max(0, min(99, (parts.year ?? 2000) - 2000))
        guard let month = CardExpiry(year: year, month: parts.month ?? 1) else {
            preconditionFailure("a calendar's months are 1 to 12")
        }
        return month
    }
}
