import CardCryptography
import EMV
import ISO7816

extension UniversalCardInstance {
    /// International use, with a chip (ISO/IEC 7813); a data set may say otherwise (5F30).
    private static let serviceCode = "201"

    /// Counter, decision, amount, currency, country, date and type of the transaction, the card and the function.
    static var logFormat: DataObjectList {
        let objects: [(BERTag, UInt8)] = [
            (.applicationTransactionCounter, 2), (.cryptogramInformationData, 1), (.amountAuthorized, 6),
            (.transactionCurrencyCode, 2), (.terminalCountryCode, 2), (.transactionDate, 3), (.transactionType, 1),
            (referenceTag, 8), (functionTag, 1),
        ]
        do {
            return try DataObjectList(objects.map { DataObjectList.Entry($0.0, $0.1) })
        } catch {
            preconditionFailure("the log's format is short: \(error)")
        }
    }

    private static let referenceTag: BERTag = 0xC0
    private static let functionTag: BERTag = 0x80

    /// GET PROCESSING OPTIONS: the whole transaction, `77 { 82, 94, 57, 5F34, 9F10, 9F26, 9F27, 9F36, 9F6C, 9F24 }`.
    /// EMV Contactless Book C-3 §2.4.2.
    mutating func processingOptions(
        _ command: CommandAPDU, _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        guard command.parameters == 0x0000 else { throw Refusal(.incorrectParameters) }
        guard let universal, let record = chosenRecord, let token = record.token(for: .nfc),
            let list = try? DataObjectList(bytes: universal.selectionData[.processingOptionsList] ?? [])
        else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let request = TerminalRequest(list, values: try command.processingOptionsData(length: list.totalLength))
        guard request.takesQuickStyle else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let qualifiers = try request.cardQualifiers(isConsumerConfirmed: working.isConsumerConfirmed)
        let transaction = try perform(
            record, token, universal, request.objects, type: request.isOfflineOnly ? .decline : .online, &working)
        return BERTLV(
            .responseTemplateFormat2,
            [
                BERTLV(.applicationInterchangeProfile, universal.interchangeProfile.bytes),
                BERTLV(.applicationFileLocator, Self.fileLocator),
                transaction.track2, transaction.sequenceNumber, transaction.issuerData, transaction.cryptogram,
                transaction.informationData, transaction.counter, BERTLV(.cardTransactionQualifiers, qualifiers),
                BERTLV(.paymentAccountReference, Array(record.paymentAccountReference.utf8)),
            ]
        ).bytes
    }

