public import EMV
public import ISO7816

/// What a terminal has of a card for the authorization: to an acquirer it is all that counts, however it was reached.
/// It prints without number and cryptogram.
public struct AuthorizationData: Sendable, CustomStringConvertible {
    /// How the terminal reached the card: the function that it asserts.
    public enum Entry: String, Hashable, Sendable, CaseIterable {
        /// A card or a device in the field.
        case contactless = "nfc"
        /// A code that the consumer showed.
        case code = "qr"
        /// What an application or a page was given.
        case remote = "online"
    }

    public var entry: Entry
    public var application: AID
    public var label: String?
    /// A token or a card's own number: the terminal cannot tell, and need not.
    public var number: PrimaryAccountNumber
    public var expiry: CardExpiry
    /// 0 to 99.
    public var sequenceNumber: UInt8
    /// Tag 57, when the card gave it.
    public var track2: Track2EquivalentData?
    /// What the merchant asks for; where a code leaves the amount open, the card's own 9F02 is zero.
    public var transaction: TerminalData
    public var type: CryptogramType
    /// Tag 9F26, 8 bytes.
    public var cryptogram: [UInt8]
    /// What the cryptogram is made of: the objects of ``CryptogramInput``, 9F10, and for a code 9F21.
    public var objects: [BERTag: [UInt8]]
    public var authentication: OfflineAuthentication

    /// What the card's signatures showed.
    public enum OfflineAuthentication: String, Hashable, Sendable {
        /// The card offers none, or none that can be done over this interface: the issuer decides by the cryptogram.
        case notPerformed
        /// The terminal has no key of the card's scheme.
        case noAuthorityKey
        case successful
    }

    /// ATC (tag 9F36).
    public var transactionCounter: UInt16 {
        (objects[.applicationTransactionCounter] ?? []).reduce(0) { $0 << 8 | UInt16($1) }
    }

    public var description: String {
        "\(entry.rawValue) with \(number), \(transaction.amount) of \(transaction.currency), counter \(transactionCounter)"
    }

    /// - Throws: ``CardAnswerError`` naming the object that a cryptogram cannot be checked without.
    init(
        _ entry: Entry, application: AID, label: String?, card: CardData, terminal: [BERTag: [UInt8]],
        transaction: TerminalData, authentication: OfflineAuthentication = .notPerformed
    ) throws(CardAnswerError) {
        self.entry = entry
        self.application = application
        self.label = label
        self.transaction = transaction
        self.authentication = authentication
        (number, expiry) = try card.account()
        sequenceNumber = try card.sequenceNumber()
        // The account was read of it, too: what is there is one.
        track2 = card[.track2EquivalentData].flatMap { try? Track2EquivalentData(packed: $0) }
        let information = try card.required(.cryptogramInformationData, count: 1)
        guard let type = CryptogramType(informationData: information[0]) else {
            throw .invalid(.cryptogramInformationData)
        }
        self.type = type
        cryptogram = try card.required(.applicationCryptogram, count: ApplicationCryptogram.length)
        objects = [:]
        for (tag, length) in CryptogramInput.objects {
            objects[tag] = if let value = terminal[tag] { value } else { try card.required(tag, count: length) }
        }
        objects[.issuerApplicationData] = try card.required(.issuerApplicationData)
        if entry == .code { objects[.transactionTime] = try card.required(.transactionTime, count: 3) }
    }
}
