import CardCryptography
import EMV
import ISO7816

extension PaymentApplication {
    /// The whole transaction in one answer: `77 { 82, 94, 57, 5F34, 9F10, 9F26, 9F27, 9F36, 9F6C }`, and with a card key
    /// and dynamic data authentication in the profile `9F69` and `9F4B`. EMV Contactless Book C-3 §2.4.2.
    ///
    /// The issuer is asked always; a reader without a line to it is declined.
    mutating func quickTransaction(
        _ request: TerminalRequest, _ profile: PaymentProfile, _ environment: AppletEnvironment
    ) throws(Refusal) -> [UInt8] {
        guard request.takesQuickStyle, let cryptogram = profile.cryptogram else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        let qualifiers = zip(
            try request.cardQualifiers(isConsumerConfirmed: false),
            profile.internalObjects[.cardTransactionQualifiers] ?? [0x00, 0x00]
        ).map { $0 | $1 }
        let type: CryptogramType = request.isOfflineOnly ? .decline : .online
        let counter = try transactionCounter.nextTransaction()
        let issuerData = cryptogram.template.deciding(first: type)
        let value = try Self.cryptogram(request.objects, profile, cryptogram.key, issuerData, counter)
        var answer =
            profile.processingOptions
            + [BERTag.track2EquivalentData, .sequenceNumber].compactMap { tag in
                profile.recordObject(tag).map { BERTLV(tag, $0) }
            }
        answer += [
            BERTLV(.issuerApplicationData, issuerData.bytes), BERTLV(.applicationCryptogram, value),
            BERTLV(.cryptogramInformationData, [type.rawValue]),
            BERTLV(.applicationTransactionCounter, counter.bigEndianBytes),
            BERTLV(.cardTransactionQualifiers, qualifiers),
        ]
        answer += try Self.fastSignature(request, profile, counter, qualifiers, environment)
        transactionCounter = counter
        log(request.objects, type, counter)
        return BERTLV(.responseTemplateFormat2, answer).bytes
    }

    /// 9F69 and 9F4B; nothing without a card key or dynamic data authentication.
    private static func fastSignature(
        _ request: TerminalRequest, _ profile: PaymentProfile, _ counter: UInt16, _ qualifiers: [UInt8],
        _ environment: AppletEnvironment
    ) throws(Refusal) -> [BERTLV] {
        guard let key = profile.cardKey, profile.interchangeProfile.contains(.dynamicDataAuthentication) else {
            return []
        }
        let related = FastDynamicDataAuthentication.RelatedData(
            unpredictableNumber: environment.random.bytes(4), cardTransactionQualifiers: qualifiers)
        let signature: [UInt8]
        do {
            signature = try FastDynamicDataAuthentication.sign(
                transactionCounter: counter, request.objects, relatedData: related, by: key)
        } catch {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        return [
            BERTLV(.cardAuthenticationRelatedData, related.bytes),
            BERTLV(.signedDynamicApplicationData, signature),
        ]
    }

    /// The cryptogram over what the terminal gave and the card adds.
    ///
    /// - Throws: `6985` when the terminal was not asked for all that goes into it.
    static func cryptogram(
        _ terminal: [BERTag: [UInt8]], _ profile: PaymentProfile, _ key: TripleDESKey,
        _ issuerData: IssuerApplicationData, _ counter: UInt16
    ) throws(Refusal) -> [UInt8] {
        var objects = terminal
        objects[.applicationInterchangeProfile] = profile.interchangeProfile.bytes
        objects[.applicationTransactionCounter] = counter.bigEndianBytes
        objects[.issuerApplicationData] = issuerData.bytes
        do {
            return ApplicationCryptogram.compute(try CryptogramInput(objects), cardKey: key)
        } catch {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
    }

    mutating func log(_ terminal: [BERTag: [UInt8]], _ type: CryptogramType, _ counter: UInt16) {
        var objects = terminal
        objects[.cryptogramInformationData] = [type.rawValue]
        objects[.applicationTransactionCounter] = counter.bigEndianBytes
        log?.add(objects)
    }
}
