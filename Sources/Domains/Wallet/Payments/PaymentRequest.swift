import CardCryptography
public import EMV
public import ISO7816

/// A payment as an acquirer asks for it: what the terminal says of the transaction, and what the secure element said.
public struct PaymentRequest: Sendable {
    public var acquirer: AcquirerName
    /// The acquirer's own name of the transaction, 1 to ``transactionBytesMax`` printable ASCII characters.
    public var transaction: String
    /// The function as the terminal asserts it by how it was reached.
    public var function: PaymentFunction
    /// In the place of the card's number.
    public var token: TokenNumber
    /// PSN (tag 5F34).
    public var sequenceNumber: UInt8
    public var expiry: CardExpiry
    /// In minor units, above 0.
    public var amount: Int64
    /// ISO 4217, numeric: 978.
    public var currency: Int
    /// 1 to ``merchantBytesMax`` bytes.
    public var merchant: String
    /// Tag 9F26.
    public var cryptogram: [UInt8]
    /// The data objects that the cryptogram covers, 9F36 and 9F10 among them, and 9F21 where a code was shown.
    public var objects: [BERTag: [UInt8]]

    public static let transactionBytesMax = 64
    public static let merchantBytesMax = 64
    /// Twelve digits, as tag 9F02 holds them.
    public static let amountMax: Int64 = 999_999_999_999

    public init(
        acquirer: AcquirerName, transaction: String, function: PaymentFunction, token: TokenNumber,
        sequenceNumber: UInt8, expiry: CardExpiry, amount: Int64, currency: Int, merchant: String,
        cryptogram: [UInt8], objects: [BERTag: [UInt8]]
    ) {
        self.acquirer = acquirer
        self.transaction = transaction
        self.function = function
        self.token = token
        self.sequenceNumber = sequenceNumber
        self.expiry = expiry
        self.amount = amount
        self.currency = currency
        self.merchant = merchant
        self.cryptogram = cryptogram
        self.objects = objects
    }

    /// What the cryptogram covers, once the request is found well formed.
    ///
    /// - Throws: ``WalletError/invalid(field:reason:)``, which names the field.
    func cryptogramInput() throws(WalletError) -> CryptogramInput {
        try Self.check(transaction: transaction)
        guard (1...Self.amountMax).contains(amount) else {
            throw .invalid(field: "amount", reason: "1 to \(Self.amountMax) minor units")
        }
        guard (1...999).contains(currency) else {
            throw .invalid(field: "currency", reason: "three digits of ISO 4217")
        }
        guard (1...Self.merchantBytesMax).contains(merchant.utf8.count) else {
            throw .invalid(field: "merchant", reason: "1 to \(Self.merchantBytesMax) bytes")
        }
        guard cryptogram.count == ApplicationCryptogram.length else {
            throw .invalid(field: "cryptogram", reason: "\(ApplicationCryptogram.length) bytes")
        }
        do {
            return try CryptogramInput(objects)
        } catch {
            throw .invalid(field: "dataObjects", reason: "\(error)")
        }
    }

    static func check(transaction: String) throws(WalletError) {
        guard (1...transactionBytesMax).contains(transaction.utf8.count),
            transaction.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .invalid(field: "transaction", reason: "1 to \(transactionBytesMax) printable ASCII characters")
        }
    }

    /// SHA-256 over everything: the same transaction with other contents is another request.
    var digest: [UInt8] {
        var digest = Digest(.sha256)
        func add(_ bytes: [UInt8]) {
            let count = UInt32(bytes.count)
            digest.update([
                UInt8(count >> 24), UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF),
            ])
            digest.update(bytes)
        }
        for text in [
            acquirer.value, transaction, function.rawValue, token.digits, "\(sequenceNumber)", expiry.description,
            "\(amount)", "\(currency)", merchant,
        ] {
            add(Array(text.utf8))
        }
        add(cryptogram)
        for (tag, value) in objects.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            add(Array("\(tag)".utf8))
            add(value)
        }
        return digest.finalize()
    }
}
