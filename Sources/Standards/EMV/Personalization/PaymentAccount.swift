public import CardCryptography

/// One card account as its issuer puts it on a chip.
public struct PaymentAccount: Hashable, Sendable {
    public var number: PrimaryAccountNumber
    public var expiry: CardExpiry
    /// 0 to 99.
    public var sequenceNumber: UInt8
    /// 1 to 16 printable ASCII characters.
    public var label: String
    /// 1 is highest.
    public var priority: UInt8
    /// Three digits.
    public var serviceCode: String
    /// ISO 3166-1, numeric.
    public var issuerCountryCode: UInt16
    /// Two to 26 characters; not over the contactless interface.
    public var cardholderName: String?

    public init(
        number: PrimaryAccountNumber, expiry: CardExpiry, sequenceNumber: UInt8 = 0, label: String, priority: UInt8 = 1,
        serviceCode: String = "201", issuerCountryCode: UInt16, cardholderName: String? = nil
    ) {
        precondition(sequenceNumber <= 99, "a sequence number has two digits")
        precondition(issuerCountryCode <= 999, "a country code has three digits")
        self.number = number
        self.expiry = expiry
        self.sequenceNumber = sequenceNumber
        self.label = label
        self.priority = priority
        self.serviceCode = serviceCode
        self.issuerCountryCode = issuerCountryCode
        self.cardholderName = cardholderName
    }

    /// The issuer's master key for cryptograms and the index that cards name it by.
    public struct MasterKey: Hashable, Sendable {
        public var key: TripleDESKey
        public var index: UInt8

        public init(key: TripleDESKey, index: UInt8 = 0x01) {
            self.key = key
            self.index = index
        }
    }

    /// What offline data authentication takes: the certified issuer and the card's key pair.
    public struct OfflineKeys: Sendable {
        public var issuer: CertifiedIssuer
        public var card: RSAPrivateKey

        /// - Parameter card: not longer than the issuer's key, and 1 024 bits when its signature comes in the answer to
        ///   GET PROCESSING OPTIONS.
        public init(issuer: CertifiedIssuer, card: RSAPrivateKey) {
            self.issuer = issuer
            self.card = card
        }
    }
}
