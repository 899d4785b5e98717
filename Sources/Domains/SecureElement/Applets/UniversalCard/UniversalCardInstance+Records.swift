import EMV
import ISO7816

extension UniversalCardInstance {
    /// The files of an instance by their short identifiers.
    private enum File {
        static let card: UInt8 = 1
        static let instance: UInt8 = 29
        static let records: UInt8 = 30
    }

    /// READ RECORD; the files 29 and 30 are the device's only.
    func record(_ command: CommandAPDU, _ interface: CardInterface) throws(Refusal) -> [UInt8] {
        let (file, number) = try command.recordAddress()
        let record: [UInt8]?
        switch file {
        case File.card: record = number == 1 ? cardRecord : nil
        case TransactionLog.shortFileIdentifier: record = log.entry(number)
        case File.instance, File.records:
            guard interface == .wired else { throw Refusal(.conditionsOfUseNotSatisfied) }
            record = file == File.records ? recordOfRecords(number) : number == 1 ? instanceRecord : nil
        default: record = nil
        }
        guard let record else { throw Refusal(.recordNotFound) }
        return record
    }

    /// 70 { 5A, 5F24, 5F34, what all cards have }: the chosen card, with its token for terminals.
    private var cardRecord: [UInt8]? {
        guard let universal, let token = chosenRecord?.token(for: .nfc) else { return nil }
        return Self.cardRecord(token, universal)
    }

    static func cardRecord(_ token: UniversalCardRecord.Token, _ universal: UniversalPersonalization) -> [UInt8] {
        BERTLV(
            .recordTemplate,
            [
                BERTLV(.primaryAccountNumber, token.number.packed),
                BERTLV(.applicationExpirationDate, token.expiry.packed),
                BERTLV(.sequenceNumber, [token.packedSequenceNumber]),
            ] + universal.commonObjects
        ).bytes
    }

    /// 70 { DF60 { 80 universal card identifier, 81 type, 82 digest of the data set, 83 records, 84 capacity } }
    private var instanceRecord: [UInt8]? {
        guard let universal else { return nil }
        let instance = BERTLV(
            0xDF60,
            [
                BERTLV(0x80, universal.universalIdentifier), BERTLV(0x81, [universal.cardType.rawValue]),
                BERTLV(0x82, universal.digest), BERTLV(0x83, [UInt8(records.count)]),
                BERTLV(0x84, [UInt8(Self.recordsMax)]),
            ])
        return BERTLV(.recordTemplate, [instance]).bytes
    }

    /// 70 { E0 { C0 reference, 50 label, 9F25 last four, 83 chosen, 85 functions, 86 fingerprint } }: no token.
    private func recordOfRecords(_ number: UInt8) -> [UInt8]? {
        guard number > 0, Int(number) <= records.count else { return nil }
        let record = records[Int(number) - 1]
        let outside = BERTLV(
            0xE0,
            [
                BERTLV(0xC0, record.reference.bytes), BERTLV(.applicationLabel, Array(record.label.utf8)),
                BERTLV(.lastFourDigits, BinaryCodedDecimal.compressed(record.lastFour) ?? []),
                BERTLV(0x83, [record.reference == chosen ? 0x01 : 0x00]), BERTLV(0x85, [record.functionBitmap]),
                BERTLV(0x86, record.fingerprint),
            ])
        return BERTLV(.recordTemplate, [outside]).bytes
    }

    /// GET DATA: the counter, the tries of a PIN that is not there, the format of the log. EMV Book 3 §6.5.7.
    func data(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.data.isEmpty else { throw Refusal(.wrongLength) }
        let tag = BERTag(UInt32(command.parameters))
        switch tag {
        case .applicationTransactionCounter: return BERTLV(tag, transactionCounter.bigEndianBytes).bytes
        case .pinTryCounter: return BERTLV(tag, [0x00]).bytes
        case .logFormat: return BERTLV(tag, log.format.bytes).bytes
        default: throw Refusal(.referencedDataNotFound)
        }
    }
}
