public import ISO4217

/// *NFC-tag payment request*: what a telephone has read, and what tells this reading from another one.
public struct TagPaymentRequest: Hashable, Sendable {
    /// The NDEF message.
    public let content: [UInt8]
    /// What the tag itself says that it is.
    public let tagID: [UInt8]
    /// Drawn by the telephone: the same reading asked about twice has the same.
    public let nonce: String

    public static let nonceLengths = 16...64

    /// - Throws: ``MerchantsError/invalid(field:reason:)``: content and identifier are both needed (TAG-01).
    public init(content: [UInt8], tagID: [UInt8], nonce: String) throws(MerchantsError) {
        guard !content.isEmpty else { throw .invalid(field: "content", reason: "the tag's content is missing") }
        guard content.count <= PayTagContent.bytesMax else {
            throw .invalid(field: "content", reason: "\(PayTagContent.bytesMax) bytes at most")
        }
        guard !tagID.isEmpty else { throw .invalid(field: "tagID", reason: "the tag's identifier is missing") }
        guard PayTag.tagIDLengths.contains(tagID.count) else {
            throw .invalid(field: "tagID", reason: "4, 7 or 10 bytes")
        }
        guard Self.nonceLengths.contains(nonce.utf8.count), nonce.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .invalid(field: "nonce", reason: "16 to 64 visible ASCII characters") }
        self.content = content
        self.tagID = tagID
        self.nonce = nonce
    }
}

/// *Parsing reply*: whose tag it is, what is to be paid, and the instruction that an order is made of.
public struct TagReading: Hashable, Sendable, Codable {
    public var instruction: InstructionID
    public var merchant: MerchantID
    /// For the payer to see before paying: a tag may have been put over another.
    public var merchantName: String
    public var place: String
    public var terminal: String?
    public var currency: Currency
    /// In minor units; `nil`: the payer says it.
    public var amount: Int64?
    /// ``Instructions/PaymentInstruction``, signed.
    public var statement: String
    public var expiresAt: Int64
}
