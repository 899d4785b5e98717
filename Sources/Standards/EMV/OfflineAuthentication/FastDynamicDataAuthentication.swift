public import CardCryptography
public import ISO7816

/// Dynamic data authentication in the answer to GET PROCESSING OPTIONS (fDDA), after which the card may leave.
/// EMV Contactless Book C-3, Annex C.
///
/// The dynamic number is the transaction counter; the hash also goes over `9F37 || 9F02 || 5F2A || 9F69`.
public enum FastDynamicDataAuthentication {
    /// Card Authentication Related Data (tag 9F69): `01 | unpredictable number of the card (4) | 9F6C (2)`.
    public struct RelatedData: Hashable, Sendable {
        public let unpredictableNumber: [UInt8]
        /// Tag 9F6C.
        public let cardTransactionQualifiers: [UInt8]

        private static let version: UInt8 = 0x01

        public init(unpredictableNumber: [UInt8], cardTransactionQualifiers: [UInt8]) {
            precondition(unpredictableNumber.count == 4, "an unpredictable number has four bytes")
            precondition(cardTransactionQualifiers.count == 2, "card transaction qualifiers have two bytes")
            self.unpredictableNumber = unpredictableNumber
            self.cardTransactionQualifiers = cardTransactionQualifiers
        }

        /// Reads the value of tag 9F69; `nil` for another length or version.
        public init?(_ bytes: [UInt8]) {
            guard bytes.count == 7, bytes[0] == Self.version else { return nil }
            self.init(
                unpredictableNumber: Array(bytes[1..<5]), cardTransactionQualifiers: Array(bytes[5..<7]))
        }

        public var bytes: [UInt8] { [Self.version] + unpredictableNumber + cardTransactionQualifiers }
    }

    /// The value of tag 9F4B.
    ///
    /// - Parameter objects: 9F37, 9F02 and 5F2A as the terminal sent them.
    /// - Throws: ``OfflineAuthenticationError/missing(_:)``.
    public static func sign(
        transactionCounter: UInt16, _ objects: [BERTag: [UInt8]], relatedData: RelatedData, by card: RSAPrivateKey
    ) throws(OfflineAuthenticationError) -> [UInt8] {
        SignedDynamicData.sign(
            [2] + bigEndian(transactionCounter), try terminalData(objects) + relatedData.bytes, by: card)
    }

    /// Checks the signature of the card among `objects`, which are those of the terminal and of the card's answers:
    /// 9F4B, 9F36, 9F69, 9F37, 9F02, 5F2A, and 9F6C when it was answered.
    ///
    /// - Throws: ``OfflineAuthenticationError``.
    public static func verify(
        _ objects: [BERTag: [UInt8]], with card: RSAPublicKey
    ) throws(OfflineAuthenticationError) {
        guard let signature = objects[.signedDynamicApplicationData] else {
            throw .missing(.signedDynamicApplicationData)
        }
        guard let counter = objects[.applicationTransactionCounter] else {
            throw .missing(.applicationTransactionCounter)
        }
        guard let related = objects[.cardAuthenticationRelatedData], let relatedData = RelatedData(related) else {
            throw .missing(.cardAuthenticationRelatedData)
        }
        let data = try terminalData(objects) + related
        let (number, rest) = try SignedDynamicData.dynamicNumber(SignedDynamicData.recover(signature, data, with: card))
        guard rest.isEmpty else { throw .dynamicData }
        guard number == counter else { throw .transactionCounter }
        // The qualifiers beside the signature are not signed: only equal ones are believed.
        if let qualifiers = objects[.cardTransactionQualifiers], qualifiers != relatedData.cardTransactionQualifiers {
            throw .transactionHash
        }
    }

    private static func terminalData(_ objects: [BERTag: [UInt8]]) throws(OfflineAuthenticationError) -> [UInt8] {
        var data: [UInt8] = []
        for tag: BERTag in [.unpredictableNumber, .amountAuthorized, .transactionCurrencyCode] {
            guard let value = objects[tag] else { throw .missing(tag) }
            data += value
        }
        return data
    }
}
