public import EMV

/// Who an issuer is: its name, the ranges that its card numbers come from, and the currency of its accounts.
public struct IssuerProfile: Hashable, Sendable {
    /// 1 to 32 lower-case letters, digits and hyphens, such as `harbour-bank`: `aud` of what is signed for it.
    public let name: String
    /// First digits of its card numbers, six to eight of them each (ISO/IEC 7812-1).
    public let issuerIdentifications: [String]
    /// First digits that no card number has: they are those of payment tokens.
    public let tokenRanges: [String]
    /// ISO 4217, numeric: 978.
    public let currency: Int

    /// 62990000 to 62990099.
    public static let tokenRangesDefault = ["629900"]
    public static let issuerIdentificationsMax = 16

    /// - Throws: ``IssuingError/invalid(field:reason:)``, also when a range is one of payment tokens.
    public init(
        name: String, issuerIdentifications: [String], currency: Int = 978,
        tokenRanges: [String] = IssuerProfile.tokenRangesDefault
    ) throws(IssuingError) {
        guard Self.isName(name) else {
            throw .invalid(field: "name", reason: "1 to 32 lower-case letters, digits and hyphens")
        }
        guard (1...Self.issuerIdentificationsMax).contains(issuerIdentifications.count),
            issuerIdentifications.allSatisfy({ (6...8).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) })
        else {
            throw .invalid(
                field: "bin",
                reason: "1 to \(Self.issuerIdentificationsMax) issuer identification numbers of 6 to 8 digits")
        }
        let overlapping = issuerIdentifications.first { own in
            tokenRanges.contains { $0.hasPrefix(own) || own.hasPrefix($0) }
        }
        if let overlapping {
            throw .invalid(field: "bin", reason: "\(overlapping) overlaps the ranges of payment tokens")
        }
        guard (1...999).contains(currency) else {
            throw .invalid(field: "currency", reason: "a numeric code of ISO 4217, 1 to 999")
        }
        self.name = name
        self.issuerIdentifications = issuerIdentifications
        self.currency = currency
        self.tokenRanges = tokenRanges
    }

    /// Whether the issuer could have issued this number.
    public func owns(_ number: PrimaryAccountNumber) -> Bool {
        issuerIdentifications.contains { number.hasPrefix($0) } && !tokenRanges.contains { number.hasPrefix($0) }
    }

    static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
