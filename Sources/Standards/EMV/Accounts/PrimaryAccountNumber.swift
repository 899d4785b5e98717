import CardCryptography
import ISO7816

/// A number in the place of tag 5A: 12 to 19 digits with a valid check digit, a card's own or a payment token.
///
/// It prints as issuer and last four, compares in constant time, and cannot be encoded: whoever stores it seals it first.
/// ISO/IEC 7812-1; EMV Book 3, Annex A, tag 5A.
public struct PrimaryAccountNumber: Hashable, Sendable {
    /// ASCII digits.
    private let digits: SecretBytes

    /// Digits, 12 to 19 of them.
    public static let digitCounts = 12...19

    /// - Parameter text: digits; spaces between them, as cards print them, are passed over.
    /// - Throws: ``PrimaryAccountNumberError``.
    public init(_ text: some StringProtocol) throws(PrimaryAccountNumberError) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { throw .notDigits }
        guard Self.digitCounts.contains(digits.count) else { throw .length(digits.count) }
        guard Luhn.isValid(digits) else { throw .checkDigit }
        self.digits = SecretBytes(digits)
    }

    /// The number whose last digit is the check digit of `digits` before it.
    ///
    /// - Throws: ``PrimaryAccountNumberError`` as for a number one digit longer.
    public init(completing digits: some StringProtocol) throws(PrimaryAccountNumberError) {
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { throw .notDigits }
        try self.init("\(digits)\(Luhn.checkDigit(of: Array(digits.utf8)))")
    }

    /// Reads tag 5A: two digits a byte, an odd one padded with F (EMV Book 3, Annex A, format cn).
    ///
    /// - Throws: ``PrimaryAccountNumberError``.
    public init(packed bytes: some Collection<UInt8>) throws(PrimaryAccountNumberError) {
        var nibbles = bytes.flatMap { [$0 >> 4, $0 & 0x0F] }
        while nibbles.last == 0x0F { nibbles.removeLast() }
        guard nibbles.allSatisfy({ $0 <= 9 }) else { throw .notDigits }
        try self.init(String(decoding: nibbles.map { UInt8(ascii: "0") + $0 }, as: UTF8.self))
    }

    /// The number of digits.
    public var count: Int { digits.count }

    /// The digits as text: for an encryption, for a card or for its issuer, never for a log.
    public func revealed() -> String { String(decoding: digits.revealed(), as: UTF8.self) }

    /// Two digits a byte, an odd one padded with F, as tag 5A holds them.
    public var packed: [UInt8] { Self.packed(digits.revealed().map { $0 - UInt8(ascii: "0") }) }

    static func packed(_ nibbles: [UInt8]) -> [UInt8] {
        let even = nibbles.count % 2 == 0 ? nibbles : nibbles + [0x0F]
        return stride(from: 0, to: even.count, by: 2).map { even[$0] << 4 | even[$0 + 1] }
    }

    /// The first digits, which name the issuer: six, or eight of numbers with sixteen or more digits (ISO/IEC 7812-1:2017).
    public var issuerIdentification: String { String(revealed().prefix(count >= 16 ? 8 : 6)) }

    /// Whether the number lies in a range that is named by its first digits.
    public func hasPrefix(_ prefix: String) -> Bool { revealed().hasPrefix(prefix) }

    /// The digits that a person recognizes it by.
    public var lastFour: String { String(revealed().suffix(4)) }

    /// First six and last four digits, the others hidden: `476173••••••0010`.
    public var masked: String {
        let text = revealed()
        return text.prefix(6) + String(repeating: "•", count: count - 10) + text.suffix(4)
    }
}

extension PrimaryAccountNumber: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { masked }
    public var debugDescription: String { masked }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a text is no account number; the text itself never stands in the error.
public enum PrimaryAccountNumberError: Error, Equatable, Sendable, CustomStringConvertible {
    case notDigits
    /// So many digits.
    case length(Int)
    case checkDigit

    public var description: String {
        switch self {
        case .notDigits: "an account number consists of digits"
        case .length(let count): "an account number has 12 to 19 digits, not \(count)"
        case .checkDigit: "the check digit does not fit the other digits"
        }
    }
}

/// The check digit of account numbers. ISO/IEC 7812-1, Annex B.
public enum Luhn {
    /// Whether the last of these ASCII digits is the check digit of the others.
    public static func isValid(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
        sum(digits, doublingLast: false) % 10 == 0
    }

    /// The digit that makes these ASCII digits valid when it is appended.
    public static func checkDigit(of digits: some BidirectionalCollection<UInt8>) -> Int {
        (10 - sum(digits, doublingLast: true) % 10) % 10
    }

    /// Every second digit doubled, counted from the right; of two digits the sum.
    private static func sum(_ digits: some BidirectionalCollection<UInt8>, doublingLast: Bool) -> Int {
        var isDoubled = doublingLast
        return digits.reversed().reduce(0) { sum, digit in
            defer { isDoubled.toggle() }
            let value = Int(digit - UInt8(ascii: "0")) * (isDoubled ? 2 : 1)
            return sum + value / 10 + value % 10
        }
    }
}
