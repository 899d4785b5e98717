import CardCryptography

/// What the second track of a magnetic stripe would say (tag 57). EMV Book 3, Annex A; ISO/IEC 7813.
///
///     number (cn, 12–19) | D | expiry YYMM (4) | service code (3) | discretionary data | F when odd
///
/// It holds a whole account number and prints as one does.
public struct Track2EquivalentData: Hashable, Sendable {
    public let number: PrimaryAccountNumber
    public let expiry: CardExpiry
    /// Three digits (ISO/IEC 7813): `201` for a chip card in international use.
    public let serviceCode: String
    /// ASCII digits.
    private let discretionaryDigits: SecretBytes

    /// 19 bytes (EMV Book 3, Annex A).
    public static let lengthMax = 19

    /// - Throws: ``Track2EquivalentDataError``.
    public init(
        number: PrimaryAccountNumber, expiry: CardExpiry, serviceCode: String, discretionaryData: String = ""
    ) throws(Track2EquivalentDataError) {
        guard serviceCode.utf8.count == 3, serviceCode.utf8.allSatisfy(BinaryCodedDecimal.isDigit) else {
            throw .serviceCode
        }
        guard discretionaryData.utf8.allSatisfy(BinaryCodedDecimal.isDigit) else { throw .discretionaryData }
        let nibbleCount = number.count + 1 + 4 + 3 + discretionaryData.utf8.count
        guard (nibbleCount + 1) / 2 <= Self.lengthMax else { throw .length((nibbleCount + 1) / 2) }
        self.number = number
        self.expiry = expiry
        self.serviceCode = serviceCode
        discretionaryDigits = SecretBytes(Array(discretionaryData.utf8))
    }

    /// Reads the value of tag 57.
    ///
    /// - Throws: ``Track2EquivalentDataError``.
    public init(packed bytes: [UInt8]) throws(Track2EquivalentDataError) {
        guard bytes.count <= Self.lengthMax else { throw .length(bytes.count) }
        var nibbles = bytes.flatMap { [$0 >> 4, $0 & 0x0F] }
        if nibbles.last == 0x0F { nibbles.removeLast() }
        guard let separator = nibbles.firstIndex(of: Self.separator) else { throw .separatorMissing }
        func text(_ nibbles: some Sequence<UInt8>) -> String {
            // A nibble above 9 becomes a character after the digits, which is refused as such.
            String(decoding: nibbles.map { UInt8(ascii: "0") + $0 }, as: UTF8.self)
        }
        let number: PrimaryAccountNumber
        do { number = try PrimaryAccountNumber(text(nibbles[..<separator])) } catch { throw .number(error) }
        let rest = nibbles[(separator + 1)...]
        guard rest.count >= 7 else { throw .truncated }
        let date = text(rest.prefix(4))
        guard let expiry = CardExpiry(printed: date.suffix(2) + date.prefix(2)) else { throw .expiry }
        try self.init(
            number: number, expiry: expiry, serviceCode: text(rest.dropFirst(4).prefix(3)),
            discretionaryData: text(rest.dropFirst(7)))
    }

    private static let separator: UInt8 = 0x0D

    /// The value of tag 57.
    public var packed: [UInt8] {
        func nibbles(_ text: String) -> [UInt8] { text.utf8.map { $0 - UInt8(ascii: "0") } }
        return PrimaryAccountNumber.packed(
            nibbles(number.revealed()) + [Self.separator] + nibbles(expiry.trackText) + nibbles(serviceCode)
                + discretionaryDigits.revealed().map { $0 - UInt8(ascii: "0") })
    }

    /// The digits that the issuer put behind the service code: for the issuer, never for a log.
    public func revealedDiscretionaryData() -> String {
        String(decoding: discretionaryDigits.revealed(), as: UTF8.self)
    }
}

extension Track2EquivalentData: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "track 2 of \(number), good to \(expiry)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why bytes are no track 2; none of them stand in the error.
public enum Track2EquivalentDataError: Error, Equatable, Sendable, CustomStringConvertible {
    case length(Int)
    case separatorMissing
    case number(PrimaryAccountNumberError)
    case truncated
    case expiry
    case serviceCode
    case discretionaryData

    public var description: String {
        switch self {
        case .length(let count): "track 2 has 19 bytes at most, not \(count)"
        case .separatorMissing: "no D stands behind the account number of track 2"
        case .number(let error): "track 2: \(error)"
        case .truncated: "track 2 ends before its service code"
        case .expiry: "the expiry of track 2 is no year and month"
        case .serviceCode: "the service code of track 2 has three digits"
        case .discretionaryData: "the discretionary data of track 2 consists of digits"
        }
    }
}
