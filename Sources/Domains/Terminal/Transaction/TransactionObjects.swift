import CardCryptography
import EMV
import ISO7816

/// The data objects that a terminal brings into one transaction. EMV Book 3, Annex A.
struct TransactionObjects: Hashable, Sendable {
    let values: [BERTag: [UInt8]]

    /// Goods and services (tag 9C).
    private static let purchase: UInt8 = 0x00
    /// No cardholder verification was done by the terminal (EMV Book 4, Annex A4).
    private static let noVerification: [UInt8] = [0x1F, 0x03, 0x02]

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - random: where the unpredictable number comes from, which no card may be able to guess.
    /// - Throws: ``TerminalError/transaction(_:)`` for what no data object can hold.
    init(
        _ transaction: TerminalData, _ profile: TerminalProfile, at now: Int64, random: any RandomSource
    ) throws(TerminalError) {
        guard transaction.amount > 0, let amount = BinaryCodedDecimal.numeric(transaction.amount, count: 6) else {
            throw .transaction("an amount has 1 to 12 digits and is above zero")
        }
        guard (1...999).contains(transaction.currency),
            let currency = BinaryCodedDecimal.numeric(transaction.currency, count: 2)
        else { throw .transaction("a currency has three digits") }
        guard (1...999).contains(transaction.country),
            let country = BinaryCodedDecimal.numeric(transaction.country, count: 2)
        else { throw .transaction("a country has three digits") }
        let moment = TransactionMoment(now)
        values = [
            .amountAuthorized: amount, .amountOther: [UInt8](repeating: 0, count: 6),
            .transactionCurrencyCode: currency, .terminalCountryCode: country,
            .terminalVerificationResults: [UInt8](repeating: 0, count: 5),
            .transactionDate: moment.date, .transactionTime: moment.time, .transactionType: [Self.purchase],
            .unpredictableNumber: random.bytes(4),
            .terminalTransactionQualifiers: Self.qualifiers(of: profile),
            .terminalType: [profile.type], .terminalCapabilities: profile.capabilities,
            .cardholderVerificationResults: Self.noVerification,
            .merchantNameAndLocation: Array(profile.merchant.utf8),
        ]
    }

    /// b1 of the first byte: signatures are wanted for online transactions too (EMV Contactless Book A, Table 5-4).
    private static func qualifiers(of profile: TerminalProfile) -> [UInt8] {
        var qualifiers = profile.qualifiers
        if !profile.authorities.keys.isEmpty, !qualifiers.isEmpty { qualifiers[0] |= 0x01 }
        return qualifiers
    }
}
