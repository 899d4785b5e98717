import SeneschalAPI
import Testing

@Suite("Timestamps of RFC 3339")
struct TimestampTests {
    @Test(
        "a date-time is read to its second since 1970, and written in UTC",
        arguments: [
            // RFC 3339 §5.8, and the ends of days, years and leap years; seconds by `date -u -d … +%s`.
            ("1985-04-12T23:20:50.52Z", Int64(482_196_050), "1985-04-12T23:20:50Z"),
            ("1996-12-19T16:39:57-08:00", 851_042_397, "1996-12-20T00:39:57Z"),
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59Z", -1, "1969-12-31T23:59:59Z"),
            ("2000-02-29T12:00:00Z", 951_825_600, "2000-02-29T12:00:00Z"),
            ("2031-12-31t23:59:59z", 1_956_527_999, "2031-12-31T23:59:59Z"),
            ("0001-01-01T00:00:00Z", -62_135_596_800, "0001-01-01T00:00:00Z"),
        ])
    func reading(text: String, seconds: Int64, written: String) {
        #expect(Timestamp(text)?.secondsSince1970 == seconds)
        #expect(Timestamp(secondsSince1970: seconds).description == written)
    }

    @Test(
        "what is no date-time is refused",
        arguments: [
            "", "2031-12-31", "2031-12-31 23:59:59Z", "2031-12-31T23:59:59", "2031-13-01T00:00:00Z",
            "2031-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2031-04-31T00:00:00Z", "2031-00-10T00:00:00Z",
            "2031-01-00T00:00:00Z", "2031-01-01T24:00:00Z", "2031-01-01T00:60:00Z", "2031-01-01T00:00:61Z",
            "2031-01-01T00:00:00.Z", "2031-01-01T00:00:00+0100", "2031-01-01T00:00:00+24:00",
            "2031-01-01T00:00:00ZZ", "+031-01-01T00:00:00Z",
        ])
    func refusing(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
