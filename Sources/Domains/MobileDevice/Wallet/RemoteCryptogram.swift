public import CardCryptography
public import EMV
public import ISO7816

/// A payment without a terminal as the device begins it: the data objects that a terminal would bring.
public struct RemotePurchase: Hashable, Sendable {
    /// ``CardFunction/qr`` or ``CardFunction/online``.
    public let function: CardFunction
    /// 9F02, 9F03, 9F1A, 95, 5F2A, 9A, 9C, 9F37, and 9F21.
    public let objects: [BERTag: [UInt8]]

    /// - Parameters:
    ///   - amount: in minor units; 0 where the merchant enters it only after it has the code.
    ///   - currency: ISO 4217, numeric.
    ///   - country: ISO 3166-1, numeric.
    ///   - now: seconds since 1970.
    /// - Returns: `nil` for what no data object can hold, and for a function that needs a terminal.
    public init?(
        _ function: CardFunction, amount: UInt64, currency: Int, country: Int, at now: Int64,
        random: any RandomSource
    ) {
        guard function != .nfc, (1...999).contains(currency), (1...999).contains(country),
            let amount = BinaryCodedDecimal.numeric(amount, count: 6),
            let currency = BinaryCodedDecimal.numeric(currency, count: 2),
            let country = BinaryCodedDecimal.numeric(country, count: 2)
        else { return nil }
        let moment = TransactionMoment(now)
        self.function = function
        objects = [
            .amountAuthorized: amount, .amountOther: [UInt8](repeating: 0, count: 6), .terminalCountryCode: country,
            .terminalVerificationResults: [UInt8](repeating: 0, count: 5), .transactionCurrencyCode: currency,
            .transactionDate: moment.date, .transactionTime: moment.time, .transactionType: [0x00],
            // The cryptogram covers the time of day because it opens the unpredictable number: a code cannot be made younger.
            .unpredictableNumber: moment.time + random.bytes(1),
        ]
    }

    /// What GENERATE CRYPTOGRAM takes, in the order of the cryptogram.
    var cardObjects: [UInt8] { CryptogramInput.objects.prefix(8).flatMap { objects[$0.tag] ?? [] } }
}

/// What a secure element made of it: everything that an acquirer needs. It prints without number and cryptogram.
public struct RemoteCryptogram: Sendable, CustomStringConvertible {
    public let purchase: RemotePurchase
    public let application: AID
    /// What the card added: 57, 5F34, 82, 9F10, 9F26, 9F27, 9F36.
    public let card: CardData

    init(_ purchase: RemotePurchase, application: AID?, answer: [UInt8]) throws(CardAnswerError) {
        guard let application else { throw .missing(.dedicatedFileName) }
        var card = CardData()
        try card.add(try CardAnswer.objects(in: answer, format1: []))
        _ = try card.account()
        _ = try card.required(.applicationCryptogram, count: ApplicationCryptogram.length)
        for tag: BERTag in [.applicationInterchangeProfile, .applicationTransactionCounter, .issuerApplicationData] {
            _ = try card.required(tag)
        }
        self.purchase = purchase
        self.application = application
        self.card = card
    }

    /// The code that a merchant scans, or a page is given: base64 (EMV QRCPS, consumer-presented mode). Good once, and for a
    /// minute.
    ///
    /// - Parameter label: what the consumer calls the card.
    /// - Throws: ``ConsumerPresentedCodeError``.
    public func code(label: String) throws(ConsumerPresentedCodeError) -> String {
        let account: [BERTag] = [.track2EquivalentData, .sequenceNumber]
        let transaction =
            CryptogramInput.objects.map(\.tag) + [
                .transactionTime, .issuerApplicationData, .applicationCryptogram, .cryptogramInformationData,
            ]
        func objects(_ tags: [BERTag]) -> [BERTLV] {
            tags.compactMap { tag in (purchase.objects[tag] ?? card[tag]).map { BERTLV(tag, $0) } }
        }
        return try ConsumerPresentedCode(
            application: application, label: label, account: objects(account), transaction: objects(transaction)
        ).text
    }

    public var description: String { "‹cryptogram for \(purchase.function.rawValue)›" }
}
