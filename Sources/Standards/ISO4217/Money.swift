/// An amount of one currency in whole minor units: 1250 of EUR is 12.50 €. No arithmetic rounds or wraps.
public struct Money: Hashable, Sendable, Codable {
    public let minorUnits: Int64
    public let currency: Currency

    public init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Reads a decimal text such as `12.50`: digits, and a point with at most as many decimals as the currency has.
    ///
    /// - Throws: ``MoneyError``: nothing is rounded, so `0.001` is no amount of EUR.
    public init(decimal text: String, currency: Currency) throws(MoneyError) {
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text[...]).split(
            separator: ".", omittingEmptySubsequences: false)
        let isWritten = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        guard (1...2).contains(parts.count), isWritten else { throw .notDecimal }
        let decimals = parts.count == 2 ? String(parts[1]) : ""
        guard decimals.utf8.count <= currency.exponent else { throw .tooManyDecimals(currency) }
        let padding = String(repeating: "0", count: currency.exponent - decimals.utf8.count)
        // Int64 refuses what does not fit; the text has digits only.
        guard let minorUnits = Int64((isNegative ? "-" : "") + parts[0] + decimals + padding) else { throw .overflow }
        self.init(minorUnits: minorUnits, currency: currency)
    }

    /// The amount as a decimal text with every decimal of its currency: `12.50`, `-0.05`, `1250`.
    public var decimal: String {
        let digits = String(minorUnits.magnitude)
        let sign = minorUnits < 0 ? "-" : ""
        guard currency.exponent > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, currency.exponent + 1 - digits.utf8.count)) + digits
        return sign + padded.dropLast(currency.exponent) + "." + padded.suffix(currency.exponent)
    }

    /// - Throws: ``MoneyError/foreignCurrency(_:_:)``, ``MoneyError/overflow``.
    public func adding(_ other: Money) throws(MoneyError) -> Money {
        guard other.currency == currency else { throw .foreignCurrency(other.currency, currency) }
        let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: sum, currency: currency)
    }

    /// - Throws: ``MoneyError/foreignCurrency(_:_:)``, ``MoneyError/overflow``.
    public func subtracting(_ other: Money) throws(MoneyError) -> Money {
        guard other.currency == currency else { throw .foreignCurrency(other.currency, currency) }
        let (difference, overflow) = minorUnits.subtractingReportingOverflow(other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: difference, currency: currency)
    }

    /// - Throws: ``MoneyError/overflow``.
    public func multiplied(by count: Int64) throws(MoneyError) -> Money {
        let (product, overflow) = minorUnits.multipliedReportingOverflow(by: count)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: product, currency: currency)
    }

    /// Shares in proportion to `weights` that add up to the whole: what rounding leaves over goes to the largest
    /// remainders, the first of equal ones first.
    ///
    /// - Throws: ``MoneyError/weights`` for no weights, a negative one, or a sum of zero or beyond `Int64`.
    public func split(by weights: [Int64]) throws(MoneyError) -> [Money] {
        var total: Int64 = 0
        for weight in weights {
            let (sum, overflow) = total.addingReportingOverflow(weight)
            guard weight >= 0, !overflow else { throw .weights }
            total = sum
        }
        guard total > 0 else { throw .weights }
        let whole = minorUnits.magnitude
        let shares = weights.map { weight in
            // The quotient fits: a weight is at most the total.
            UInt64(total).dividingFullWidth(whole.multipliedFullWidth(by: UInt64(weight)))
        }
        var units = shares.map(\.quotient)
        let leftOver = Int(whole - units.reduce(0, +))
        let byRemainder = shares.indices.sorted {
            (shares[$1].remainder, $0) < (shares[$0].remainder, $1)
        }
        for index in byRemainder.prefix(leftOver) { units[index] += 1 }
        return units.map {
            Money(minorUnits: minorUnits < 0 ? 0 &- Int64(bitPattern: $0) : Int64(bitPattern: $0), currency: currency)
        }
    }
}

extension Money: CustomStringConvertible {
    /// `12.50 EUR`
    public var description: String { "\(decimal) \(currency)" }
}

/// Why something is no amount, or two amounts do not go together.
public enum MoneyError: Error, Hashable, Sendable, CustomStringConvertible {
    case notDecimal
    case tooManyDecimals(Currency)
    case overflow
    /// The currency that came, and the one that was due.
    case foreignCurrency(Currency, Currency)
    case weights

    public var description: String {
        switch self {
        case .notDecimal: "the amount is not a decimal number such as 12.50"
        case .tooManyDecimals(let currency): "an amount of \(currency) has \(currency.exponent) decimals"
        case .overflow: "the amount is too large"
        case .foreignCurrency(let other, let due): "the amount is in \(other), not in \(due)"
        case .weights: "shares need weights of zero or more, one of them above zero"
        }
    }
}
