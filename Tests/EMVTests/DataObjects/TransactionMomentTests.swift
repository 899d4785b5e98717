import EMV
import Foundation
import ISO7816
import Testing

@Suite struct TransactionMomentTests {
    @Test(
        "date and time are written in UTC, two digits a byte",
        arguments: [
            (946_684_800, "000101", "000000"), (951_782_399, "000228", "235959"), (951_782_400, "000229", "000000"),
            (951_868_800, "000301", "000000"), (978_307_199, "001231", "235959"), (978_307_200, "010101", "000000"),
            (1_795_780_800, "261127", "120000"), (1_709_164_800, "240229", "000000"),
            (4_102_444_799, "991231", "235959"),
        ] as [(Int64, String, String)])
    func moments(seconds: Int64, date: String, time: String) {
        let moment = TransactionMoment(seconds)
        #expect(moment.date.hex == date && moment.time.hex == time)
    }

    @Test("what lies outside the century is taken for its nearest second")
    func outside() {
        for seconds in [Int64.min, 0, 946_684_799] {
            #expect(TransactionMoment(seconds) == TransactionMoment(946_684_800))
        }
        for seconds in [Int64.max, 4_102_444_800] {
            #expect(TransactionMoment(seconds) == TransactionMoment(4_102_444_799))
        }
    }

    @Test("every day of the century is the one that the calendar says")
    func everyDay() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for day in 0..<Int64(36_525) {
            let seconds = 946_684_800 + day * 86_400
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(seconds)))
            let expected = try #require(
                BinaryCodedDecimal.numeric(
                    ((parts.year ?? 0) - 2_000) * 10_000 + (parts.month ?? 0) * 100 + (parts.day ?? 0), count: 3))
            guard TransactionMoment(seconds).date == expected else { return #expect(Bool(false), "day \(day)") }
        }
    }
}
