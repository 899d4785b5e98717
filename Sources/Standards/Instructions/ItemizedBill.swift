import CardCryptography
public import ISO4217
import JOSE

/// The list of a bill's items as its payer is shown it and confirms it: one list for the same items, in whatever order they
/// came.
///
///     "VBILL1" | bill | currency | number of items (4) | for each item:
///     terminal | sequence (8) | name | time (8) | seller | amount (8) | description
///
/// Texts have their length before them (2), numbers are big-endian. Items stand in the order of their terminals' names,
/// bytewise, and then of their sequence numbers.
public struct ItemizedBill: Hashable, Sendable, Codable {
    public let bill: String
    public let currency: Currency
    /// In the order of the list.
    public let items: [Item]
    /// In minor units: the sum of all amounts.
    public let total: Int64

    /// One purchase, as the seller's terminal signed it.
    public struct Item: Hashable, Sendable, Codable {
        /// The terminal's name.
        public var terminal: String
        /// Counts the terminal's items.
        public var sequence: Int64
        /// Names the item at the terminal.
        public var name: String
        /// When it was sold, seconds since 1970 by the terminal's clock.
        public var soldAt: Int64
        /// The seller's account.
        public var seller: String
        /// In minor units, above zero.
        public var amount: Int64
        public var description: String

        public init(
            terminal: String, sequence: Int64, name: String, soldAt: Int64, seller: String, amount: Int64,
            description: String
        ) {
            self.terminal = terminal
            self.sequence = sequence
            self.name = name
            self.soldAt = soldAt
            self.seller = seller
            self.amount = amount
            self.description = description
        }

        public init(_ item: BillItem) {
            self.init(
                terminal: item.iss, sequence: item.sequence, name: item.jti, soldAt: item.iat, seller: item.seller,
                amount: item.amount, description: item.description)
        }
    }

    /// - Throws: ``MoneyError/overflow`` when the sum is too large.
    public init(bill: String, currency: Currency, items: [Item]) throws(MoneyError) {
        self.bill = bill
        self.currency = currency
        self.items = items.sorted { left, right in
            left.terminal == right.terminal
                ? left.sequence < right.sequence
                : left.terminal.utf8.lexicographicallyPrecedes(right.terminal.utf8)
        }
        var total = Money(minorUnits: 0, currency: currency)
        for item in items { total = try total.adding(Money(minorUnits: item.amount, currency: currency)) }
        self.total = total.minorUnits
    }

    public var money: Money { Money(minorUnits: total, currency: currency) }

    /// The one way to write the list.
    public var bytes: [UInt8] {
        var bytes = Array("VBILL1".utf8) + Self.text(bill) + Self.text(currency.code)
        bytes += withUnsafeBytes(of: UInt32(truncatingIfNeeded: items.count).bigEndian) { Array($0) }
        for item in items {
            bytes += Self.text(item.terminal) + Self.number(item.sequence) + Self.text(item.name)
            bytes += Self.number(item.soldAt) + Self.text(item.seller) + Self.number(item.amount)
            bytes += Self.text(item.description)
        }
        return bytes
    }

    /// SHA-256 of ``bytes`` in base64url: what a ``PayerConfirmation`` is about.
    public var digest: String { Base64URL.encode(Digest.hash(bytes)) }

    private static func text(_ text: String) -> [UInt8] {
        withUnsafeBytes(of: UInt16(truncatingIfNeeded: text.utf8.count).bigEndian) { Array($0) } + text.utf8
    }

    private static func number(_ number: Int64) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
