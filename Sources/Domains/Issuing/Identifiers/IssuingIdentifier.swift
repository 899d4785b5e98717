public import CardCryptography
import ISO7816

/// An opaque name of something at the issuer: random, meaningless, safe in addresses and logs.
public protocol IssuingIdentifier: RawRepresentable<String>, Hashable, Sendable, Codable, CustomStringConvertible {
    /// What every name of the kind begins with, so that one cannot be taken for another.
    static var prefix: String { get }
    init(unchecked rawValue: String)
}

extension IssuingIdentifier {
    /// Hex digits after the prefix: 128 bits of randomness.
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

/// A customer of the issuer.
public struct CardholderID: IssuingIdentifier {
    public static let prefix = "hld_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A card account, said instead of the card's number once the issuer has recognized it.
public struct CardAccountReference: IssuingIdentifier {
    public static let prefix = "acc_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A real-name verification that waits for its one-time password.
public struct VerificationID: IssuingIdentifier {
    public static let prefix = "ver_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A card that is bound to a user and a secure element.
public struct BindingID: IssuingIdentifier {
    public static let prefix = "bnd_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
