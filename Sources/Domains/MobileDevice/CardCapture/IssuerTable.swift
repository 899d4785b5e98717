public import EMV

/// The ranges of account numbers that cards carry, each with the length of its numbers.
///
/// One range has one length: a number that lost its last digits under a reflection is then never taken for a shorter one.
public struct IssuerTable: Sendable, Hashable {
    /// Numbers that begin with `lowest` to `highest`, texts of the same length, have `digits` digits.
    public struct Range: Sendable, Hashable {
        public let lowest: String
        public let highest: String
        public let digits: Int

        /// - Returns: `nil` for bounds that are no digits, of different lengths or in the wrong order, and for a length
        ///   that no account number has.
        public init?(_ lowest: String, through highest: String, digits: Int) {
            guard !lowest.isEmpty, lowest.utf8.count == highest.utf8.count, lowest <= highest,
                (lowest + highest).utf8.allSatisfy({ (0x30...0x39).contains($0) }), (13...19).contains(digits),
                lowest.utf8.count < digits
            else { return nil }
            self.lowest = lowest
            self.highest = highest
            self.digits = digits
        }

        func contains(_ number: String) -> Bool {
            let prefix = String(number.prefix(lowest.utf8.count))
            return prefix.utf8.count == lowest.utf8.count && lowest <= prefix && prefix <= highest
        }
    }

    public var issued: [Range]
    /// Ranges of payment tokens: no card is printed with one.
    public var tokens: [Range]

    public init(issued: [Range], tokens: [Range]) {
        self.issued = issued
        self.tokens = tokens
    }

    /// The ranges of the payment systems as their networks publish them, in coarse steps (ISO/IEC 7812-1), and the
    /// wallet's own token ranges. Issuers that are known more exactly are put in front with ``naming(_:)``.
    public static let paymentSystems = IssuerTable(
        issued: [
            ("4", "4", 16), ("51", "55", 16), ("2221", "2720", 16), ("34", "34", 15), ("37", "37", 15),
            ("3528", "3589", 16), ("6011", "6011", 16), ("644", "649", 16), ("65", "65", 16), ("36", "36", 14),
            ("38", "39", 14), ("300", "305", 14), ("6212", "6217", 19), ("6218", "6219", 16), ("6220", "6224", 16),
            ("6225", "6227", 16), ("6228", "6228", 19), ("6229", "6229", 16), ("623", "628", 16), ("6299", "6299", 16),
        ].compactMap { Range($0, through: $1, digits: $2) },
        tokens: [Range("62990000", through: "62990099", digits: 16)].compactMap(\.self))

    /// The table with ranges that go before its own: the longest matching prefix decides.
    public func naming(_ ranges: [Range]) -> IssuerTable { IssuerTable(issued: ranges + issued, tokens: tokens) }

    /// How many digits the numbers have that begin like this one; `nil` where no issuer is known, and for tokens.
    public func digitCount(of number: String) -> Int? {
        guard !tokens.contains(where: { $0.contains(number) }) else { return nil }
        let matching = issued.filter { $0.contains(number) }
        return matching.max { $0.lowest.utf8.count < $1.lowest.utf8.count }?.digits
    }

    /// Whether a card may carry this number.
    public func knows(_ number: PrimaryAccountNumber) -> Bool { digitCount(of: number.revealed()) == number.count }
}
