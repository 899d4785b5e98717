/// A day in a certificate: year, month, day in four BCD bytes. GSMA SGP.02 v4.2 Table 77.
public struct CertificateDate: Hashable, Sendable, Comparable {
    public let year: Int
    public let month: Int
    public let day: Int

    /// - Returns: `nil` for what is no day between 0001-01-01 and 9999-12-31. Lengths of months are not looked at.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == 4, bytes.allSatisfy({ $0 >> 4 <= 9 && $0 & 0x0F <= 9 }) else { return nil }
        let digits = bytes.map { Int($0 >> 4) * 10 + Int($0 & 0x0F) }
        self.init(year: digits[0] * 100 + digits[1], month: digits[2], day: digits[3])
    }

    var bytes: [UInt8] {
        [year / 100, year % 100, month, day].map { UInt8($0 / 10) << 4 | UInt8($0 % 10) }
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension CertificateDate: CustomStringConvertible {
    public var description: String {
        [(year, 4), (month, 2), (day, 2)].map { number, digits in
            String(repeating: "0", count: max(0, digits - String(number).count)) + String(number)
        }.joined(separator: "-")
    }
}
