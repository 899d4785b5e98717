/// Two digits a byte: the formats n (zeros in front) and cn (F behind). EMV Book 3 §4.3.
public enum BinaryCodedDecimal {
    /// Format n: `number` right-justified in `count` bytes, or `nil` when it has more digits.
    public static func numeric(_ number: some BinaryInteger, count: Int) -> [UInt8]? {
        guard number >= 0 else { return nil }
        var rest = UInt64(clamping: number)
        var bytes = [UInt8](repeating: 0, count: count)
        for index in bytes.indices.reversed() {
            let pair = UInt8(rest % 100)
            bytes[index] = (pair / 10) << 4 | pair % 10
            rest /= 100
        }
        return rest == 0 ? bytes : nil
    }

    /// The number in format n, or `nil` for a nibble above 9 or more than 18 digits.
    public static func number(_ bytes: some Collection<UInt8>) -> UInt64? {
        guard bytes.count <= 9 else { return nil }
        var number: UInt64 = 0
        for byte in bytes {
            guard byte >> 4 <= 9, byte & 0x0F <= 9 else { return nil }
            number = number * 100 + UInt64(byte >> 4) * 10 + UInt64(byte & 0x0F)
        }
        return number
    }

    /// Format cn: digits left-justified, filled with F to `count` bytes or to whole bytes. `nil` for other characters
    /// or too many of them.
    public static func compressed(_ digits: some StringProtocol, count: Int? = nil) -> [UInt8]? {
        guard digits.utf8.allSatisfy(isDigit) else { return nil }
        let nibbles = digits.utf8.map { $0 - UInt8(ascii: "0") }
        let bytes = PrimaryAccountNumber.packed(nibbles)
        guard let count else { return bytes }
        guard bytes.count <= count else { return nil }
        return bytes + [UInt8](repeating: 0xFF, count: count - bytes.count)
    }

    /// The digits in format n, as many as nibbles, or `nil` for a nibble above 9.
    public static func digits(_ bytes: some Collection<UInt8>) -> String? {
        let nibbles = bytes.flatMap { [$0 >> 4, $0 & 0x0F] }
        guard nibbles.allSatisfy({ $0 <= 9 }) else { return nil }
        return String(decoding: nibbles.map { UInt8(ascii: "0") + $0 }, as: UTF8.self)
    }

    static func isDigit(_ character: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) }
}
