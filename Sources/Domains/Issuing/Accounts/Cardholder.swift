import CardCryptography

/// A customer as the issuer's records hold it: what identifies it is sealed.
public struct Cardholder: Hashable, Sendable, Codable {
    public var id: CardholderID
    /// ``CardholderDetails``, sealed in the context of ``id``.
    public var sealedDetails: [UInt8]
    public var registeredAt: Int64

    public init(id: CardholderID, sealedDetails: [UInt8], registeredAt: Int64) {
        self.id = id
        self.sealedDetails = sealedDetails
        self.registeredAt = registeredAt
    }
}

/// What a bank knows of its customer, in the one form in which it is compared. It prints as nothing.
public struct CardholderDetails: Hashable, Sendable {
    /// As embossed: upper case, one space between words.
    public let name: String
    /// Letters and digits.
    public let identityNumber: String
    /// `+` and digits.
    public let telephoneNumber: String

    public static let nameLengths = 2...60
    public static let identityNumberLengths = 4...32
    public static let telephoneDigitCounts = 6...15

    /// - Throws: ``IssuingError/invalid(field:reason:)`` naming the field.
    public init(name: String, identityNumber: String, telephoneNumber: String) throws(IssuingError) {
        guard let name = Self.name(name) else {
            throw .invalid(field: "name", reason: "2 to 60 characters, no control characters")
        }
        guard let identityNumber = Self.identityNumber(identityNumber) else {
            throw .invalid(field: "identityNumber", reason: "4 to 32 letters and digits")
        }
        guard let telephoneNumber = Self.telephoneNumber(telephoneNumber) else {
            throw .invalid(field: "telephoneNumber", reason: "an international number, 6 to 15 digits")
        }
        self.name = name
        self.identityNumber = identityNumber
        self.telephoneNumber = telephoneNumber
    }

    /// Spaces around and between words do not matter, nor does the case.
    static func name(_ text: String) -> String? {
        let name = text.uppercased().split(separator: " ").joined(separator: " ")
        guard nameLengths.contains(name.count),
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return nil }
        return name
    }

    /// Spaces, hyphens and the case do not matter.
    static func identityNumber(_ text: String) -> String? {
        let number = text.uppercased().filter { $0 != " " && $0 != "-" }
        guard identityNumberLengths.contains(number.utf8.count),
            number.utf8.allSatisfy({ isDigit($0) || (0x41...0x5A).contains($0) })
        else { return nil }
        return number
    }

    /// Spaces, hyphens and parentheses do not matter; `00` before a country's number is its `+`, and networks write neither
    /// (E.164).
    static func telephoneNumber(_ text: String) -> String? {
        let compact = text.filter { !" -()".contains($0) }
        let digits: Substring
        if compact.hasPrefix("+") {
            digits = compact.dropFirst()
        } else if compact.hasPrefix("00") {
            digits = compact.dropFirst(2)
        } else {
            digits = compact[...]
        }
        // A number that begins with 0 is a national one: nobody can tell of which country.
        guard digits.first != "0", telephoneDigitCounts.contains(digits.utf8.count), digits.utf8.allSatisfy(isDigit)
        else { return nil }
        return "+" + digits
    }

    /// The last digits, by which a person recognizes its own number.
    public var telephoneEnding: String { String(telephoneNumber.suffix(2)) }
}

extension CardholderDetails: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "‹cardholder›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension CardholderDetails {
    //  name | line feed | identity number | line feed | telephone number

    var bytes: SecretBytes { SecretBytes(Array("\(name)\n\(identityNumber)\n\(telephoneNumber)".utf8)) }

    init(bytes: SecretBytes) throws(IssuingError) {
        let parts = String(decoding: bytes.revealed(), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { throw .internal(reason: "the details of a cardholder have three lines") }
        try self.init(name: parts[0], identityNumber: parts[1], telephoneNumber: parts[2])
    }
}
