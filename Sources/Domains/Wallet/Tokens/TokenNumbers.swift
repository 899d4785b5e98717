public import CardCryptography
public import EMV

/// The ranges that tokens are taken from: no card of any issuer has a number in them.
public struct TokenNumbers: Hashable, Sendable {
    /// First eight digits, from the lowest to the highest.
    public let prefixes: ClosedRange<UInt64>

    /// Numbers taken under each prefix.
    let numbersPerPrefix: UInt64

    /// Seven free digits, then the check digit.
    static let numbersPerPrefixMax: UInt64 = 10_000_000

    /// 62990000 to 62990099: a thousand million tokens.
    public static let standard = TokenNumbers(unchecked: 62_990_000...62_990_099)

    /// - Parameter numbersPerPrefix: how many of the numbers under each prefix are taken, from the lowest.
    /// - Returns: `nil` unless the prefixes have eight digits each.
    public init?(prefixes: ClosedRange<UInt64>, numbersPerPrefix: UInt64 = 10_000_000) {
        guard prefixes.lowerBound >= 10_000_000, prefixes.upperBound <= 99_999_999,
            (1...Self.numbersPerPrefixMax).contains(numbersPerPrefix)
        else { return nil }
        self.init(unchecked: prefixes, numbersPerPrefix)
    }

    private init(
        unchecked prefixes: ClosedRange<UInt64>, _ numbersPerPrefix: UInt64 = Self.numbersPerPrefixMax
    ) {
        self.prefixes = prefixes
        self.numbersPerPrefix = numbersPerPrefix
    }

    public var count: UInt64 { UInt64(prefixes.count) * numbersPerPrefix }

    public func contains(_ number: TokenNumber) -> Bool { prefixes.contains(number.value / 100_000_000) }

    /// Whether a card's number lies where only tokens are: such a card is not taken.
    public func contains(_ number: PrimaryAccountNumber) -> Bool {
        guard let prefix = UInt64(number.revealed().prefix(8)) else { return false }
        return prefixes.contains(prefix)
    }

    /// The number at a place, counted from the lowest.
    ///
    /// - Precondition: `ordinal` is below ``count``.
    public func number(at ordinal: UInt64) -> TokenNumber {
        precondition(ordinal < count, "there are \(count) numbers")
        let prefix = prefixes.lowerBound + ordinal / numbersPerPrefix
        return TokenNumber(completing: prefix * Self.numbersPerPrefixMax + ordinal % numbersPerPrefix)
    }

    /// A place drawn evenly.
    public func drawn(from random: any RandomSource) -> UInt64 {
        // What lies above the last whole multiple would favour the low places.
        let limit = UInt64.max - UInt64.max % count
        while true {
            let value = random.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            if value < limit { return value % count }
        }
    }
}
