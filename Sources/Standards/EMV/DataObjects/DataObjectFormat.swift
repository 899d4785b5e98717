public import ISO7816

/// How a data object's value is cut and filled when it takes another length in a Data Object List.
/// EMV Book 3 §4.3 and §5.4.
public enum DataObjectFormat: Hashable, Sendable {
    /// Format n: digits, right-justified behind zeros; the left is cut, zeros are put in front.
    case numeric
    /// Format cn: digits, left-justified before F; the right is cut, `FF` is appended.
    case compressedNumeric
    /// All others: the right is cut, `00` is appended.
    case other

    /// The format of the data object with `tag`.
    public init(of tag: BERTag) {
        if Self.numericTags.contains(tag) {
            self = .numeric
        } else if Self.compressedNumericTags.contains(tag) {
            self = .compressedNumeric
        } else {
            self = .other
        }
    }

    /// `value` in exactly `count` bytes.
    public func fitted(_ value: [UInt8], to count: Int) -> [UInt8] {
        let missing = max(count - value.count, 0)
        return switch self {
        case .numeric: [UInt8](repeating: 0, count: missing) + value.suffix(count)
        case .compressedNumeric: value.prefix(count) + [UInt8](repeating: 0xFF, count: missing)
        case .other: value.prefix(count) + [UInt8](repeating: 0, count: missing)
        }
    }

    private static let numericTags: Set<BERTag> = [
        .applicationExpirationDate, .applicationEffectiveDate, .issuerCountryCode, .transactionCurrencyCode,
        .serviceCode, .sequenceNumber, .transactionDate, .transactionType, .amountAuthorized, .amountOther,
        .terminalCountryCode, .transactionTime, .terminalType, .issuerCodeTableIndex, .lastFourDigits,
        .tokenRequestorIdentifier,
        // Currency exponents and codes, acquirer, merchant category, sequence counter, point-of-service entry mode.
        0x5F36, 0x5F57, 0x9F01, 0x9F15, 0x9F39, 0x9F3C, 0x9F3D, 0x9F41, 0x9F42, 0x9F43, 0x9F44,
        // Electronic cash: available amount, limits, balance.
        0x9F5D, 0x9F6D, 0x9F77, 0x9F78, 0x9F79,
    ]

    private static let compressedNumericTags: Set<BERTag> = [.primaryAccountNumber, 0x9F20]
}
