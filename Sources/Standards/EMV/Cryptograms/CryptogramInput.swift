public import ISO7816

/// What an application cryptogram is made of: the transaction as terminal and card saw it. EMV Book 2 §8.1.1.
///
///     9F02 (6) | 9F03 (6) | 9F1A (2) | 95 (5) | 5F2A (2) | 9A (3) | 9C (1) | 9F37 (4) | 82 (2) | 9F36 (2) | of 9F10
public struct CryptogramInput: Hashable, Sendable {
    public let transactionCounter: UInt16
    public let unpredictableNumber: [UInt8]
    public let issuerData: IssuerApplicationData
    /// The message that is authenticated, without padding.
    public let bytes: [UInt8]

    public var version: CryptogramVersion { issuerData.version }

    /// The data objects and their lengths, in order, up to the issuer application data.
    public static let objects: [(tag: BERTag, length: Int)] = [
        (.amountAuthorized, 6), (.amountOther, 6), (.terminalCountryCode, 2), (.terminalVerificationResults, 5),
        (.transactionCurrencyCode, 2), (.transactionDate, 3), (.transactionType, 1), (.unpredictableNumber, 4),
        (.applicationInterchangeProfile, 2), (.applicationTransactionCounter, 2),
    ]

    /// - Parameter objects: at least those above and 9F10, whose version decides what is taken of it.
    /// - Throws: ``CryptogramInputError``.
    public init(_ objects: [BERTag: [UInt8]]) throws(CryptogramInputError) {
        var message: [UInt8] = []
        for (tag, length) in Self.objects {
            guard let value = objects[tag] else { throw .missing(tag) }
            guard value.count == length else { throw .length(tag, found: value.count, expected: length) }
            message += value
        }
        guard let issuerBytes = objects[.issuerApplicationData] else { throw .missing(.issuerApplicationData) }
        do { issuerData = try IssuerApplicationData(issuerBytes) } catch { throw .issuerData(error) }
        transactionCounter = UInt16(message[31]) << 8 | UInt16(message[32])
        unpredictableNumber = Array(message[25..<29])
        bytes =
            switch issuerData.version.issuerDataShare {
            case .wholeObject: message + issuerData.bytes
            case .verificationResults: message + issuerData.cardVerificationResults
            case .verificationResultsAndCounters: message + issuerData.cardVerificationResults + issuerData.counters
            }
    }
}

/// Which data object keeps a cryptogram from being made or checked.
public enum CryptogramInputError: Error, Equatable, Sendable, CustomStringConvertible {
    case missing(BERTag)
    case length(BERTag, found: Int, expected: Int)
    case issuerData(IssuerApplicationDataError)

    public var description: String {
        switch self {
        case .missing(let tag): "data object \(tag) is missing for the cryptogram"
        case .length(let tag, let found, let expected): "data object \(tag) has \(expected) bytes, found \(found)"
        case .issuerData(let error): "\(error)"
        }
    }
}
