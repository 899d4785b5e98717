public import CardCryptography

/// The card's proof that it took part in a transaction (tag 9F26): ARQC, TC or AAC, 8 bytes. EMV Book 2 §8.1.
///
/// The retail MAC over the ``CryptogramInput``, under the key that the version of the cryptogram names.
public enum ApplicationCryptogram {
    public static let length = 8

    public static func compute(_ input: CryptogramInput, cardKey: TripleDESKey) -> [UInt8] {
        let key = TripleDES(
            key: input.version.sessionKey(
                card: cardKey, transactionCounter: input.transactionCounter,
                unpredictableNumber: input.unpredictableNumber))
        return input.version.hasZeroPadding ? key.retailMACWithZeroPadding(input.bytes) : key.retailMAC(input.bytes)
    }

    /// Whether the card with this key made `cryptogram` over `input`; takes the same time whatever differs.
    public static func isValid(_ cryptogram: [UInt8], over input: CryptogramInput, cardKey: TripleDESKey) -> Bool {
        constantTimeEqual(cryptogram, compute(input, cardKey: cardKey))
    }
}

/// What a card says its cryptogram is (tag 9F27). EMV Book 3, Table 15.
public enum CryptogramType: UInt8, CaseIterable, Sendable {
    /// Application Authentication Cryptogram: declined.
    case decline = 0x00
    /// Transaction Certificate: approved offline.
    case approve = 0x40
    /// Authorization Request Cryptogram: the issuer is asked.
    case online = 0x80

    /// Reads b8 and b7 of tag 9F27 or of P1 of GENERATE AC; `nil` for the reserved value.
    public init?(informationData: UInt8) { self.init(rawValue: informationData & 0xC0) }
}
