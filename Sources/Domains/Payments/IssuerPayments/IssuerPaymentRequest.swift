public import CardCryptography
public import EMV
public import ISO4217
import ISO7816

/// Money, asked for at a terminal with the chip of a card. It prints as a card number does.
public struct IssuerPaymentRequest: Hashable, Sendable {
    public let terminal: PartyName
    /// The terminal's own name of the payment: asked again with the same, it is the same payment.
    public let key: String
    public let amount: Money
    public let number: PrimaryAccountNumber
    /// 0 to 99.
    public let sequenceNumber: Int
    public let track2: Track2EquivalentData?
    /// Data objects in BER-TLV, as field 55 of ISO 8583 has them.
    public let chipData: SecretBytes

    public static let keyBytesMax = 64
    public static let chipDataBytesMax = 255
    /// Twelve digits of field 4.
    public static let amountMax: Int64 = 999_999_999_999

    /// - Throws: ``PaymentsError/invalid(field:reason:)``, also when the chip signed another amount or currency.
    public init(
        terminal: PartyName, key: String, amount: Money, number: PrimaryAccountNumber, sequenceNumber: Int,
        track2: Track2EquivalentData? = nil, chipData: [UInt8]
    ) throws(PaymentsError) {
        guard (1...Self.keyBytesMax).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .invalid(field: "key", reason: "1 to \(Self.keyBytesMax) visible ASCII characters")
        }
        guard (1...Self.amountMax).contains(amount.minorUnits) else {
            throw .invalid(field: "amount", reason: "1 to \(Self.amountMax) minor units")
        }
        guard (0...99).contains(sequenceNumber) else { throw .invalid(field: "sequenceNumber", reason: "0 to 99") }
        if let track2, track2.number != number {
            throw .invalid(field: "track2", reason: "it has another card number")
        }
        guard (1...Self.chipDataBytesMax).contains(chipData.count), let objects = try? BERTLV.sequence(chipData) else {
            throw .invalid(field: "chipData", reason: "1 to \(Self.chipDataBytesMax) bytes of BER-TLV")
        }
        guard objects[.amountAuthorized].flatMap({ BinaryCodedDecimal.number($0) }) == UInt64(amount.minorUnits) else {
            throw .invalid(field: "amount", reason: "the chip signed another amount")
        }
        let currency = objects[.transactionCurrencyCode].flatMap { BinaryCodedDecimal.number($0) }
        guard currency == UInt64(amount.currency.numeric) else {
            throw .invalid(field: "currency", reason: "the chip signed another currency")
        }
        self.terminal = terminal
        self.key = key
        self.amount = amount
        self.number = number
        self.sequenceNumber = sequenceNumber
        self.track2 = track2
        self.chipData = SecretBytes(chipData)
    }

    /// All that makes the request, each with its length before it.
    var framed: SecretBytes {
        let fields = [
            Array(key.utf8), Array("\(amount)".utf8), Array(number.revealed().utf8), [UInt8(sequenceNumber)],
            track2?.packed ?? [], chipData.revealed(),
        ]
        return SecretBytes(fields.flatMap { withUnsafeBytes(of: UInt32($0.count).bigEndian) { Array($0) } + $0 })
    }
}
