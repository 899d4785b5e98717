import CardCryptography
import ISO7816

extension PaymentPersonalization {
    /// An application of the quick style: cryptogram version 18 in the answer to GET PROCESSING OPTIONS, and with `offline`
    /// fast dynamic data authentication. EMV Contactless Book C-3.
    ///
    /// File 1: account. File 2: certificates. 9F4F: the transaction log in file 11.
    ///
    /// - Throws: ``PaymentPersonalizationError``, for a label or service code that is none.
    public static func quick(
        _ account: PaymentAccount, masterKey: PaymentAccount.MasterKey, offline: PaymentAccount.OfflineKeys? = nil
    ) throws(PaymentPersonalizationError) -> PaymentPersonalization {
        guard
            let issuerData = try? IssuerApplicationData.visa(
                .visa18, keyIndex: masterKey.index, cardVerificationResults: [0x03, 0x00, 0x00, 0x00])
        else { throw .grouping(0x9200) }
        return try personalization(
            account, issuerData: issuerData, masterKey: masterKey, offline: offline,
            selectionData: [BERTLV(.processingOptionsList, UniversalPersonalization.quickProcessingOptions)],
            profile: offline == nil ? [] : [.dynamicDataAuthentication], accountObjects: [],
            internalObjects: [
                BERTLV(.logFormat, Self.quickLogFormat), BERTLV(.cardTransactionQualifiers, [0x00, 0x00]),
            ])
    }

    /// An application of the M/Chip style: cryptogram version 20 in the answer to GENERATE AC, and with `offline` combined
    /// data authentication. It asks nothing at GET PROCESSING OPTIONS. EMV Contactless Book C-2.
    ///
    /// - Throws: ``PaymentPersonalizationError``, for a label or service code that is none.
    public static func generateCryptogram(
        _ account: PaymentAccount, masterKey: PaymentAccount.MasterKey, offline: PaymentAccount.OfflineKeys? = nil
    ) throws(PaymentPersonalizationError) -> PaymentPersonalization {
        guard
            let issuerData = try? IssuerApplicationData.mastercard(
                .mastercard20, keyIndex: masterKey.index, cardVerificationResults: [UInt8](repeating: 0, count: 6))
        else { throw .grouping(0x9200) }
        var profile: ApplicationInterchangeProfile = [
            .cardholderVerification, .terminalRiskManagement, .contactlessEMVMode,
        ]
        if offline != nil { profile.formUnion([.dynamicDataAuthentication, .combinedDataAuthentication]) }
        return try personalization(
            account, issuerData: issuerData, masterKey: masterKey, offline: offline, selectionData: [],
            profile: profile,
            accountObjects: riskManagementObjects, internalObjects: [BERTLV(.logFormat, Self.logFormat)])
    }

    private static func personalization(
        _ account: PaymentAccount, issuerData: IssuerApplicationData, masterKey: PaymentAccount.MasterKey,
        offline: PaymentAccount.OfflineKeys?, selectionData: [BERTLV], profile: ApplicationInterchangeProfile,
        accountObjects: [BERTLV], internalObjects: [BERTLV]
    ) throws(PaymentPersonalizationError) -> PaymentPersonalization {
        let account1 =
            try accountRecord(account) + accountObjects
            + (offline == nil ? [] : [BERTLV(.staticDataAuthenticationTagList, [0x82])])
        var records = [Self.accountRecordIdentifier: account1]
        let cryptogram = CryptogramProfile(
            key: CardKeys.optionA(
                master: masterKey.key, number: account.number, sequenceNumber: account.sequenceNumber),
            issuerData: issuerData)
        let selection =
            [BERTLV(.applicationLabel, Array(account.label.utf8)), BERTLV(.applicationPriority, [account.priority])]
            + selectionData
            + [
                BERTLV(.languagePreference, Array("en".utf8)),
                BERTLV(.issuerDiscretionaryTemplate, [BERTLV(.logEntry, [0x0B, 0x0A])]),
            ]
        if let offline {
            let staticData = StaticAuthenticationData(account1.bytes + profile.bytes)
            let certificate = offline.issuer.certify(
                offline.card.publicKey, number: account.number, expiry: account.expiry, staticData: staticData)
            for (index, content) in certificateRecords(offline.issuer, certificate).enumerated() {
                guard let identifier = RecordIdentifier(file: 2, number: UInt8(index + 1)) else { continue }
                records[identifier] = content
            }
        }
        return try PaymentPersonalization(
            selectionData: selection, interchangeProfile: profile,
            fileLocator: try locator(certificateCount: records.count - 1, isSigned: offline != nil), records: records,
            cryptogram: cryptogram, cardKey: offline?.card.chineseRemainderNumbers, internalObjects: internalObjects)
    }

