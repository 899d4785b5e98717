public import CardCryptography
import ISO7816

/// An opaque name of something at the payment server: random, meaningless, safe in addresses and logs.
public protocol PaymentIdentifier: RawRepresentable<String>, Hashable, Sendable, Codable, CustomStringConvertible {
    /// What every name of the kind begins with, so that one cannot be taken for another.
    static var prefix: String { get }
    init(unchecked rawValue: String)
}

extension PaymentIdentifier {
    /// Hex digits after the prefix: 128 bits.
    public static var digitCount: Int { 32 }

    /// - Returns: `nil` for a text that names nothing of the kind.
    public init?(rawValue: String) {
        let digits = rawValue.dropFirst(Self.prefix.count)
        guard rawValue.hasPrefix(Self.prefix), digits.utf8.count == Self.digitCount,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.init(unchecked: rawValue)
    }

    /// A fresh name.
    public static func random(_ source: any RandomSource) -> Self {
        Self(unchecked: prefix + source.bytes(digitCount / 2).hex.lowercased())
    }

    public var description: String { rawValue }
}

/// An account of the ledger: a payer's, a merchant's, or one of the payment server's own.
public struct AccountID: PaymentIdentifier {
    public static let prefix = "acc_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// An order: what one payer may pay of one instruction.
public struct OrderID: PaymentIdentifier {
    public static let prefix = "ord_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
