import EMV
import GlobalPlatform
import ISO7816

/// A universal card instance: every bound card of one type is a record in it, and pays with what all have in common.
///
///     00 A4, 80 A8          a quick transaction with the chosen card
///     00 B2 01 0C           its record; 00 B2 n 5C the transaction log
///     80 CA 9F36|9F17|9F4F  counter, PIN tries, format of the log
///     80 D0 P1 P2 [ref.]    CHOOSE CARD, or none        (wired)
///     80 D2                 CONFIRM CONSUMER            (wired)
///     80 AE 80 00           GENERATE CRYPTOGRAM         (wired)
///     00 B2 01 EC, n F4     the instance, its records   (wired)
///
/// There is no offline data authentication: a certificate of the card would have to contain its token, and one key pair
/// per token is what this instance is there to avoid. It always asks the issuer.
struct UniversalCardInstance: StoredApplet {
    static let recordsMax = 32
    /// An FCI of 256 bytes with an AID of 16: as for a payment Application.
    static let selectionDataLengthMax = PaymentProfile.selectionDataLengthMax

    /// One for all cards; it never goes back (tag 9F36).
    var transactionCounter: UInt16 = 0
    /// What all cards have in common; once there it never changes.
    var universal: UniversalPersonalization?
    /// In the order of their first coming.
    var records: [UniversalCardRecord] = []
    /// The card that terminals see.
    var chosen: UniversalCardReference?
    /// The rank of the instance among those that terminals see, 1 the highest; `nil` as the universal data has it.
    var priority: UInt8?
    var log = TransactionLog(format: Self.logFormat)
    var unfinished: UnfinishedPersonalization?

    init() {}

    var chosenRecord: UniversalCardRecord? { chosen.flatMap { record(with: $0) } }

    func record(with reference: UniversalCardReference) -> UniversalCardRecord? {
        records.first { $0.reference == reference }
    }

    /// 6F { 84 AID, A5 { 50, 87, 9F38 …, BF0C { 9F4D } } }, the template A5 empty before personalization.
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        let selectionData =
            universal.map { Self.selectionData($0, label: chosenRecord?.label, priority: priority) } ?? []
        return BERTLV(
            .fileControlInformation,
            [BERTLV(.dedicatedFileName, application.bytes), BERTLV(.proprietaryTemplate, selectionData)]
        ).bytes
    }

    /// The content of template A5: the universal data, with the label of a card, the device's priority and the place of
    /// the log.
    static func selectionData(
        _ universal: UniversalPersonalization, label: String?, priority: UInt8? = nil
    ) -> [BERTLV] {
        let objects = universal.selectionData.map { object in
            switch (object.tag, label, priority) {
            case (.applicationLabel, let label?, _): BERTLV(object.tag, Array(label.utf8))
            case (.applicationPriority, _, let priority?): BERTLV(object.tag, [priority])
            default: object
            }
        }
        guard objects[.issuerDiscretionaryTemplate] == nil else { return objects }
        return objects + [BERTLV(.issuerDiscretionaryTemplate, [TransactionLog.entryPointer])]
    }

    /// A chosen card that pays at terminals.
    var contactlessOffer: ContactlessOffer? {
        guard let universal, let chosenRecord, chosenRecord.token(for: .nfc) != nil else { return nil }
        return ContactlessOffer(
            label: Array(chosenRecord.label.utf8),
            priority: priority ?? (universal.selectionData[.applicationPriority]?.first ?? 0) & 0x0F)
    }
}

// MARK: - Commands

extension UniversalCardInstance {
    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        do {
            return ResponseAPDU(.success, data: try answer(to: command, environment.interface, &working))
        } catch {
            return ResponseAPDU(error.statusWord)
        }
    }

    private mutating func answer(
        to command: CommandAPDU, _ interface: CardInterface, _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        switch command.appletInstruction {
        case 0x80A8: return try processingOptions(command, &working)
        case 0x00B2: return try record(command, interface)
        case 0x80CA: return try data(command)
        case 0x80D0, 0x80D2, 0x80AE:
            guard interface == .wired, let universal else { throw Refusal(.conditionsOfUseNotSatisfied) }
            switch command.instruction {
            case 0xD0: return try choose(command)
            case 0xD2: return try confirmConsumer(command, &working)
            default: return try generateCryptogram(command, universal, &working)
            }
        default: throw Refusal(.instructionNotSupported)
        }
    }

    /// CHOOSE CARD: terminals see the card with this reference, or without a reference none. Ours.
    ///
    /// P1 01 leaves the choice as it is; P2 01 to 0F is the rank of the instance from now on, 00 leaves it.
    private mutating func choose(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.p1 <= 0x01, command.p2 <= 0x0F else { throw Refusal(.incorrectParameters) }
        guard command.p1 == 0x00 || command.data.isEmpty else { throw Refusal(.wrongLength) }
        if command.p1 == 0x00 { try choose(command.data) }
        if command.p2 != 0x00 { priority = command.p2 }
        return []
    }

    private mutating func choose(_ bytes: [UInt8]) throws(Refusal) {
        guard !bytes.isEmpty else {
            chosen = nil
            return
        }
        guard let reference = UniversalCardReference(bytes) else { throw Refusal(.wrongLength) }
        guard record(with: reference) != nil else { throw Refusal(.referencedDataNotFound) }
        chosen = reference
    }

    /// CONFIRM CONSUMER: the device has verified its user, for the next transaction and until the power goes. Ours.
    private func confirmConsumer(
        _ command: CommandAPDU, _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        guard command.parameters == 0x0000 else { throw Refusal(.incorrectParameters) }
        guard command.data.isEmpty else { throw Refusal(.wrongLength) }
        working.isConsumerConfirmed = true
        return []
    }
}
