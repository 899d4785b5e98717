/// The MSI: the unique number of a subscription, all that a service provider knows of its customer.
public struct MobileSubscriptionIdentifier: Hashable, Sendable, Codable {
    /// What kind of number it is; `mdn` is the telephone number.
    public enum Kind: String, Sendable, Codable, CaseIterable { case mdn, imsi, alias }

    public let kind: Kind
    public let value: String

    /// - Throws: ``DirectoryValueError`` unless an MDN has 6–15 digits (ITU-T E.164) with an optional `+`, an IMSI 6–15
    ///   digits (ITU-T E.212), an alias 1–64 printable characters.
    public init(kind: Kind = .mdn, value: String) throws(DirectoryValueError) {
        let digits = kind == .mdn && value.hasPrefix("+") ? value.dropFirst() : value[...]
        switch kind {
        case .mdn, .imsi:
            guard (6...15).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
                throw DirectoryValueError(field: "msi.value", reason: "a \(kind.rawValue) has 6 to 15 digits")
            }
        case .alias:
            guard (1...64).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw DirectoryValueError(field: "msi.value", reason: "an alias has 1 to 64 printable ASCII characters")
            }
        }
        self.kind = kind
        self.value = kind == .mdn ? String(digits) : value
    }
}

/// A value of the directory that cannot be, with the field it stood in.
public struct DirectoryValueError: Error, Equatable, Sendable, CustomStringConvertible {
    public let field: String
    public let reason: String

    public init(field: String, reason: String) {
        self.field = field
        self.reason = reason
    }

    public var description: String { "\(field): \(reason)" }
}
