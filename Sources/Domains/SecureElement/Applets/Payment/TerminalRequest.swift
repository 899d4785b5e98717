import EMV
import ISO7816

/// What a terminal asks of a quick transaction: the values that it sent for the PDOL. EMV Contactless Book C-3, Annex A.
struct TerminalRequest: Equatable, Sendable {
    /// Tags and values.
    let objects: [BERTag: [UInt8]]

    /// - Parameter values: as many bytes as `list` asks for.
    init(_ list: DataObjectList, values: [UInt8]) {
        let objects = (try? list.objects(in: values)) ?? []
        self.objects = Dictionary(objects.map { ($0.tag, $0.value) }) { first, _ in first }
    }

    /// Terminal Transaction Qualifiers (9F66), four bytes, zeros when the terminal sent none.
    private var qualifiers: [UInt8] {
        let value = objects[.terminalTransactionQualifiers] ?? []
        return Array((value + [0, 0, 0, 0]).prefix(4))
    }

    /// Byte 1 b6: the quick style of EMV.
    var takesQuickStyle: Bool { qualifiers[0] & 0x20 != 0 }
    /// Byte 1 b4.
    var isOfflineOnly: Bool { qualifiers[0] & 0x08 != 0 }
    /// Byte 2 b8.
    var requiresOnlineCryptogram: Bool { qualifiers[1] & 0x80 != 0 }
    /// Byte 2 b7.
    private var requiresVerification: Bool { qualifiers[1] & 0x40 != 0 }
    /// Byte 1 b3.
    private var takesOnlinePIN: Bool { qualifiers[0] & 0x04 != 0 }
    /// Byte 1 b2.
    private var takesSignature: Bool { qualifiers[0] & 0x02 != 0 }

    /// Card Transaction Qualifiers (9F6C): how the cardholder is verified.
    ///
    /// - Throws: `6986` when the terminal insists and there is no way in common: the phone is looked at, and the card
    ///   held to the terminal again (Book C-3 §2.5.2).
    func cardQualifiers(isConsumerConfirmed: Bool) throws(Refusal) -> [UInt8] {
        if isConsumerConfirmed { return [0x00, 0x80] }
        guard requiresVerification else { return [0x00, 0x00] }
        if takesOnlinePIN { return [0x80, 0x00] }
        if takesSignature { return [0x40, 0x00] }
        throw Refusal(.commandNotAllowed)
    }
}
