/// What names one secure element: a unique string written into it, and which kind of string that is.
public struct SecureElementIdentifier: Hashable, Sendable, Codable {
    /// `cin` is the Card Image Number (GET DATA tag 45), `cplc` taken from the production data.
    public enum Kind: String, Sendable, Codable, CaseIterable { case cin, cplc }

    public let kind: Kind
    /// Upper-case hex.
    public let value: String

    /// - Throws: ``DirectoryValueError`` unless the value is 4–32 bytes of hex.
    public init(kind: Kind = .cin, value: String) throws(DirectoryValueError) {
        guard (8...64).contains(value.utf8.count), value.utf8.count.isMultiple(of: 2),
            value.allSatisfy({ $0.isASCII && $0.isHexDigit })
        else {
            throw DirectoryValueError(
                field: "seId.value", reason: "a secure element identifier is 4 to 32 bytes of hex")
        }
        self.kind = kind
        self.value = value.uppercased()
    }
}

extension SecureElementIdentifier: CustomStringConvertible {
    public var description: String { "\(kind.rawValue):\(value)" }
}
