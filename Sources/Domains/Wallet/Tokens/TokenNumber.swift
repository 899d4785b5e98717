public import EMV

/// The digits of a payment token: sixteen of them, with a valid check digit.
///
/// It stands in the place of tag 5A and is good for one function on one secure element only; it prints with most digits
/// hidden all the same.
public struct TokenNumber: Hashable, Sendable {
    /// The sixteen digits as a number.
    public let value: UInt64

    public static let digitCount = 16

    /// - Returns: `nil` for anything but sixteen digits of which the last fits the others.
    public init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == Self.digitCount, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            Luhn.isValid(digits)
        else { return nil }
        value = digits.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
    }

    /// Reads tag 5A, eight bytes of digits.
    public init?(packed bytes: some Collection<UInt8>) {
        self.init(bytes.map { String($0 >> 4, radix: 16) + String($0 & 0x0F, radix: 16) }.joined())
    }

    /// The number that begins with fifteen digits and ends in their check digit.
    init(completing fifteen: UInt64) {
        var (sum, rest, isDoubled) = (UInt64(0), fifteen, true)
        while rest > 0 {
            let digit = (rest % 10) * (isDoubled ? 2 : 1)
            sum += digit / 10 + digit % 10
            rest /= 10
            isDoubled.toggle()
        }
        value = fifteen * 10 + (10 - sum % 10) % 10
    }

    /// The digits, for a secure element or a lookup, never for a log.
    public var digits: String {
        let text = String(value)
        return String(repeating: "0", count: Self.digitCount - text.utf8.count) + text
    }

    /// As a number in the place of a card's own: what keys are derived from.
    public var accountNumber: PrimaryAccountNumber {
        guard let number = try? PrimaryAccountNumber(digits) else {
            preconditionFailure("sixteen digits with their check digit are an account number")
        }
        return number
    }

    public var lastFour: String { String(digits.suffix(4)) }
}

extension TokenNumber: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { accountNumber.masked }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension TokenNumber: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let number = TokenNumber(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not the sixteen digits of a token"))
        }
        self = number
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(digits)
    }
}
