import CardCryptography
public import EMV
import ISO7816

/// Money, asked for by the chip of one of the issuer's own cards: with an Authorization Request Cryptogram that the issuer
/// verifies itself. It prints as a card number does.
public struct ChipAuthorizationRequest: Hashable, Sendable {
    public let transaction: String
    public let chip: ChipName
    /// In minor units, above 0; the amount that the chip signed.
    public let amount: Int64
    public let currency: Int
    public let merchant: String
    /// Tag 9F26.
    public let cryptogram: [UInt8]
    public let input: CryptogramInput
    /// Tag 9C: 00 is a purchase.
    public let type: UInt8
    private let chipData: [UInt8]

    public static let chipDataBytesMax = 255

    /// - Parameters:
    ///   - chipData: data objects in BER-TLV, as in field 55 of ISO 8583: 9F26, 9F10 and all that the cryptogram is made
    ///     of. Amount and currency in them are those of the request; so are number and sequence number, when they are there.
    /// - Throws: ``IssuingError/invalid(field:reason:)``.
    public init(
        transaction: String, number: PrimaryAccountNumber, sequenceNumber: UInt8, amount: Int64, currency: Int,
        merchant: String, chipData: [UInt8]
    ) throws(IssuingError) {
        try PaymentTransaction.checkName(transaction, field: "transaction")
        try PaymentTransaction.check(amount: amount, currency: currency, merchant: merchant)
        guard sequenceNumber <= 99 else { throw .invalid(field: "sequenceNumber", reason: "0 to 99") }
        let objects = try Self.objects(chipData)
        guard let cryptogram = objects[.applicationCryptogram], cryptogram.count == ApplicationCryptogram.length else {
            throw .invalid(field: "chipData", reason: "data object 9F26 has 8 bytes")
        }
        do { input = try CryptogramInput(objects) } catch { throw .invalid(field: "chipData", reason: "\(error)") }
        // The input has both, with their lengths.
        let signed = (objects[.amountAuthorized] ?? [], objects[.transactionCurrencyCode] ?? [])
        guard BinaryCodedDecimal.number(signed.0) == UInt64(amount) else {
            throw .invalid(field: "amount", reason: "the chip signed another amount")
        }
        guard BinaryCodedDecimal.number(signed.1) == UInt64(currency) else {
            throw .invalid(field: "currency", reason: "the chip signed another currency")
        }
        if let packed = objects[.primaryAccountNumber], (try? PrimaryAccountNumber(packed: packed)) != number {
            throw .invalid(field: "number", reason: "the chip has another number")
        }
        if let packed = objects[.sequenceNumber], BinaryCodedDecimal.number(packed) != UInt64(sequenceNumber) {
            throw .invalid(field: "sequenceNumber", reason: "the chip has another sequence number")
        }
        self.transaction = transaction
        chip = ChipName(number: number, sequenceNumber: sequenceNumber)
        self.amount = amount
        self.currency = currency
        self.merchant = merchant
        self.cryptogram = cryptogram
        type = objects[.transactionType]?.first ?? 0xFF
        self.chipData = chipData
    }

    private static func objects(_ bytes: [UInt8]) throws(IssuingError) -> [BERTag: [UInt8]] {
        guard (1...chipDataBytesMax).contains(bytes.count) else {
            throw .invalid(field: "chipData", reason: "1 to \(chipDataBytesMax) bytes")
        }
        let sequence: [BERTLV]
        do { sequence = try BERTLV.sequence(bytes) } catch { throw .invalid(field: "chipData", reason: "\(error)") }
        var objects: [BERTag: [UInt8]] = [:]
        for object in sequence {
            guard objects.updateValue(object.value, forKey: object.tag) == nil else {
                throw .invalid(field: "chipData", reason: "data object \(object.tag) stands twice")
            }
        }
        return objects
    }

    var fields: [String] {
        [
            "chip", transaction, chip.number.revealed(), "\(chip.sequenceNumber)", "\(amount)", "\(currency)", merchant,
            chipData.hex,
        ]
    }
}

/// What the chip is answered with.
public struct ChipAuthorizationAnswer: Hashable, Sendable, Codable {
    public var answer: AuthorizationAnswer
    /// EMV tag 91; `nil` when the cryptogram was not the card's.
    public var issuerAuthenticationData: [UInt8]?

    public init(answer: AuthorizationAnswer, issuerAuthenticationData: [UInt8]?) {
        self.answer = answer
        self.issuerAuthenticationData = issuerAuthenticationData
    }
}
