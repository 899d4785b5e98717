public import CardCryptography
import ISO7816

/// An opaque name of something in the wallet: random, meaningless, safe in addresses and logs.
public protocol WalletIdentifier: RawRepresentable<String>, Hashable, Sendable, Codable, CustomStringConvertible {
    /// What every name of the kind begins with, so that one cannot be taken for another.
    static var prefix: String { get }
    init(unchecked rawValue: String)
}

extension WalletIdentifier {
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

/// A person with an account in the wallet.
public struct UserID: WalletIdentifier {
    public static let prefix = "usr_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A device on which somebody has logged in.
public struct DeviceID: WalletIdentifier {
    public static let prefix = "dev_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A card in somebody's wallet, whatever devices it is on: what is said instead of its number.
public struct CardReference: WalletIdentifier {
    public static let prefix = "crd_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A card on one secure element.
public struct CredentialID: WalletIdentifier {
    public static let prefix = "cre_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A payment token without its digits: what is said instead of the token.
public struct TokenReference: WalletIdentifier {
    public static let prefix = "tok_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The moving of cards from one device to another.
public struct MigrationID: WalletIdentifier {
    public static let prefix = "mig_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A secure element as the central TSM names it: its card image number, in hex.
public struct SecureElementName: Hashable, Sendable, Codable, CustomStringConvertible {
    public let value: String

    /// - Returns: `nil` for anything but 2 to 64 hex digits.
    public init?(_ text: String) {
        guard (2...64).contains(text.utf8.count), text.utf8.count % 2 == 0, text.allSatisfy(\.isHexDigit) else {
            return nil
        }
        value = text.uppercased()
    }

    public var description: String { value }
}

/// An issuer that the wallet works with, such as `harbour-bank`.
public struct IssuerName: Hashable, Sendable, Codable, CustomStringConvertible {
    public let value: String

    /// - Returns: `nil` for anything but 1 to 32 lower-case letters, digits and hyphens.
    public init?(_ text: String) {
        let allowed = text.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
        }
        guard (1...32).contains(text.utf8.count), allowed else { return nil }
        value = text
    }

    public var description: String { value }
}

/// One way to pay with a card. Each has a payment identifier of its own, which is good for nothing else.
public enum PaymentFunction: String, Hashable, Sendable, Codable, CaseIterable {
    /// A terminal reads the secure element.
    case nfc
    /// A merchant scans a code that the consumer shows (EMV QR, consumer-presented mode).
    case qr
    /// A purchase in an application or on a page.
    case online
}

/// One of exactly two kinds of card, for each of which the secure element holds one universal instance (UCI, UPD).
public enum UniversalCardType: UInt8, Hashable, Sendable, Codable, CaseIterable {
    case first = 1
    case second = 2
}