    /// GENERATE CRYPTOGRAM for a function that has no terminal: the device is the terminal. Ours.
    ///
    ///     reference (8) | function (1: 02, 03) | 9F02 (6) | 9F03 (6) | 9F1A (2) | 95 (5) | 5F2A (2) | 9A (3) | 9C (1)
    ///     | 9F37 (4)
    ///
    /// The answer is `77 { 82, 57, 5F34, 9F27, 9F36, 9F26, 9F10 }`: with what was sent, all that the cryptogram covers.
    mutating func generateCryptogram(
        _ command: CommandAPDU, _ universal: UniversalPersonalization, _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        guard command.parameters == 0x8000 else { throw Refusal(.incorrectParameters) }
        let wanted = CryptogramInput.objects.prefix(8)
        guard command.data.count == 9 + wanted.reduce(0, { $0 + $1.length }),
            let reference = UniversalCardReference(Array(command.data.prefix(8)))
        else { throw Refusal(.wrongLength) }
        guard let function = UniversalCardRecord.Function(rawValue: command.data[8]), function != .nfc else {
            throw Refusal(.incorrectData)
        }
        guard let record = record(with: reference), let token = record.token(for: function) else {
            throw Refusal(.referencedDataNotFound)
        }
        var rest = command.data.dropFirst(9)
        var objects: [BERTag: [UInt8]] = [:]
        for (tag, length) in wanted {
            objects[tag] = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        let transaction = try perform(record, token, universal, objects, type: .online, &working)
        return BERTLV(
            .responseTemplateFormat2,
            [
                BERTLV(.applicationInterchangeProfile, universal.interchangeProfile.bytes),
                transaction.track2, transaction.sequenceNumber, transaction.informationData, transaction.counter,
                transaction.cryptogram, transaction.issuerData,
            ]
        ).bytes
    }

    /// The data objects of a transaction that was made.
    private struct Performed {
        let track2, sequenceNumber, issuerData, cryptogram, informationData, counter: BERTLV
    }

    /// Counts, makes the cryptogram and logs. The counter that is answered is in persistent memory before the answer
    /// leaves the card, as every change is.
    private mutating func perform(
        _ record: UniversalCardRecord, _ token: UniversalCardRecord.Token, _ universal: UniversalPersonalization,
        _ terminal: [BERTag: [UInt8]], type: CryptogramType, _ working: inout WorkingMemory
    ) throws(Refusal) -> Performed {
        let counter = try transactionCounter.nextTransaction()
        let issuerData = try Self.issuerData(
            universal, first: type, isConsumerConfirmed: working.isConsumerConfirmed)
        var objects = terminal
        objects[.applicationInterchangeProfile] = universal.interchangeProfile.bytes
        objects[.applicationTransactionCounter] = counter.bigEndianBytes
        objects[.issuerApplicationData] = issuerData.bytes
        let input: CryptogramInput
        // A PDOL that does not ask for all of it makes no transaction possible.
        do { input = try CryptogramInput(objects) } catch { throw Refusal(.conditionsOfUseNotSatisfied) }
        let cryptogram = ApplicationCryptogram.compute(
            input,
            cardKey: CardKeys.optionA(
                master: universal.masterKey(for: record), number: token.number, sequenceNumber: token.sequenceNumber))
        transactionCounter = counter
        working.isConsumerConfirmed = false
        objects[.cryptogramInformationData] = [type.rawValue]
        objects[Self.referenceTag] = record.reference.bytes
        objects[Self.functionTag] = [token.function.rawValue]
        log.add(objects)
        return Performed(
            track2: BERTLV(.track2EquivalentData, try Self.track2(token, universal)),
            sequenceNumber: BERTLV(.sequenceNumber, [token.packedSequenceNumber]),
            issuerData: BERTLV(.issuerApplicationData, issuerData.bytes),
            cryptogram: BERTLV(.applicationCryptogram, cryptogram),
            informationData: BERTLV(.cryptogramInformationData, [type.rawValue]),
            counter: BERTLV(.applicationTransactionCounter, counter.bigEndianBytes))
    }

    private static func issuerData(
        _ universal: UniversalPersonalization, first: CryptogramType, isConsumerConfirmed: Bool
    ) throws(Refusal) -> IssuerApplicationData {
        // The first byte of the verification results is their length.
        let template = try? IssuerApplicationData.visa(
            universal.cryptogramVersion, keyIndex: universal.keyIndex, cardVerificationResults: [0x03, 0, 0, 0])
        guard let template else { throw Refusal(.conditionsOfUseNotSatisfied) }
        return template.deciding(first: first, isConsumerConfirmed: isConsumerConfirmed)
    }

    private static func track2(
        _ token: UniversalCardRecord.Token, _ universal: UniversalPersonalization
    ) throws(Refusal) -> [UInt8] {
        let code = universal.commonObjects[.serviceCode].flatMap { BinaryCodedDecimal.digits($0) }
        do {
            return try Track2EquivalentData(
                number: token.number, expiry: token.expiry,
                serviceCode: code.map { String($0.suffix(3)) } ?? serviceCode
            ).packed
        } catch {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
    }

    /// SFI 1, record 1; nothing of it is signed.
    private static let fileLocator: [UInt8] = [0x08, 0x01, 0x01, 0x00]
}