    private static let accountRecordIdentifier = RecordIdentifier(file: 1, number: 1)!

    private static func locator(
        certificateCount: Int, isSigned: Bool
    ) throws(PaymentPersonalizationError) -> ApplicationFileLocator {
        let account: [UInt8] = [1 << 3, 1, 1, isSigned ? 1 : 0]
        let certificates: [UInt8] = certificateCount == 0 ? [] : [2 << 3, 1, UInt8(certificateCount), 0]
        do { return try ApplicationFileLocator(bytes: account + certificates) } catch { throw .grouping(0x9104) }
    }

    /// What identifies the account: 57, 5A, 5F24, 5F28, 5F34, 9F07, 9F08.
    private static func accountRecord(_ account: PaymentAccount) throws(PaymentPersonalizationError) -> [BERTLV] {
        guard
            let track2 = try? Track2EquivalentData(
                number: account.number, expiry: account.expiry, serviceCode: account.serviceCode),
            let country = BinaryCodedDecimal.numeric(account.issuerCountryCode, count: 2),
            let sequenceNumber = BinaryCodedDecimal.numeric(account.sequenceNumber, count: 1)
        else { throw .grouping(0x0101) }
        return [
            BERTLV(.track2EquivalentData, track2.packed), BERTLV(.primaryAccountNumber, account.number.packed),
            BERTLV(.applicationExpirationDate, account.expiry.packed), BERTLV(.issuerCountryCode, country),
            BERTLV(.sequenceNumber, sequenceNumber), BERTLV(.applicationUsageControl, [0xFF, 0x00]),
            BERTLV(.applicationVersionNumber, [0x00, 0x02]),
        ] + (account.cardholderName.map { [BERTLV(.cardholderName, Array($0.utf8))] } ?? [])
    }

    /// One certificate a record, so that none is longer than a record may be.
    private static func certificateRecords(
        _ issuer: CertifiedIssuer, _ card: CardPublicKeyCertificate
    ) -> [[BERTLV]] {
        let issuerObjects = issuer.certificate.objects
        return [
            [BERTLV(.certificationAuthorityKeyIndex, [issuer.authorityIndex])] + issuerObjects.dropFirst(),
            Array(issuerObjects.prefix(1)), card.objects,
        ]
    }
}

extension PaymentPersonalization {
    /// Date, amount, currency, type and counter: all that the quick style is told.
    private static let quickLogFormat: [UInt8] = [
        0x9A, 0x03, 0x9F, 0x02, 0x06, 0x5F, 0x2A, 0x02, 0x9C, 0x01, 0x9F, 0x36, 0x02,
    ]

    /// Date, time, amount, currency, type and counter.
    private static let logFormat: [UInt8] = [
        0x9A, 0x03, 0x9F, 0x21, 0x03, 0x9F, 0x02, 0x06, 0x5F, 0x2A, 0x02, 0x9C, 0x01, 0x9F, 0x36, 0x02,
    ]

    /// Lists, cardholder verification and action codes of an M/Chip application.
    private static let riskManagementObjects: [BERTLV] = [
        BERTLV(
            .cardRiskManagementList1,
            [
                0x9F, 0x02, 0x06, 0x9F, 0x03, 0x06, 0x9F, 0x1A, 0x02, 0x95, 0x05, 0x5F, 0x2A, 0x02, 0x9A, 0x03, 0x9C,
                0x01,
                0x9F, 0x37, 0x04, 0x9F, 0x35, 0x01, 0x9F, 0x45, 0x02, 0x9F, 0x4C, 0x08, 0x9F, 0x34, 0x03, 0x9F, 0x21,
                0x03,
                0x9F, 0x7C, 0x14,
            ]),
        BERTLV(
            .cardRiskManagementList2,
            [0x91, 0x0A, 0x8A, 0x02, 0x95, 0x05, 0x9F, 0x37, 0x04, 0x9F, 0x4C, 0x08]),
        // No amounts; online PIN, then signature, then none: each where the terminal supports it.
        BERTLV(
            .cardholderVerificationMethodList,
            [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x42, 0x03, 0x5E, 0x03, 0x1F, 0x03]),
        BERTLV(.issuerActionCodeDefault, [0xFC, 0x50, 0x80, 0x88, 0x00]),
        BERTLV(.issuerActionCodeDenial, [0x00, 0x00, 0x00, 0x00, 0x00]),
        BERTLV(.issuerActionCodeOnline, [0xFC, 0x70, 0x80, 0x98, 0x00]),
        BERTLV(.dynamicDataAuthenticationList, [0x9F, 0x37, 0x04]),
    ]
}
